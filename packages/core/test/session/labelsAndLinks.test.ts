import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { openSession } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { ok } from "../support/ScriptedService.js"
import { secrets } from "../support/secrets.js"

describe("labels", () => {
  it.effect("are set as JSON text", () =>
    Effect.gen(function* () {
      const { form, session } = yield* openSession({ SetLabel: ok() })
      yield* session.setLabels({ team: "a=b&c", é: '"' })
      assert.deepStrictEqual(form(), { SessionId: "s-1", Labels: '{"team":"a=b&c","é":"\\""}' })
    })
  )

  it.effect("are read back; none are an empty object", () =>
    Effect.gen(function* () {
      const labels = { team: "x", é: '"' }
      for (const [data, expected] of [
        [{ Labels: JSON.stringify(labels) }, labels],
        [{ Labels: "{}" }, {}],
        [{ Labels: "" }, {}],
        [{ Labels: null }, {}],
        [{}, {}],
        [undefined, {}]
      ] as const) {
        const { session } = yield* openSession({ GetLabel: ok(data) })
        assert.deepStrictEqual(yield* session.getLabels, expected)
      }
    })
  )

  it.effect("that cannot be read are a failure", () =>
    Effect.gen(function* () {
      for (const text of ["no", "[]", "null", '{"a":1}']) {
        const { session } = yield* openSession({ GetLabel: ok({ Labels: text }) })
        hasFields(yield* Effect.flip(session.getLabels), {
          reason: "Decode",
          operation: "Session.getLabels",
          requestId: "req-1",
          sessionId: "s-1"
        })
      }
    })
  )

  const wrong: ReadonlyArray<readonly [unknown, field: string, rule: string]> = [
    [{}, "labels", "at least one"],
    [null, "labels", "an object of texts"],
    [undefined, "labels", "an object of texts"],
    ["text", "labels", "an object of texts"],
    [["a"], "labels", "an object of texts"],
    [/x/, "labels", "at least one"],
    [new Map([["a", "b"]]), "labels", "at least one"],
    [{ "": "x" }, "labels", "non-blank"],
    [{ " ": "x" }, "labels", "non-blank"],
    [{ a: "" }, "labels.a", "non-blank"],
    [{ a: "\t" }, "labels.a", "non-blank"],
    [{ a: 5 }, "labels.a", "non-blank"],
    [{ a: null }, "labels.a", "non-blank"],
    [{ ok: "x", a: undefined }, "labels.a", "non-blank"]
  ]
  for (const [index, [labels, field, rule]] of wrong.entries()) {
    it.effect(`are refused before anything is sent: ${JSON.stringify(labels)} #${index}`, () =>
      Effect.gen(function* () {
        const { sentSince, session } = yield* openSession({})
        const error = yield* Effect.flip(session.setLabels(labels as never))
        hasFields(error, { _tag: "InvalidArgument", operation: "Session.setLabels", field })
        assert.include(error.message, rule)
        assert.strictEqual(sentSince(), 0)
      })
    )
  }
})

describe("links", () => {
  it.effect("are asked for with what is given, and redacted", () =>
    Effect.gen(function* () {
      const { form, session } = yield* openSession({ GetLink: ok({ Url: secrets.linkToPort }) })
      const url = yield* session.getLink()
      assert.deepStrictEqual(form(), { SessionId: "s-1" })
      assert.strictEqual(Redacted.value(url), secrets.linkToPort)
      assert.notInclude(`${JSON.stringify(url)} ${String(url)}`, "SECRET")
      yield* session.getLink({ protocol: "https", port: 30150, option: '{"x":1}' })
      assert.deepStrictEqual(form(), {
        SessionId: "s-1",
        ProtocolType: "https",
        Port: "30150",
        Option: '{"x":1}'
      })
      for (const port of [1, 80, 65535]) {
        yield* session.getLink({ port })
        assert.deepInclude(form(), { Port: String(port) })
      }
    })
  )

  it.effect("with an impossible port or protocol send nothing", () =>
    Effect.gen(function* () {
      const { sentSince, session } = yield* openSession({})
      for (const port of [0, -1, 65536, 1.5, Number.NaN, Infinity, "80" as never]) {
        hasFields(yield* Effect.flip(session.getLink({ port })), {
          _tag: "InvalidArgument",
          operation: "Session.getLink",
          field: "port"
        })
      }
      for (const protocol of ["", " "]) {
        hasFields(yield* Effect.flip(session.getLink({ protocol })), {
          _tag: "InvalidArgument",
          field: "protocol"
        })
      }
      assert.strictEqual(sentSince(), 0)
    })
  )

  it.effect("without a URL are a failure", () =>
    Effect.gen(function* () {
      for (const data of [{}, { Url: "" }, { Url: null }]) {
        const { session } = yield* openSession({ GetLink: ok(data) })
        hasFields(yield* Effect.flip(session.getLink()), {
          reason: "Decode",
          operation: "Session.getLink",
          requestId: "req-1"
        })
      }
    })
  )
})
