/** Processes of a fake session: real ones, on this machine. */
// @effect-diagnostics nodeBuiltinImport:off
import * as fs from "node:fs"
import { SessionCommand, type SessionProcess } from "@effect-agentbay/core"
import { Chunk, Effect, Option, Schedule, Stream } from "effect"
import { makeFakeSession, type Options } from "./FakeSession.js"

export const open = (options: Options = {}) =>
  Effect.map(makeFakeSession(options), (session) => {
    const command = SessionCommand.make(session.runtime)
    return {
      ...session,
      command,
      /** Its directory lies within that of the test. */
      start: (line: string, given: SessionProcess.StartOptions = {}) =>
        command.startScoped(line, { parent: session.root, ...given })
    }
  })

export const textOf = <E>(stream: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(Stream.decodeText(stream)), Chunk.join(""))

export const bytesOf = <E>(stream: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(stream), (chunks) => Buffer.concat(Chunk.toReadonlyArray(chunks)))

export const statusOf = ({ exitCode, signal }: SessionProcess.ExitStatus) => [
  exitCode,
  Option.getOrNull(signal)
]

export const isAlive = (pid: number | string): boolean => {
  try {
    const [, state] = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")
    return !/^[ZX]/.test(state ?? "")
  } catch {
    return false
  }
}

export const eventually = (condition: () => boolean) =>
  Effect.retry(
    Effect.suspend(() => (condition() ? Effect.void : Effect.fail("not yet"))),
    Schedule.spaced("20 millis").pipe(Schedule.intersect(Schedule.recurs(500)))
  )

/** Any bytes, and no two of the first 64 Ki the same distance apart. */
export const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 256)
