/** Environment variables of a session, and who sees them, on every route. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { makeHarness, routes, type Subject } from "./harness.js"

const tricky = `it's "x" $HOME \`id\` \\n\nzwei 🌍`

export const environmentContract = <E>(name: string, subject: Subject<E>) => {
  const { withSession } = makeHarness(subject)

  for (const route of routes) {
    describe(`environment ${name}, ${route} route`, () => {
      it.live("what is set stays, and is what it was", () =>
        withSession(route, ({ env }) =>
          Effect.gen(function* () {
            assert.deepStrictEqual(yield* env.get(), {})
            yield* env.set({ FIRST: "1", TRICKY: tricky, TOKEN: Redacted.make("redacted") })
            yield* env.set({ FIRST: "", SECOND: "2" })
            assert.deepStrictEqual(yield* env.get(), {
              FIRST: "",
              TRICKY: tricky,
              TOKEN: "redacted",
              SECOND: "2"
            })
            assert.deepStrictEqual(yield* env.get(["SECOND", "NEVER_SET"]), { SECOND: "2" })
          })
        )
      )

      it.live("commands and processes see it, and may have their own", () =>
        withSession(route, ({ command, env }) =>
          Effect.gen(function* () {
            const read = Effect.map(command.run('printf %s "$TRICKY"'), ({ stdout }) => stdout)
            assert.strictEqual(yield* read, "")
            yield* env.set({ TRICKY: tricky, OTHER: "session" })
            assert.strictEqual(yield* read, tricky)
            const own = yield* command.run('printf %s "$OTHER"; export OTHER=changed', {
              env: { OTHER: "own" }
            })
            assert.strictEqual(own.stdout, "own")
            assert.strictEqual((yield* command.run('printf %s "$OTHER"')).stdout, "session")
            const process = yield* command.start('printf %s "$OTHER" > /tmp/seen')
            yield* process.wait
            assert.strictEqual((yield* command.run("cat /tmp/seen")).stdout, "session")
          })
        )
      )

      it.live("code sees it, in interpreters that already run, too", () =>
        withSession(route, ({ code, env }) =>
          Effect.gen(function* () {
            const python = Effect.map(
              code.run("python", "import os\nos.environ.get('TRICKY', '')"),
              ({ text }) => Option.getOrNull(text)
            )
            assert.strictEqual(yield* python, "''")
            yield* code.run("python", "kept = 41")
            yield* env.set({ TRICKY: "a'b" })
            assert.strictEqual(yield* python, '"a\'b"')
            assert.strictEqual(Option.getOrNull((yield* code.run("python", "kept + 1")).text), "42")
            const script = yield* code.run("javascript", "process.env.TRICKY.length")
            assert.strictEqual(Option.getOrNull(script.text), "3")
          })
        )
      )
    })
  }
}
