import { assert, describe } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import {
  advanceUntilDone,
  breathe,
  code,
  HOUR,
  reason,
  run,
  untilAsleepFor,
  value,
  withMachine
} from "./support.js"

describe("InMemoryMachine: time", () => {
  withMachine("sleeps in virtual time", (machine) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_000)
      const fiber = yield* Effect.fork(run(machine, "sleep 90; sleep 1.5m; date +%s; echo x > /tmp/then"))
      const result = yield* advanceUntilDone(fiber, 1_000)
      assert.isAtLeast(Number(result.stdout), 1_700_000_180)
      const { modifiedMs } = yield* machine.stat("/tmp/then")
      assert.isAtLeast(modifiedMs, 1000 * Number(result.stdout))
      assert.isAtMost(modifiedMs, yield* Clock.currentTimeMillis)
    })
  )

  withMachine("does not end a sleep early", (machine) =>
    Effect.gen(function* () {
      yield* run(machine, "true")
      const fiber = yield* Effect.fork(run(machine, "sleep 5"))
      yield* untilAsleepFor(5_000)
      yield* TestClock.adjust(4_999)
      yield* breathe
      assert.isTrue(Option.isNone(yield* Fiber.poll(fiber)))
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* Fiber.join(fiber)).exitCode, 0)
    })
  )

  withMachine("times a command out in virtual time, and nothing of it goes on", (machine) =>
    Effect.gen(function* () {
      yield* run(machine, "true")
      const fiber = yield* Effect.fork(run(machine, "sleep 60; echo late > /tmp/late", 1_000))
      yield* untilAsleepFor(60_000)
      yield* TestClock.adjust(1_000)
      assert.deepStrictEqual(yield* Fiber.join(fiber), {
        stdout: "",
        stderr: "",
        exitCode: -1,
        timedOut: true
      })
      yield* TestClock.adjust(HOUR)
      yield* breathe
      assert.strictEqual(yield* reason(machine.stat("/tmp/late")), "NotFound")
    })
  )

  withMachine("stops a command whose fiber is interrupted", (machine) =>
    Effect.gen(function* () {
      yield* run(machine, "true")
      const fiber = yield* Effect.fork(run(machine, "sleep 60; echo late > /tmp/late"))
      yield* untilAsleepFor(60_000)
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust(HOUR)
      yield* breathe
      assert.strictEqual(yield* reason(machine.stat("/tmp/late")), "NotFound")
    })
  )

  withMachine("obeys the shell's own timeout", (machine) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(run(machine, "timeout 10 sleep 60; echo $?; timeout 10 echo in time"))
      assert.strictEqual((yield* advanceUntilDone(fiber, 1_000)).stdout, "124\nin time\n")
    })
  )

  withMachine("gives JavaScript its timers and dates", (machine) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2030, 0, 1))
      assert.strictEqual(yield* value(machine, "javascript", "new Date()"), "2030-01-01T00:00:00.000Z")
      const source =
        "const t = Date.now(); await new Promise((r) => setTimeout(r, 7_200_000)); Date.now() - t >= 7_200_000"
      const fiber = yield* Effect.fork(value(machine, "javascript", source))
      assert.strictEqual(yield* advanceUntilDone(fiber, HOUR), "true")
    })
  )

  withMachine("times JavaScript out while it waits", (machine) =>
    Effect.gen(function* () {
      yield* code(machine, "javascript", "let kept = 1")
      const waiting = "console.log('tick'); setInterval(() => console.log('tick'), 400)"
      const fiber = yield* Effect.fork(code(machine, "javascript", waiting, 1_000))
      yield* untilAsleepFor(400)
      yield* TestClock.adjust(1_000)
      const result = yield* Fiber.join(fiber)
      assert.isTrue(result.timedOut)
      assert.strictEqual(result.stdout, "tick\ntick\ntick\n")
      assert.strictEqual(result.durationMs, 1_000)
      const after = yield* code(machine, "javascript", "console.log(kept)")
      assert.strictEqual(after.stdout, "1\n")
    })
  )

  withMachine("ends JavaScript that computes for longer than its timeout though no clock moves", (machine) =>
    Effect.gen(function* () {
      assert.isTrue((yield* code(machine, "javascript", "while (true) {}", 200)).timedOut)
    })
  )

  withMachine("gives Python its sleep and its clocks", (machine) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2030, 0, 1))
      const source = [
        "import asyncio, datetime, time",
        "started, monotonic = time.time(), time.monotonic()",
        "time.sleep(3600)",
        "await asyncio.sleep(3600)",
        "(datetime.datetime.fromtimestamp(started).year, time.time() - started >= 7200, time.monotonic() - monotonic >= 7200)"
      ].join("\n")
      const fiber = yield* Effect.fork(value(machine, "python", source))
      assert.strictEqual(yield* advanceUntilDone(fiber, HOUR / 2), "(2030, True, True)")
    })
  )

  withMachine("times Python out while it waits, and keeps its names", (machine) =>
    Effect.gen(function* () {
      yield* code(machine, "python", "import time\nkept = 1")
      const fiber = yield* Effect.fork(code(machine, "python", "print('waits')\ntime.sleep(1e6)", 5_000))
      const result = yield* advanceUntilDone(fiber, 1_000)
      assert.isTrue(result.timedOut)
      assert.strictEqual(result.stdout, "waits\n")
      assert.strictEqual(yield* value(machine, "python", "kept"), "1")
    })
  )
})
