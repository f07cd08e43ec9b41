import { describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { runCode } from "../../src/contract/tools/CodeTools.js"
import { readFile } from "../../src/contract/tools/FileSystemTools.js"
import { shell } from "../../src/contract/tools/ShellTools.js"
import type { SessionConnection } from "../../src/transport/SessionConnection.js"
import { makeToolDirectory } from "../../src/transport/SessionConnection.js"
import { assert, hasFields } from "../support/assertions.js"
import { never } from "../support/ScriptedService.js"
import {
  connection,
  linkConnection,
  makeTransports,
  type Settings,
  vpcConnection
} from "../support/transports.js"

const options = { operation: "o" }

const tools = makeToolDirectory(
  ["shell", "run_code", "read_file"].map((name) => ({
    name,
    server: "s",
    description: "",
    inputSchema: {},
    tool: name
  }))
)

type Transports = Effect.Effect.Success<ReturnType<typeof makeTransports>>

type Call = (transport: Transports["toolTransport"]) => Effect.Effect<unknown, { readonly _tag: string }>

/** A call that is never answered is still waiting a moment before `least` and has given up at `most`. */
const lasts = (call: Call, least: number, most = least, settings: Settings = {}) =>
  Effect.gen(function* () {
    const { service, toolTransport } = yield* makeTransports(() => never, settings)
    const fiber = yield* Effect.fork(Effect.flip(call(toolTransport)))
    yield* TestClock.adjust(least * 1000 - 1)
    assert.strictEqual((yield* Fiber.poll(fiber))._tag, "None", `it gave up before ${least} s`)
    assert.isFalse(service.sent[0]?.wasAborted())
    yield* TestClock.adjust((most - least) * 1000 + 1)
    assert.strictEqual((yield* Fiber.poll(fiber))._tag, "Some", `it was still waiting at ${most} s`)
    const error = yield* Fiber.join(fiber)
    hasFields(error, { _tag: "SessionError", reason: "Timeout", phase: "unknown" })
    assert.isTrue(service.sent[0]?.wasAborted())
  })

const run =
  (target: SessionConnection, millis: number, timeout?: Duration.Duration): Call =>
  (transport) =>
    transport.call(target, shell, { command: "x", timeout_ms: millis }, { ...options, timeout })

const read =
  (target: SessionConnection): Call =>
  (transport) =>
    transport.call(target, readFile, { path: "/x" }, options)

const routes: ReadonlyArray<readonly [string, SessionConnection, seconds: number]> = [
  ["api", connection({ tools }), 60],
  ["vpc", vpcConnection({ tools }), 60],
  ["link", linkConnection({ tools }), 900]
]

describe("the deadline of a tool call", () => {
  for (const [route, target, seconds] of routes) {
    it.scoped(`${route}: ${seconds} seconds where the work names no time`, () => lasts(read(target), seconds))

    it.scoped(`${route}: any tool by name has the same`, () =>
      lasts((transport) => transport.invoke(target, "shell", {}, options), seconds)
    )

    it.scoped(`${route}: a command of 10 minutes gets more than 10 minutes`, () =>
      lasts(run(target, 600_000), Math.max(600.001, seconds), Math.max(660, seconds))
    )

    it.scoped(`${route}: a command of half an hour gets more than that`, () =>
      lasts(run(target, 1_800_000), 1800.001, 1860)
    )

    it.scoped(`${route}: a short command does not make it shorter`, () => lasts(run(target, 1000), seconds))

    for (const timeout of [Duration.seconds(3), Duration.minutes(20)]) {
      it.scoped(`${route}: ${Duration.format(timeout)} that are given win over everything`, () =>
        lasts(run(target, 600_000, timeout), Duration.toSeconds(timeout))
      )
    }
  }

  it.scoped("seconds and milliseconds are not mixed up", () =>
    lasts(
      (transport) =>
        transport.call(
          connection({ tools }),
          runCode,
          { code: "x", language: "python", timeout_s: 300 },
          options
        ),
      300.001,
      360
    )
  )

  it.scoped("is that of the configuration", () =>
    Effect.gen(function* () {
      const settings = { timeouts: { request: "2 minutes", link: "20 minutes" } } as const
      yield* lasts(read(connection({ tools })), 120, 120, settings)
      yield* lasts(read(linkConnection({ tools })), 1200, 1200, settings)
      yield* lasts(read(vpcConnection({ tools })), 120, 120, settings)
    })
  )

  for (const [route, target] of routes) {
    it.scoped(`${route}: interrupting the caller aborts the request`, () =>
      Effect.gen(function* () {
        const { service, toolTransport } = yield* makeTransports(() => never)
        const fiber = yield* Effect.fork(toolTransport.invoke(target, "shell", {}, options))
        yield* TestClock.adjust("1 second")
        assert.isFalse(service.sent[0]?.wasAborted())
        yield* Fiber.interrupt(fiber)
        assert.isTrue(service.sent[0]?.wasAborted())
      })
    )
  }
})
