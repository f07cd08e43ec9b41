/** What tests of this repository rely on: a layer that some of them share is no business of the others. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Clock, Context, Effect, Layer, TestClock } from "effect"

class Shared extends Context.Tag("Shared")<Shared, string>() {}

const seen = Effect.all({
  now: Clock.currentTimeMillis,
  shared: Effect.map(Effect.serviceOption(Shared), ({ _tag }) => _tag)
})

const alone = (name: string) =>
  it.effect(`${name}: has a clock of its own, and nothing that others share`, () =>
    Effect.map(seen, (found) => assert.deepStrictEqual(found, { now: 0, shared: "None" }))
  )

describe("a test", () => {
  it.layer(Layer.succeed(Shared, "unnamed"))((test) => {
    test.effect("moves a shared clock", () => TestClock.adjust(1000))
    test.effect("sees that it was moved", () =>
      Effect.map(seen, (found) => assert.deepStrictEqual(found, { now: 1000, shared: "Some" }))
    )
  })
  alone("beside a layer without a name")

  layer(Layer.succeed(Shared, "named"))("with a layer", (test) => {
    test.effect("moves a shared clock", () => TestClock.adjust(1000))
    test.layer(Layer.succeed(Context.GenericTag<number>("Inner"), 1))("and another in it", (inner) => {
      inner.effect("sees both", () => Effect.map(seen, ({ shared }) => assert.strictEqual(shared, "Some")))
    })
    test.effect("sees that it was moved", () =>
      Effect.map(seen, (found) => assert.deepStrictEqual(found, { now: 1000, shared: "Some" }))
    )
  })
  alone("after a layer with a name")

  layer(Layer.succeed(Shared, "live"), { excludeTestServices: true })((test) => {
    test.effect("has real time", () => Effect.map(seen, ({ now }) => assert.isAbove(now, 1e12)))
  })
  alone("beside a layer without test services")
})
