import { assert, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import * as InMemoryMachine from "../../../src/machine/InMemoryMachine.js"
import { type CodeLanguage, type Machine, type MachineError, Machines } from "../../../src/machine/Machine.js"

export const HOUR = 3_600_000
export const YEAR = 365 * 24 * HOUR

export const text = (value: string) => new TextEncoder().encode(value)
export const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

export const newMachine = Effect.flatMap(Machines, (machines) =>
  machines.make({ sessionId: "s-memory", imageId: "linux_latest" })
)

export const withMachine = (
  title: string,
  body: (machine: Machine) => Effect.Effect<void, MachineError, Scope.Scope>
): void =>
  it.scoped(title, () => Effect.flatMap(newMachine, body).pipe(Effect.provide(InMemoryMachine.layer)), 60_000)

export const run = (machine: Machine, command: string, timeoutMs = YEAR) =>
  machine.exec({ command, timeoutMs })

export const stdout = (machine: Machine, command: string) =>
  Effect.map(run(machine, command), (result) => {
    assert.strictEqual(result.stderr, "")
    return result.stdout
  })

export const code = (machine: Machine, language: CodeLanguage, source: string, timeoutMs = YEAR) =>
  machine.runCode({ language, code: source, timeoutMs })

export const value = (machine: Machine, language: CodeLanguage, source: string) =>
  Effect.map(code(machine, language, source), (result) => {
    assert.isUndefined(result.error, result.error?.traceback.join("\n"))
    return result.outputs.find((output) => output.isMain)?.data["text/plain"]
  })

export const reason = <A>(operation: Effect.Effect<A, MachineError>) =>
  Effect.match(operation, { onFailure: (error) => error.reason, onSuccess: () => "no failure" as const })

/** Lets host work (a worker, an import) go on, in real time. */
export const breathe = Effect.withClock(Effect.sleep(2), Clock.make())

/** Lets host work go on until it waits for the moment that is so far away. */
export const untilAsleepFor = (ms: number): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.repeat(Effect.zipRight(breathe, TestClock.sleeps()), { until: Chunk.contains(now + ms) })
  )

/** Moves virtual time on until the fiber is done: what it waits for may come up late. */
export const advanceUntilDone = <A, E>(fiber: Fiber.Fiber<A, E>, stepMs: number): Effect.Effect<A, E> =>
  Effect.gen(function* () {
    for (;;) {
      const done = yield* Fiber.poll(fiber)
      if (Option.isSome(done)) return yield* done.value
      yield* TestClock.adjust(stepMs)
      yield* breathe
    }
  })
