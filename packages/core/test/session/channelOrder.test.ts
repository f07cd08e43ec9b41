/** What comes over a live channel in another order, or another place, than one would think. */
import { assert, describe, it } from "@effect/vitest"
import { SessionCode, SessionPty } from "@effect-agentbay/core"
import { Effect, Option, Stream } from "effect"
import { makeFakeSession } from "../support/FakeSession.js"
import { type Respond, scriptedChannel } from "../support/scriptedSocket.js"

const connected = (respond: Respond) =>
  Effect.map(makeFakeSession({ tools: [] }), ({ runtime }) => scriptedChannel(runtime, respond))

describe("a terminal", () => {
  it.scoped("has what it showed before the answer to its creation, even its end", () =>
    Effect.gen(function* () {
      const { runtime, socket } = yield* connected((_, { reply, say }) => {
        const push = (data: object) =>
          say({
            invocationId: "push",
            source: "PTY_SERVER",
            target: "SDK",
            data: { ptySessionId: "p-1", ...data }
          })
        push({ eventType: "pty.output", encoding: "utf8", data: "early " })
        push({ ptySessionId: "p-2", eventType: "pty.output", encoding: "utf8", data: "of another" })
        push({ eventType: "pty.exit", exitCode: 3 })
        reply({ result: { ptySessionId: "p-1" } })
      })
      const terminal = yield* SessionPty.make(runtime, socket).create()
      assert.strictEqual(yield* Stream.mkString(Stream.decodeText(terminal.output)), "early ")
      assert.strictEqual(yield* terminal.wait, 3)
    })
  )

  it.scoped("that is joined has what the session repeats of it, before its answer and after", () =>
    Effect.gen(function* () {
      const { runtime, sent, socket } = yield* connected(({ data }, { reply, say }) => {
        if (data.method !== "pty.connect") return
        const push = (data: object) =>
          say({
            invocationId: "push",
            source: "PTY_SERVER",
            target: "SDK",
            data: { ptySessionId: "p-1", eventType: "pty.output", encoding: "utf8", ...data }
          })
        push({ data: "one " })
        reply({ result: {} })
        push({ data: "two" })
        push({ eventType: "pty.exit", exitCode: 0 })
      })
      const terminal = yield* SessionPty.make(runtime, socket).attach("p-1")
      assert.strictEqual(terminal.ptyId, "p-1")
      assert.strictEqual(yield* Stream.mkString(Stream.decodeText(terminal.output)), "one two")
      assert.deepStrictEqual(sent[0]?.data, { method: "pty.connect", params: { ptySessionId: "p-1" } })
    })
  )

  it.scoped(
    "that shows more than fits, in whatever pieces, fails its output; its end is known all the same",
    () =>
      Effect.gen(function* () {
        for (const piece of ["x", "x".repeat(300)]) {
          const { runtime, socket } = yield* connected(({ data }, { reply, say }) => {
            if (data.method === "pty.create") return reply({ result: { ptySessionId: "p-1" } })
            const { data: typed } = data.params as { readonly data: string }
            const news =
              typed === "exit"
                ? { eventType: "pty.exit", exitCode: 0 }
                : { eventType: "pty.output", encoding: "utf8", data: typed }
            say({
              invocationId: "push",
              source: "PTY_SERVER",
              target: "SDK",
              data: { ptySessionId: "p-1", ...news }
            })
          })
          const terminal = yield* SessionPty.make(runtime, socket).create({ capacity: 2_000 })
          for (let n = 0; n < 50; n++) {
            yield* terminal.input(piece)
            yield* Effect.yieldNow()
          }
          yield* terminal.input("exit")
          assert.strictEqual(yield* terminal.wait, 0)
          let shown = 0
          const error = yield* Effect.flip(
            Stream.runForEach(terminal.output, (bytes) =>
              Effect.sync(() => {
                shown += bytes.length
              })
            )
          )
          assert.deepInclude(error, {
            _tag: "ChannelError",
            reason: "Overflow",
            operation: "SessionPty.create"
          })
          assert.isTrue(shown > 0 && shown < 20 * piece.length, `${shown}`)
        }
      })
  )
})

describe("a value of code", () => {
  it.scoped("is found in its bundle or beside it, in every language", () =>
    Effect.gen(function* () {
      for (const [language, result] of [
        ["python", { isMainResult: true, mime: { "text/plain": "7", "text/html": "<b>7</b>" } }],
        ["javascript", { isMainResult: true, "text/plain": "7", "text/html": "<b>7</b>" }],
        ["r", { isMainResult: true, mime: {}, "text/plain": "7", "text/html": "<b>7</b>" }]
      ] as const) {
        const { runtime, socket } = yield* connected((_, { reply }) => {
          reply({ phase: "event", eventType: "result", result })
          reply({ phase: "end", status: "finished" })
        })
        const { outputs, text } = yield* SessionCode.execution(
          SessionCode.make(runtime, socket).stream(language, "7")
        )
        assert.strictEqual(Option.getOrNull(text), "7", language)
        assert.deepStrictEqual(
          outputs.map(({ html }) => Option.getOrNull(html)),
          ["<b>7</b>"],
          language
        )
      }
    })
  )
})
