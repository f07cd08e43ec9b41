/** The live channel, and code that is followed over it. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type * as Session from "@effect-agentbay/core/Session"
import * as SessionCode from "@effect-agentbay/core/SessionCode"
import { Chunk, Effect, Option, Stream } from "effect"
import * as SocketFault from "../../src/cloud/SocketFault.js"
import { TestCloud } from "../../src/TestCloud.js"
import { makeHarness, type Provided, type Subject } from "./harness.js"

const limit = 120_000

export const channelContract = <E>(name: string, subject: Subject<E>) => {
  const { withLayer, withSession } = makeHarness(subject)

  const withCode = <A, E2>(use: (session: Session.Session.Service) => Effect.Effect<A, E2, Provided>) =>
    withSession("link", use, { imageId: "code_latest" })

  describe(`live channel ${name}`, () => {
    it.live(
      "tells what code prints and displays while it runs, then the result",
      () =>
        withCode(({ code }) =>
          Effect.gen(function* () {
            const events = yield* Stream.runCollect(
              code.stream("javascript", 'console.log("héllo"); console.error("warn"); 6 * 7')
            )
            const tags = new Set(Chunk.map(events, ({ _tag }) => _tag))
            assert.deepStrictEqual([...tags].sort(), ["Completed", "Output", "Stderr", "Stdout"])
            const last = Chunk.unsafeLast(events)
            assert.strictEqual(last._tag, "Completed")
            const { execution, isLive } = last as Extract<typeof last, { _tag: "Completed" }>
            assert.isTrue(isLive)
            assert.strictEqual(execution.stdout, "héllo\n")
            assert.strictEqual(execution.stderr, "warn\n")
            assert.strictEqual(Option.getOrNull(execution.text), "42")
            assert.strictEqual(Option.getOrNull(execution.executionCount), 1)
            assert.isNull(Option.getOrNull(execution.error))
          })
        ),
      limit
    )

    it.live(
      "what is printed arrives before the code has ended",
      () =>
        withCode(({ code, fileSystem }) =>
          Effect.gen(function* () {
            const wait =
              'const fs = require("fs"); console.log("waiting"); const t = setInterval(() => { if (fs.existsSync("/tmp/go")) { console.log("gone"); clearInterval(t) } }, 20); undefined'
            const seen: Array<string> = []
            const execution = yield* code.stream("javascript", wait).pipe(
              Stream.tap((event) => {
                if (event._tag !== "Stdout") return Effect.void
                seen.push(event.text)
                // The code ends only when it has been heard.
                return event.text.includes("waiting")
                  ? fileSystem.writeFileString("/tmp/go", "")
                  : Effect.void
              }),
              SessionCode.execution
            )
            assert.deepStrictEqual(seen, ["waiting\n", "gone\n"])
            assert.strictEqual(execution.stdout, "waiting\ngone\n")
          })
        ),
      limit
    )

    if (subject.machine === "bubblewrap") {
      for (const [language, source] of [
        [
          "python",
          "import os, time\nfrom IPython.display import HTML\nprint('waiting')\ndisplay(HTML('<b>so far</b>'))\nwhile not os.path.exists('/tmp/go'): time.sleep(0.02)\nprint('gone')"
        ],
        ["r", 'cat("waiting\\n"); while (!file.exists("/tmp/go")) Sys.sleep(0.02); cat("gone\\n")'],
        [
          "java",
          'System.out.println("waiting"); while (!new java.io.File("/tmp/go").exists()) Thread.sleep(20); System.out.println("gone");'
        ]
      ] as const) {
        it.live(
          `the kernel of ${language} tells what it has while it runs`,
          () =>
            withCode(({ code, fileSystem }) =>
              Effect.gen(function* () {
                const seen: Array<string> = []
                const { stdout } = yield* code.stream(language, source).pipe(
                  Stream.tap((event) => {
                    if (event._tag === "Stdout") seen.push(event.text.trim())
                    if (event._tag === "Output") seen.push(Option.getOrElse(event.output.html, () => ""))
                    // What it prints and displays go different ways.
                    return seen.includes("waiting") && (language !== "python" || seen.length === 2)
                      ? fileSystem.writeFileString("/tmp/go", "")
                      : Effect.void
                  }),
                  SessionCode.execution
                )
                assert.sameMembers(
                  seen,
                  language === "python" ? ["waiting", "<b>so far</b>", "gone"] : ["waiting", "gone"]
                )
                assert.strictEqual(stdout, "waiting\ngone\n")
              })
            ),
          limit
        )
      }
    }

    it.live(
      "a damaged frame fails the request it belongs to, and no other",
      () =>
        withCode((session) =>
          Effect.gen(function* () {
            const cloud = yield* TestCloud
            const { frames, id } = yield* session.socket.open("wuying_codespace", {
              method: "run_code",
              mode: "stream",
              params: { language: "javascript", code: "await new Promise(() => {})", timeoutS: 600 }
            })
            const terminal = yield* session.pty.create()
            for (const text of [
              "",
              "[]",
              "{",
              '{"invocationId":"other","data":7}',
              `{"requestId":"${id}","da`
            ]) {
              yield* cloud.failSocket({ direction: "out", target: "anyone" }, SocketFault.replaced(text))
              yield* cloud.push(session.sessionId, "anyone", {})
            }
            const error = yield* Effect.flip(Stream.runDrain(frames))
            assert.deepInclude(error, { reason: "Protocol", phase: "sent", invocationId: id })
            yield* terminal.input("exit 3\r")
            assert.strictEqual(yield* terminal.wait, 3)
          }).pipe(Effect.scoped)
        ),
      limit
    )

    it.live(
      "an exception has its name, message and traceback, and kernels are those of blocking runs",
      () =>
        withCode(({ code }) =>
          Effect.gen(function* () {
            yield* code.run("python", "x = 5")
            const failed = yield* SessionCode.execution(code.stream("py", "print(x)\n1 / 0"))
            assert.strictEqual(failed.stdout, "5\n")
            const error = Option.getOrThrow(failed.error)
            assert.strictEqual(error.name, "ZeroDivisionError")
            assert.strictEqual(error.value, "division by zero")
            assert.include(error.traceback, "ZeroDivisionError")
            const failure = yield* Effect.flip(
              SessionCode.orFail(SessionCode.execution(code.stream("python", "1 / 0")))
            )
            assert.strictEqual(failure._tag, "CodeFailed")
          })
        ),
      limit
    )

    it.live(
      "code that outruns its timeout is stopped, and says what it printed",
      () =>
        withCode(({ code }) =>
          Effect.gen(function* () {
            const error = yield* Effect.flip(
              Stream.runDrain(
                code.stream("python", "import time\nprint('begun', flush=True)\ntime.sleep(60)", {
                  timeout: "3 seconds"
                })
              )
            )
            assert.strictEqual(error._tag, "CodeTimeout")
            assert.strictEqual((error as { stdout?: string }).stdout, "begun\n")
          })
        ),
      limit
    )

    it.live(
      "without a live channel it says what is missing, or runs the blocking form when asked to",
      () =>
        withLayer(
          false,
          Effect.scoped(
            Effect.gen(function* () {
              const bay = yield* AgentBay.AgentBay
              const { code } = yield* bay.session({ imageId: "code_latest" })
              const error = yield* Effect.flip(Stream.runDrain(code.stream("javascript", "1")))
              assert.deepInclude(error, { _tag: "ChannelUnavailable", reason: "NoUrl" })
              const events = yield* Stream.runCollect(
                code.stream("javascript", "console.log(1); 2", { fallback: "blocking" })
              )
              assert.deepStrictEqual(Chunk.toArray(Chunk.map(events, ({ _tag }) => _tag)), [
                "Stdout",
                "Output",
                "Completed"
              ])
              assert.deepInclude(Chunk.unsafeLast(events), { isLive: false })
            })
          )
        ),
      limit
    )

    it.live(
      "deleting the session closes its channel, and the cloud keeps none",
      () =>
        withLayer(
          true,
          Effect.gen(function* () {
            const bay = yield* AgentBay.AgentBay
            const cloud = yield* TestCloud
            const session = yield* bay.create()
            yield* Effect.flip(session.socket.call("nobody", {}))
            assert.deepStrictEqual(yield* cloud.sockets, [session.sessionId])
            yield* session.delete()
            assert.deepStrictEqual(yield* cloud.sockets, [])
            const error = yield* Effect.flip(session.socket.call("nobody", {}))
            assert.deepInclude(error, { _tag: "ChannelError", reason: "Closed", phase: "notSent" })
          })
        ),
      limit
    )
  })
}
