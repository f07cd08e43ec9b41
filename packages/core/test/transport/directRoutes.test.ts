import { HttpClient } from "@effect/platform/HttpClient"
import { describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import type { SessionErrorReason, VpcUnavailableReason } from "../../src/AgentBayError.js"
import { emptyToolDirectory, type SessionConnection } from "../../src/transport/SessionConnection.js"
import * as VpcTransport from "../../src/transport/VpcTransport.js"
import { assert, hasFields } from "../support/assertions.js"
import {
  broken,
  connectionFailure,
  direct,
  html,
  json,
  type Reply,
  raw,
  refused
} from "../support/ScriptedService.js"
import { secrets } from "../support/secrets.js"
import { connection, linkConnection, makeTransports, vpcConnection } from "../support/transports.js"

const options = { operation: "SessionCommand.run" }

const now = 1_700_000_000_000

const invoke = (target: SessionConnection, reply: Reply, args: unknown = { command: "ls" }) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(now)
    const { service, toolTransport } = yield* makeTransports(() => reply)
    const outcome = yield* Effect.either(toolTransport.invoke(target, "shell", args, options))
    return { sent: service.sent, outcome }
  })

describe("a call over the link", () => {
  it.scoped("is a POST of one JSON object with the token in body and header", () =>
    Effect.gen(function* () {
      const { outcome, sent } = yield* invoke(linkConnection(), direct("hi"))
      const request = sent[0]!
      assert.strictEqual(request.method, "POST")
      assert.strictEqual(request.url.href, `${secrets.linkUrl}/callTool`)
      assert.strictEqual(request.headers["x-access-token"], secrets.token)
      assert.strictEqual(request.headers["content-type"], "application/json")
      const { requestId, ...body } = JSON.parse(request.body) as Record<string, unknown>
      assert.match(String(requestId), new RegExp(`^link-${now}-\\d{9}$`))
      assert.deepStrictEqual(body, {
        args: { command: "ls" },
        server: "wuying_shell",
        tool: "shell",
        token: secrets.token
      })
      hasFields(outcome._tag === "Right" ? outcome.right : {}, { requestId, route: "link", text: "hi" })
    })
  )

  it.scoped("slashes at the end of the link do not matter", () =>
    Effect.gen(function* () {
      const linkUrl = Option.some(Redacted.make(`${secrets.linkUrl}//`))
      const { sent } = yield* invoke(linkConnection({ linkUrl }), direct("hi"))
      assert.strictEqual(sent[0]?.url.href, `${secrets.linkUrl}/callTool`)
    })
  )
})

describe("a call inside the VPC", () => {
  it.scoped("is a GET with everything in the query", () =>
    Effect.gen(function* () {
      const { outcome, sent } = yield* invoke(vpcConnection(), direct("hi"), { command: "é&=+" })
      const request = sent[0]!
      assert.strictEqual(request.method, "GET")
      assert.strictEqual(`${request.url.origin}${request.url.pathname}`, "http://10.0.0.7:8080/callTool")
      assert.strictEqual(request.headers["content-type"], "application/x-www-form-urlencoded")
      const { requestId, ...query } = request.query
      assert.match(String(requestId), new RegExp(`^vpc-${now}-\\d{9}$`))
      assert.deepStrictEqual(query, {
        server: "wuying_shell",
        tool: "shell",
        args: '{"command":"é&=+"}',
        token: secrets.token
      })
      hasFields(outcome._tag === "Right" ? outcome.right : {}, { requestId, route: "vpc", text: "hi" })
    })
  )

  it.scoped("sends an empty token where there is none, and brackets an IPv6 address", () =>
    Effect.gen(function* () {
      const target = vpcConnection({ token: Option.none(), networkInterfaceIp: Option.some("fd00::7") })
      const { sent } = yield* invoke(target, direct("hi"))
      assert.strictEqual(sent[0]?.query["token"], "")
      assert.strictEqual(sent[0]?.url.host, "[fd00::7]:8080")
    })
  )

  const reasons: ReadonlyArray<readonly [VpcUnavailableReason, SessionConnection, missing: string]> = [
    ["NoServerForTool", vpcConnection({ tools: emptyToolDirectory }), "no server is listed for tool shell"],
    ["NetworkDetailsMissing", vpcConnection({ networkInterfaceIp: Option.none() }), "networkInterfaceIp"],
    ["NetworkDetailsMissing", vpcConnection({ httpPort: Option.none() }), "httpPort"],
    [
      "NetworkDetailsMissing",
      vpcConnection({ httpPort: Option.none(), networkInterfaceIp: Option.none() }),
      "networkInterfaceIp and httpPort"
    ]
  ]
  for (const [reason, target, missing] of reasons) {
    it.scoped(`${reason} (${missing}) sends nothing`, () =>
      Effect.gen(function* () {
        const { outcome, sent } = yield* invoke(target, direct("hi"))
        const error = outcome._tag === "Left" ? outcome.left : undefined
        hasFields(error, {
          _tag: "VpcUnavailable",
          reason,
          missing,
          tool: "shell",
          sessionId: "s-1",
          operation: "SessionCommand.run"
        })
        for (const part of ["session s-1", "tool shell", reason, missing])
          assert.include(error?.message, part)
        assert.strictEqual(sent.length, 0)
      })
    )
  }

  it.scoped("NotVpcSession: the route refuses other sessions by itself", () =>
    Effect.gen(function* () {
      const { service } = yield* makeTransports(() => direct("hi"))
      const transport = yield* VpcTransport.make.pipe(Effect.provideService(HttpClient, service.client))
      const request = {
        connection: connection(),
        tool: "shell",
        args: {},
        operation: "o",
        timeout: Duration.seconds(1),
        autoGenSession: false
      }
      const error = yield* Effect.flip(transport.call(request))
      hasFields(error, { _tag: "VpcUnavailable", reason: "NotVpcSession" })
      assert.include(error.message, "isVpc: true")
      assert.strictEqual(service.sent.length, 0)
    })
  )

  it.scoped("EndpointUnreachable names the address, not the token", () =>
    Effect.gen(function* () {
      const { outcome } = yield* invoke(vpcConnection(), connectionFailure("ECONNREFUSED"))
      const error = outcome._tag === "Left" ? outcome.left : undefined
      hasFields(error, { _tag: "VpcUnavailable", reason: "EndpointUnreachable" })
      assert.include(error?.message, "http://10.0.0.7:8080")
      assert.include(error?.message, "ECONNREFUSED")
    })
  )

  it.scoped("RouteDisabled: layerUnavailable sends nothing", () =>
    Effect.gen(function* () {
      const { service, toolTransport } = yield* makeTransports(
        () => direct("hi"),
        {},
        VpcTransport.layerUnavailable
      )
      const error = yield* Effect.flip(toolTransport.invoke(vpcConnection(), "shell", {}, options))
      hasFields(error, { _tag: "VpcUnavailable", reason: "RouteDisabled", sessionId: "s-1" })
      assert.strictEqual(service.sent.length, 0)
    })
  )
})

const failures: ReadonlyArray<
  readonly [name: string, reply: Reply, reason: SessionErrorReason, phase: string]
> = [
  ["HTTP 401", raw("no", 401), "Unauthorized", "sent"],
  ["HTTP 404", html(404), "NotFound", "sent"],
  ["HTTP 429", refused("x", "no", 429, { "retry-after": "3" }), "Throttled", "sent"],
  ["HTTP 500", raw("broken", 500), "Unavailable", "sent"],
  ["HTTP 504", html(504), "Timeout", "sent"],
  ["HTTP 302", raw("", 302), "Decode", "sent"],
  ["an empty object", json({}), "Decode", "sent"],
  ["no JSON", raw("hello"), "Decode", "sent"],
  ["truncated JSON", raw('{"data":"{'), "Decode", "sent"],
  ["a body that breaks off", broken('{"data":'), "Transport", "sent"],
  ["a lost connection", connectionFailure("ECONNRESET"), "Transport", "unknown"]
]

for (const [route, target] of [
  ["link", linkConnection()],
  ["vpc", vpcConnection()]
] as const) {
  describe(`a failure on the ${route} route`, () => {
    for (const [name, reply, reason, phase] of failures) {
      it.scoped(`${name} is ${reason}, with the id of the request`, () =>
        Effect.gen(function* () {
          const { outcome, sent } = yield* invoke(target, reply)
          const error = outcome._tag === "Left" ? outcome.left : undefined
          hasFields(error, {
            _tag: "SessionError",
            reason,
            phase,
            sessionId: "s-1",
            operation: "SessionCommand.run"
          })
          const requestId =
            route === "vpc" ? sent[0]?.query["requestId"] : JSON.parse(sent[0]?.body ?? "").requestId
          assert.strictEqual((error as { readonly requestId?: string }).requestId, requestId)
          assert.strictEqual(sent.length, 1)
          if (name === "HTTP 429")
            assert.strictEqual((error as { readonly retryAfterMs?: number }).retryAfterMs, 3000)
        })
      )
    }
  })
}

it.scoped("a refused connection over the link was not sent", () =>
  Effect.gen(function* () {
    const { outcome } = yield* invoke(linkConnection(), connectionFailure("ECONNREFUSED"))
    hasFields(outcome._tag === "Left" ? outcome.left : {}, { reason: "Transport", phase: "notSent" })
  })
)
