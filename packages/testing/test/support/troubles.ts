/** What can happen to the live channel of a session while something goes over it. */
import { Effect } from "effect"
import * as fc from "effect/FastCheck"
import * as SocketFault from "../../src/cloud/SocketFault.js"
import { TestCloud } from "../../src/TestCloud.js"

export type Trouble =
  /** All connections break. */
  | { readonly _tag: "Cut" }
  /** The connection breaks in place of a later frame: a request, an answer or a push. */
  | { readonly _tag: "CutFrame"; readonly direction: "in" | "out"; readonly skip: number }
  /** The next attempts to connect fail. */
  | { readonly _tag: "Unreachable"; readonly times: number }
  | { readonly _tag: "DelayFrame"; readonly millis: number }
  | { readonly _tag: "Wait"; readonly millis: number }

const trouble = (longestWait: number): fc.Arbitrary<Trouble> =>
  fc.oneof(
    { arbitrary: fc.constant<Trouble>({ _tag: "Cut" }), weight: 2 },
    {
      arbitrary: fc.record({
        _tag: fc.constant("CutFrame" as const),
        direction: fc.constantFrom("in" as const, "out" as const),
        skip: fc.nat(3)
      }),
      weight: 2
    },
    {
      arbitrary: fc.record({
        _tag: fc.constant("Unreachable" as const),
        times: fc.integer({ min: 1, max: 2 })
      }),
      weight: 1
    },
    {
      arbitrary: fc.record({
        _tag: fc.constant("DelayFrame" as const),
        millis: fc.integer({ min: 1, max: 1_000 })
      }),
      weight: 1
    },
    {
      arbitrary: fc.record({
        _tag: fc.constant("Wait" as const),
        millis: fc.integer({ min: 1, max: longestWait })
      }),
      weight: 4
    }
  )

/** Something that goes over the channel, and troubles, as often as each other. */
export const amid = <A>(
  step: fc.Arbitrary<A>,
  longestWait: number
): fc.Arbitrary<ReadonlyArray<A | Trouble>> =>
  fc.array(fc.oneof({ arbitrary: step, weight: 8 }, { arbitrary: trouble(longestWait), weight: 10 }), {
    minLength: 4,
    maxLength: 24
  })

/** `wait` lets time pass, whichever the test has. */
export const meet = (
  sessionId: string,
  step: Trouble,
  wait: (millis: number) => Effect.Effect<void>
): Effect.Effect<void, never, TestCloud> =>
  Effect.flatMap(TestCloud, (cloud) => {
    switch (step._tag) {
      case "Cut":
        return cloud.dropSockets(sessionId)
      case "CutFrame":
        return cloud.failSocket({ direction: step.direction }, SocketFault.dropped, { skip: step.skip })
      case "Unreachable":
        return cloud.failSocket({}, SocketFault.unreachable, { times: step.times })
      case "DelayFrame":
        return cloud.failSocket({ direction: "out" }, SocketFault.delayed(step.millis))
      case "Wait":
        return wait(step.millis)
    }
  })
