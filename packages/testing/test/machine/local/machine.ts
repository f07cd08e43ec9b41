/** A machine of real processes for each test, and the shortest way to use it. */
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as LocalMachine from "../../../src/machine/LocalMachine.js"
import { type Machine, Machines } from "../../../src/machine/Machine.js"

export const TEST_LIMIT_MS = 60_000

/** Tests on machines made with these options. */
export const makeWithMachine =
  (options?: Parameters<typeof LocalMachine.layer>[0]) =>
  (title: string, body: (machine: Machine) => Effect.Effect<void, unknown, Machines | Scope.Scope>): void =>
    it.scopedLive(
      title,
      () =>
        Effect.gen(function* () {
          const machines = yield* Machines
          yield* body(yield* machines.make({ sessionId: "s-local", imageId: "linux_latest" }))
        }).pipe(Effect.provide(LocalMachine.layer(options))),
      TEST_LIMIT_MS
    )

export const withMachine = makeWithMachine()

export const shell = (machine: Machine, command: string) => machine.exec({ command, timeoutMs: 30_000 })
