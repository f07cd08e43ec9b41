/** A process that exists only as a function of time: what it has printed after so many milliseconds, and when it ends. */
import { SessionCommand } from "@effect-agentbay/core"
import { Clock, Effect } from "effect"
import { type Answer, answer, makeFakeSession, type Options } from "./FakeSession.js"

export interface Script {
  /** Bytes on stdout after `ms`; never fewer than before. */
  readonly sizeAt: (ms: number) => number
  readonly bytes: (offset: number, length: number) => Uint8Array
  readonly endsAt: number
  /** Whether the session waits with its answer until there are news; otherwise it answers at once. */
  readonly waits: boolean
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64")

const look = ({ bytes, endsAt, sizeAt, waits }: Script, startedAt: number, command: string) =>
  Effect.gen(function* () {
    const [, offset, length] = /"\$a" -gt (\d+) \]; then[\s\S]*?head -c (\d+) \| base64/.exec(command) ?? []
    const from = offset === undefined ? Number.POSITIVE_INFINITY : Number(offset)
    const [, pauses = ""] = /^for s in (.*); do$/m.exec(command) ?? []
    for (const pause of pauses.split(" ").map(Number)) {
      const now = (yield* Clock.currentTimeMillis) - startedAt
      const hasEnded = now >= endsAt
      const size = sizeAt(Math.min(now, endsAt))
      if (!hasEnded && size <= from && waits && pause > 0) {
        yield* Effect.sleep(pause * 1000)
        continue
      }
      const found = size > from ? bytes(from, Math.min(Number(length), size - from)) : new Uint8Array(0)
      return answer(`@agentbay look ${hasEnded ? 0 : "-"} ${size} 0 base64\n${base64(found)}\n-\n`)
    }
    return answer("")
  })

/** A session with one such process, and the times of the calls that were made of it. */
export const openScripted = (script: Script, intercept: Options["intercept"] = () => undefined) =>
  Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const asked: Array<number> = []
    const reply = (tool: string, args: Readonly<Record<string, unknown>>): Effect.Effect<Answer> => {
      if (tool === "read_file") {
        return Effect.sync(() => answer(base64(script.bytes(Number(args.offset), Number(args.length)))))
      }
      const command = String(args.command)
      return command.includes("look()")
        ? look(script, startedAt, command)
        : Effect.succeed(answer("@agentbay started 42 base64\n"))
    }
    const session = yield* makeFakeSession({
      route: "link",
      intercept: (tool, args, index) =>
        intercept(tool, args, index) ??
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          asked.push(now - startedAt)
          return reply(tool, args)
        })
    })
    return { ...session, asked, command: SessionCommand.make(session.runtime) }
  })
