/** Live channels over real sockets that are cut anywhere. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type * as Session from "@effect-agentbay/core/Session"
import * as SessionCode from "@effect-agentbay/core/SessionCode"
import { Effect, Schedule, type Scope, Stream } from "effect"
import * as fc from "effect/FastCheck"
import * as SocketFault from "../../src/cloud/SocketFault.js"
import * as LocalCloud from "../../src/server/LocalCloud.js"
import { TestCloud } from "../../src/TestCloud.js"

interface Work {
  /** What it gives, or the error that it fails with. */
  readonly run: (session: Session.Session.Service) => Effect.Effect<unknown, { _tag: string }, Scope.Scope>
  readonly result: unknown
}

const works: Readonly<Record<string, Work>> = {
  code: {
    run: ({ code }) =>
      Effect.map(
        SessionCode.execution(code.stream("javascript", "for (let i = 0; i < 4; i++) console.log(i); 7")),
        ({ stdout }) => stdout
      ),
    result: "0\n1\n2\n3\n"
  },
  terminal: {
    run: ({ pty }) =>
      Effect.gen(function* () {
        const terminal = yield* pty.create()
        yield* terminal.input("echo a; echo b\r")
        yield* terminal.input("exit 3\r")
        const shown = yield* Stream.mkString(Stream.decodeText(terminal.output))
        return [shown.includes("a\r\nb\r\n"), yield* terminal.wait]
      }),
    result: [true, 3]
  },
  call: {
    run: ({ socket }) => socket.call("PTY_SERVER", { method: "pty.list", params: {} }),
    result: { result: { ptySessionIds: [] } }
  }
}

/** The news of a cut takes a moment: a request that left before it may have been received. */
const calm = ({ pty }: Session.Session.Service) =>
  Effect.retry(pty.list, {
    schedule: Schedule.spaced("20 millis"),
    times: 250,
    while: (error) => error._tag === "ChannelError" && error.reason === "Lost" && error.phase === "unknown"
  })

describe("a live channel over real sockets", () => {
  for (const [machine, count] of [
    ["memory", 24],
    ["bubblewrap", 16]
  ] as const) {
    it.live(
      `wherever it is cut, what goes over it ends with the right result or a typed error, and leaves nothing: ${machine}`,
      () =>
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const cloud = yield* TestCloud
          const cuts = fc.sample(
            fc.record({
              name: fc.constantFrom(...Object.keys(works)),
              direction: fc.constantFrom("in" as const, "out" as const),
              skip: fc.nat(6),
              times: fc.integer({ min: 1, max: 2 })
            }),
            count
          )
          const seen = new Set<string>()
          yield* Effect.scoped(
            Effect.gen(function* () {
              const session = yield* bay.session({ imageId: "code_latest" })
              for (const { direction, name, skip, times } of cuts) {
                const about = JSON.stringify({ name, direction, skip, times })
                const { result, run } = works[name] as Work
                yield* cloud.failSocket({ direction }, SocketFault.dropped, { skip, times })
                const outcome = yield* Effect.either(Effect.scoped(run(session)))
                yield* cloud.clearFaults
                seen.add(outcome._tag)
                if (outcome._tag === "Right") assert.deepStrictEqual(outcome.right, result, about)
                else {
                  // The lost end of a terminal is told by what is typed next.
                  assert.include(["ChannelError/Lost", "PtyError/Ended"], kindOf(outcome.left), about)
                }
                // Only the answer to a creation can have had the one copy of an id.
                for (const id of yield* calm(session)) {
                  assert.isTrue(name === "terminal" && direction === "out", about)
                  yield* session.pty.kill(id)
                }
                assert.deepStrictEqual(yield* Effect.scoped(run(session)), result, about)
                assert.deepStrictEqual(yield* session.pty.list, [], about)
              }
            })
          )
          assert.deepStrictEqual([...seen].sort(), ["Left", "Right"])
          assert.deepStrictEqual([yield* cloud.sockets, yield* cloud.sessions], [[], []])
        }).pipe(Effect.provide(LocalCloud.layerAgentBay({ machine }))),
      120_000
    )
  }
})

const kindOf = (error: object): string =>
  `${"_tag" in error ? error._tag : ""}/${"reason" in error ? error.reason : ""}`
