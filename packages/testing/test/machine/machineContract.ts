import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { type CodeRequest, type MachineError, Machines } from "../../src/machine/Machine.js"
import { commands } from "./contract/commands.js"
import { files } from "./contract/files.js"
import { javaScriptCode } from "./contract/javaScript.js"
import { pythonCode } from "./contract/python.js"
import {
  javascript,
  makeWithMachine,
  python,
  reason,
  shell,
  TEST_LIMIT_MS,
  text
} from "./contract/support.js"

/**
 * What every machine must do, whatever it is made of. `layer` is built once per test, and each test makes its
 * own machine, so tests may run in any order.
 */
export const machineContract = (name: string, layer: Layer.Layer<Machines, unknown>): void => {
  const withMachine = makeWithMachine(layer)

  commands(name, withMachine)
  files(name, withMachine)
  pythonCode(name, withMachine)
  javaScriptCode(name, withMachine)

  describe(`${name}: languages`, () => {
    withMachine("count their runs apart and do not see each other's names", (machine) =>
      Effect.gen(function* () {
        yield* python(machine, "shared = 1")
        const result = yield* javascript(machine, "typeof shared")
        assert.strictEqual(result.executionCount, 1)
        assert.strictEqual(result.outputs[0]?.data["text/plain"], "'undefined'")
      })
    )
  })

  describe(`${name}: the machine`, () => {
    it.scopedLive(
      "shares nothing with another machine",
      () =>
        Effect.gen(function* () {
          const machines = yield* Machines
          const one = yield* machines.make({ sessionId: "s-one", imageId: "linux_latest" })
          const two = yield* machines.make({ sessionId: "s-two", imageId: "linux_latest" })
          assert.strictEqual(one.kind, machines.kind)
          yield* one.write("/tmp/private", text("1"), "overwrite")
          yield* javascript(one, "var mine = 1")
          yield* python(one, "mine = 1")
          assert.strictEqual(yield* reason(two.stat("/tmp/private")), "NotFound")
          assert.strictEqual(
            (yield* javascript(two, "typeof mine")).outputs[0]?.data["text/plain"],
            "'undefined'"
          )
          assert.strictEqual((yield* python(two, "mine")).error?.name, "NameError")
        }).pipe(Effect.provide(layer)),
      TEST_LIMIT_MS
    )

    withMachine("measures itself", (machine) =>
      Effect.gen(function* () {
        const metrics = yield* machine.metrics
        assert.isAtLeast(metrics.cpuCount, 1)
        assert.isAtLeast(metrics.cpuUsedPercent, 0)
        assert.isAtMost(metrics.cpuUsedPercent, 100)
        assert.isAbove(metrics.memoryTotalBytes, 0)
        assert.isAtMost(metrics.memoryUsedBytes, metrics.memoryTotalBytes)
        assert.isAbove(metrics.diskTotalBytes, 0)
        assert.isAtMost(metrics.diskUsedBytes, metrics.diskTotalBytes)
      })
    )

    it.live(
      "is stopped when its scope closes",
      () =>
        Effect.gen(function* () {
          const machines = yield* Machines
          const scope = yield* Scope.make()
          const machine = yield* Scope.extend(
            machines.make({ sessionId: "s-stopped", imageId: "linux_latest" }),
            scope
          )
          yield* machine.write("/tmp/file", text("x"), "overwrite")
          yield* shell(machine, "true")
          yield* Scope.close(scope, Exit.void)
          const run: CodeRequest = { language: "python", code: "1", timeoutMs: 1000 }
          const operations: ReadonlyArray<Effect.Effect<unknown, MachineError>> = [
            shell(machine, "true"),
            machine.runCode(run),
            machine.stat("/tmp/file"),
            machine.list("/tmp"),
            machine.walk("/tmp"),
            machine.read("/tmp/file", 0, 0),
            machine.write("/tmp/file", text("y"), "overwrite"),
            machine.makeDirectory("/tmp/dir"),
            machine.remove("/tmp/file"),
            machine.move("/tmp/file", "/tmp/other"),
            machine.metrics
          ]
          const reasons = yield* Effect.forEach(operations, reason)
          assert.deepStrictEqual(
            reasons,
            operations.map(() => "Stopped")
          )
        }).pipe(Effect.provide(layer)),
      TEST_LIMIT_MS
    )
  })
}
