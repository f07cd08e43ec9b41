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
