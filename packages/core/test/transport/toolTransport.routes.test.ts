import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import * as Tool from "../../src/contract/Tool.js"
import { readFile } from "../../src/contract/tools/FileSystemTools.js"
import { getMetrics } from "../../src/contract/tools/SystemTools.js"
import {
  emptyToolDirectory,
  makeToolDirectory,
  type SessionConnection
} from "../../src/transport/SessionConnection.js"
import * as VpcTransport from "../../src/transport/VpcTransport.js"
import { assert, hasFields } from "../support/assertions.js"
import {
  connectionFailure,
  direct,
  json,
  never,
  ok,
  type Reply,
  refused,
  type Sent,
  toolResult
} from "../support/ScriptedService.js"
import { secrets } from "../support/secrets.js"
import { connection, linkConnection, makeTransports, vpcConnection } from "../support/transports.js"

const options = { operation: "SessionCommand.run" }

const routeOf = (sent: Sent): string =>
  sent.query["Action"] !== undefined ? "api" : sent.url.hostname === "link.test" ? "link" : "vpc"

/** Answers on every route. */
const anywhere = (sent: Sent): Reply => (routeOf(sent) === "api" ? ok(toolResult("hi")) : direct("hi"))

const none = Option.none()

describe("which route a call takes", () => {
  const table: ReadonlyArray<readonly [string, SessionConnection, string, string]> = [
    ["a plain session", connection(), "shell", "api"],
    ["a session with link and token", linkConnection(), "shell", "link"],
    ["a tool without a known server", linkConnection(), "unlisted", "api"],
    ["a link without a token", linkConnection({ token: none }), "shell", "api"],
    ["a token without a link", linkConnection({ linkUrl: none }), "shell", "api"],
    ["no tool list", linkConnection({ tools: emptyToolDirectory }), "shell", "api"],
    ["a VPC session", vpcConnection(), "shell", "vpc"],
    [
      "a VPC session that has a link as well",
      vpcConnection({ linkUrl: Option.some(Redacted.make(secrets.linkUrl)) }),
      "shell",
      "vpc"
    ]
  ]
  for (const [name, target, tool, route] of table) {
    it.scoped(`${name}: ${route}`, () =>
      Effect.gen(function* () {
        const { service, toolTransport } = yield* makeTransports(anywhere)
        assert.strictEqual(toolTransport.routeOf(target, tool), route)
        const answer = yield* toolTransport.invoke(target, tool, { a: 1 }, options)
        assert.strictEqual(answer.route, route)
        assert.strictEqual(answer.text, "hi")
        assert.deepStrictEqual(service.sent.map(routeOf), [route])
      })
    )
  }
})

describe("the API route", () => {
  it.scoped("sends the arguments as JSON text, the server even when it is unknown", () =>
    Effect.gen(function* () {
      const { service, toolTransport } = yield* makeTransports(anywhere)
      const answer = yield* toolTransport.invoke(connection(), "shell", { command: "é \"'&=" }, options)
      yield* toolTransport.invoke(connection(), "unlisted", {}, { ...options, autoGenSession: true })
      assert.strictEqual(answer.requestId, "req-1")
      const [first, second] = service.sent.map(({ form: { Authorization: _, ...form } }) => form)
      assert.deepStrictEqual(first, {
        Args: '{"command":"é \\"\'&="}',
        AutoGenSession: "false",
        Name: "shell",
        Server: "wuying_shell",
        SessionId: "s-1"
      })
      assert.deepInclude(second, { Args: "{}", AutoGenSession: "true", Name: "unlisted", Server: "" })
    })
  )

  const wrong: ReadonlyArray<unknown> = [
    undefined,
    null,
    "",
    {},
    { isError: true },
    "plain text",
    { content: [{}] }
  ]
  for (const data of wrong) {
    it.scoped(`Data ${JSON.stringify(data)} is a failure that keeps the request id`, () =>
      Effect.gen(function* () {
        const { toolTransport } = yield* makeTransports(() => ok(data))
        const error = yield* Effect.flip(toolTransport.invoke(connection(), "shell", {}, options))
        hasFields(error, {
          _tag: "SessionError",
          reason: "Decode",
          requestId: "req-1",
          sessionId: "s-1",
          phase: "sent"
        })
        assert.strictEqual(error.operation, "SessionCommand.run")
      })
    )
  }

  it.scoped("a refusal beside data is a refusal", () =>
    Effect.gen(function* () {
      const body = { RequestId: "r", Success: false, Code: "C.Soft", Message: "no", Data: toolResult("hi") }
      const { toolTransport } = yield* makeTransports(() => json(body))
      const error = yield* Effect.flip(toolTransport.invoke(connection(), "shell", {}, options))
      hasFields(error, { reason: "Unknown", code: "C.Soft", detail: "no", requestId: "r" })
    })
  )
})

describe("which server provides a tool", () => {
  it("is the first entry of that name which has one", () => {
    const entry = (name: string, server: string) => ({
      name,
      server,
      description: "",
      inputSchema: {},
      tool: name
    })
    const directory = makeToolDirectory([entry("a", ""), entry("a", "x"), entry("a", "y"), entry("b", "")])
    assert.deepStrictEqual(directory.serverOf("a"), Option.some("x"))
    assert.deepStrictEqual(directory.serverOf("b"), Option.none())
    assert.deepStrictEqual(directory.serverOf("constructor"), Option.none())
    assert.strictEqual(directory.entries.length, 4)
  })
})

describe("when the VPC route cannot be taken", () => {
  const unreachable = (sent: Sent): Reply =>
    routeOf(sent) === "vpc" ? connectionFailure("ECONNREFUSED") : anywhere(sent)

  it.scoped("the call fails by default", () =>
    Effect.gen(function* () {
      const { service, toolTransport } = yield* makeTransports(unreachable)
      const error = yield* Effect.flip(toolTransport.invoke(vpcConnection(), "shell", {}, options))
      hasFields(error, { _tag: "VpcUnavailable", reason: "EndpointUnreachable" })
      assert.deepStrictEqual(service.sent.map(routeOf), ["vpc"])
    })
  )

  const reasons: ReadonlyArray<readonly [string, SessionConnection]> = [
    ["an unreachable endpoint", vpcConnection()],
    ["missing network details", vpcConnection({ networkInterfaceIp: none })],
    ["no server", vpcConnection({ tools: emptyToolDirectory })]
  ]
  for (const [name, target] of reasons) {
    it.scoped(`with fallback "api" ${name} sends the call over the API`, () =>
      Effect.gen(function* () {
        const { service, toolTransport } = yield* makeTransports(unreachable, { vpcFallback: "api" })
        const answer = yield* toolTransport.invoke(target, "shell", { command: "x" }, options)
        assert.strictEqual(answer.route, "api")
        assert.strictEqual(service.sent.filter((sent) => routeOf(sent) === "api").length, 1)
      })
    )
  }

  it.scoped('with fallback "api" a disabled route sends the call over the API', () =>
    Effect.gen(function* () {
      const { toolTransport } = yield* makeTransports(
        unreachable,
        { vpcFallback: "api" },
        VpcTransport.layerUnavailable
      )
      assert.strictEqual((yield* toolTransport.invoke(vpcConnection(), "shell", {}, options)).route, "api")
    })
  )

  const afterSending: ReadonlyArray<readonly [string, Reply]> = [
    ["a lost connection", connectionFailure("ECONNRESET")],
    ["a server error", refused("InternalError", "no", 500)],
    ["an unreadable answer", json({})],
    ["no answer", never]
  ]
  for (const [name, reply] of afterSending) {
    it.scoped(`${name} is never repeated over the API, whatever the policy`, () =>
      Effect.gen(function* () {
        const { service, toolTransport } = yield* makeTransports(
          (sent) => (routeOf(sent) === "vpc" ? reply : anywhere(sent)),
          { vpcFallback: "api" }
        )
        const fiber = yield* Effect.fork(
          Effect.flip(toolTransport.invoke(vpcConnection(), "shell", {}, options))
        )
        yield* TestClock.adjust("60 seconds")
        assert.strictEqual((yield* Fiber.join(fiber))._tag, "SessionError")
        assert.isFalse(service.sent.some((sent) => routeOf(sent) === "api"))
      })
    )
  }
})

describe("what a tool of the contract answers", () => {
  it.scoped("is decoded, with route and request id", () =>
    Effect.gen(function* () {
      const { toolTransport } = yield* makeTransports(() => ok(toolResult('{"cpu_count":4}')))
      const reply = yield* toolTransport.call(connection(), getMetrics, {}, options)
      hasFields(reply, { requestId: "req-1", route: "api" })
      assert.strictEqual(reply.value.cpu_count, 4)
    })
  )

  it.scoped("an error is a ToolError with the tool's words", () =>
    Effect.gen(function* () {
      for (const [target, reply] of [
        [connection(), ok(toolResult("no such file", true))],
        [linkConnection(), direct("no such file", true)],
        [vpcConnection(), direct("no such file", true)]
      ] as const) {
        const { toolTransport } = yield* makeTransports(() => reply)
        const error = yield* Effect.flip(toolTransport.call(target, readFile, { path: "/x" }, options))
        hasFields(error, {
          _tag: "ToolError",
          operation: "SessionCommand.run",
          tool: "read_file",
          sessionId: "s-1",
          text: "no such file"
        })
        assert.include(error.message, "no such file")
      }
    })
  )

  it.scoped("a text of another form is a Decode failure that does not repeat the text", () =>
    Effect.gen(function* () {
      const { toolTransport } = yield* makeTransports(() => ok(toolResult("not metrics: private")))
      const error = yield* Effect.flip(toolTransport.call(connection(), getMetrics, {}, options))
      hasFields(error, { _tag: "SessionError", reason: "Decode", requestId: "req-1", sessionId: "s-1" })
      assert.include(error.message, "get_metrics")
      assert.notInclude(error.message, "private")
    })
  )

  it.scoped("arguments that the contract does not know are a defect, and nothing is sent", () =>
    Effect.gen(function* () {
      const { service, toolTransport } = yield* makeTransports(anywhere)
      const strict = Tool.make({
        name: "shell",
        server: "s",
        description: "",
        args: Schema.Struct({ n: Schema.Int }),
        idempotent: false
      })
      const exit = yield* Effect.exit(toolTransport.call(connection(), strict, { n: 0.5 }, options))
      assert.strictEqual(exit._tag === "Failure" && exit.cause._tag, "Die")
      assert.strictEqual(service.sent.length, 0)
    })
  )
})
