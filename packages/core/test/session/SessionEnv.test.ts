import { assert, describe, it } from "@effect/vitest"
import { SessionEnv } from "@effect-agentbay/core"
import { Effect, Redacted } from "effect"
import { type Answer, answer, failed, makeFakeSession, type Options } from "../support/FakeSession.js"
import { leaksIn } from "../support/secrets.js"

const answering = (reply: Answer, options: Options = { tools: ["set_env", "get_env"] }) =>
  Effect.map(makeFakeSession({ ...options, intercept: () => Effect.succeed(reply) }), (session) => ({
    ...session,
    env: SessionEnv.make(session.runtime)
  }))

describe("environment", () => {
  it.scoped("sends what is given", () =>
    Effect.gen(function* () {
      const { calls, env } = yield* answering(answer('{"A":"1"}'))
      yield* env.set({ A: "1", B: Redacted.make("") })
      assert.deepStrictEqual(yield* env.get(), { A: "1" })
      yield* env.get(["A", "B"])
      assert.deepStrictEqual(calls, [
        {
          tool: "set_env",
          args: {
            envs: [
              { key: "A", value: "1" },
              { key: "B", value: "" }
            ]
          }
        },
        { tool: "get_env", args: {} },
        { tool: "get_env", args: { keys: ["A", "B"] } }
      ])
    })
  )

  it.scoped("an answer that cannot be read is a failure, not an empty environment", () =>
    Effect.gen(function* () {
      for (const text of ["", "True", "[]", '{"A":1}', "null"]) {
        const { env } = yield* answering(answer(text))
        const error = yield* Effect.flip(env.get())
        assert.deepInclude(error, { _tag: "SessionError", reason: "Decode" }, text)
      }
    })
  )

  it.scoped("takes the link also when the list of tools leaves the tools out", () =>
    Effect.gen(function* () {
      const { env } = yield* answering(answer('{"A":"1"}'), { route: "link", tools: ["shell"] })
      assert.deepStrictEqual(yield* env.get(), { A: "1" })
      const refused = yield* answering(failed("no"), { route: "link", tools: ["shell"] })
      const error = yield* Effect.flip(refused.env.get())
      assert.deepInclude(error, { _tag: "ToolError", requestId: "link-1" })
    })
  )

  it.scoped("refuses what cannot be, and shows no value", () =>
    Effect.gen(function* () {
      const { calls, env } = yield* answering(answer("True"))
      const refusals = yield* Effect.forEach(
        [
          env.set({}),
          env.set({ "": "SECRETVALUE" }),
          env.set({ "A=B": "SECRETVALUE" }),
          env.set({ A: Redacted.make("SECRETVALUE\0") }),
          env.set({ A: 5 as unknown as string }),
          env.get([]),
          env.get([" "])
        ],
        Effect.flip
      )
      assert.deepStrictEqual(
        refusals.map((error) => (error._tag === "InvalidArgument" ? error.field : error._tag)),
        ["variables", "variables", "variables", "variables.A", "variables.A", "names", "names.0"]
      )
      assert.deepStrictEqual(leaksIn(refusals.map(String).join()), [])
      assert.deepStrictEqual(calls, [])
    })
  )

  it.scoped("a secret that the session repeats stays out of the error", () =>
    Effect.gen(function* () {
      const { env } = yield* answering(failed("cannot set SECRETVALUE"))
      const error = yield* Effect.flip(env.set({ A: Redacted.make("SECRETVALUE") }))
      assert.strictEqual(error._tag, "ToolError")
      assert.deepStrictEqual(leaksIn(`${error} ${JSON.stringify(error)}`), [])
    })
  )
})
