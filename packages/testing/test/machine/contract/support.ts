import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { type Machine, type MachineError, Machines } from "../../../src/machine/Machine.js"

export const TEST_LIMIT_MS = 60_000

export const text = (value: string) => new TextEncoder().encode(value)
export const decode = (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true }).decode(bytes)

export const shell = (
  machine: Machine,
  command: string,
  options?: { cwd?: string; env?: Record<string, string> }
) => machine.exec({ command, timeoutMs: 30_000, ...options })

export const python = (machine: Machine, code: string, timeoutMs = 30_000) =>
  machine.runCode({ language: "python", code, timeoutMs })

export const javascript = (machine: Machine, code: string, timeoutMs = 30_000) =>
  machine.runCode({ language: "javascript", code, timeoutMs })

export const reason = <A>(operation: Effect.Effect<A, MachineError>) =>
  Effect.match(operation, { onFailure: (error) => error.reason, onSuccess: () => "no failure" as const })

/** A test with a machine of its own, in real time. */
export type WithMachine = (
  title: string,
  body: (machine: Machine) => Effect.Effect<void, MachineError, Scope.Scope>
) => void

export const makeWithMachine =
  (layer: Layer.Layer<Machines, unknown>): WithMachine =>
  (title, body) =>
    it.scopedLive(
      title,
      () =>
        Effect.gen(function* () {
          const machines = yield* Machines
          const machine = yield* machines.make({ sessionId: "s-contract", imageId: "linux_latest" })
          yield* body(machine)
        }).pipe(Effect.provide(layer)),
      TEST_LIMIT_MS
    )
