import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Stream } from "effect"
import { inJumpingTime } from "../support/jumpingClock.js"
import { openScripted, type Script } from "../support/scriptedProcess.js"

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const text = (words: string): Pick<Script, "bytes"> => ({
  bytes: (offset, length) => new TextEncoder().encode(words).subarray(offset, offset + length)
})

describe("an idle process", () => {
  /** A word at the beginning, one after an hour of nothing, one three seconds later, the end 20 ms after that. */
  const idle: Omit<Script, "waits"> = {
    ...text("one\ntwo\nthree\n"),
    sizeAt: (ms) => (ms < hour ? 4 : ms < hour + 3 * second ? 8 : 14),
    endsAt: hour + 3 * second + 20
  }

  const follow = (waits: boolean) =>
    Effect.gen(function* () {
      const { asked, command } = yield* openScripted({ ...idle, waits })
      const process = yield* command.start("x")
      const lines: Array<readonly [string, number]> = []
      yield* Stream.runForEach(process.stdoutLines, (line) =>
        Effect.map(Clock.currentTimeMillis, (now) => lines.push([line, now]))
      )
      assert.deepStrictEqual(
        lines.map(([line]) => line),
        ["one", "two", "three"]
      )
      const late = lines.map(([, at], index) => at - [0, hour, hour + 3 * second][index]!)
      return { asked, late, during: asked.filter((at) => at > second && at < hour).length }
    }).pipe(inJumpingTime)

  it.scoped("costs one call in 15 seconds, and what comes is there within half a second", () =>
    Effect.gen(function* () {
      const { during, late } = yield* follow(true)
      assert.isAtMost(during, 240)
      assert.isAtMost(Math.max(...late), 500)
    })
  )

  it.scoped("costs one call in 5 seconds where the session does not wait", () =>
    Effect.gen(function* () {
      const { asked, during, late } = yield* follow(false)
      assert.isAtMost(during, 725)
      // It is asked at once and often at first, and again after each piece.
      assert.isAtLeast(asked.filter((at) => at < second).length, 5)
      assert.isAtMost(late[0] ?? hour, 100)
      assert.isAtMost(late[1] ?? hour, 5 * second)
      const seen = hour + (late[1] ?? 0)
      assert.isAtLeast(asked.filter((at) => at >= seen && at <= seen + 800).length, 4)
    })
  )

  for (const waits of [true, false]) {
    it.scoped(`is waited for as sparingly${waits ? "" : " where the session does not wait"}`, () =>
      Effect.gen(function* () {
        const { asked, command } = yield* openScripted({ ...idle, waits })
        const process = yield* command.start("x")
        assert.strictEqual((yield* process.wait).exitCode, 0)
        assert.isAtMost(asked.length, waits ? 245 : 735)
      }).pipe(inJumpingTime)
    )
  }
})

describe("a very long stream", () => {
  it.scoped("a day of output arrives byte by byte, held within its budget", () =>
    Effect.gen(function* () {
      const line = 100
      const total = 24 * 60 * line
      const byteAt = (offset: number) => (offset % line === line - 1 ? 10 : 32 + ((offset * 7) % 90))
      const { asked, command } = yield* openScripted({
        sizeAt: (ms) => Math.floor(ms / minute) * line,
        bytes: (offset, length) => Uint8Array.from({ length }, (_, index) => byteAt(offset + index)),
        endsAt: day,
        waits: true
      })
      const process = yield* command.start("x", { budget: 4_096 })
      let taken = 0
      yield* Stream.runForEach(process.stdout, (bytes) =>
        Effect.sync(() => {
          assert.isAtMost(bytes.length, 1_024)
          for (const byte of bytes) {
            if (byte !== byteAt(taken)) assert.fail(`${byte} at ${taken}`)
            taken += 1
          }
        })
      )
      assert.strictEqual(taken, total)
      assert.strictEqual(yield* Clock.currentTimeMillis, day)
      // One for each line, and four a minute that bring nothing.
      assert.isAtMost(asked.length, 24 * 60 * 5 + 10)
    }).pipe(inJumpingTime)
  )

  it.scoped("a consumer that comes late finds all of it, in few large pieces", () =>
    Effect.gen(function* () {
      const total = 8 * 1024 * 1024
      const bytes = (offset: number, length: number) =>
        Uint8Array.from({ length }, (_, index) => ((offset + index) * 31) % 251)
      const { asked, command } = yield* openScripted({
        sizeAt: (ms) => Math.min(total, ms * 1_024),
        bytes,
        endsAt: 3 * hour,
        waits: true
      })
      const process = yield* command.start("x")
      yield* Effect.sleep("3 hours")
      let taken = 0
      let isExact = true
      yield* Stream.runForEach(process.stdout, (piece) =>
        Effect.sync(() => {
          isExact = isExact && piece.every((byte, index) => byte === ((taken + index) * 31) % 251)
          taken += piece.length
        })
      )
      assert.isTrue(isExact)
      assert.strictEqual(taken, total)
      assert.isAtMost(asked.length, total / (64 * 1024) + 10)
    }).pipe(inJumpingTime)
  )
})
