import { describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { SessionErrorReason } from "../../src/AgentBayError.js"
import { all } from "../../src/contract/Actions.js"
import { assert, hasFields } from "../support/assertions.js"
import {
  broken,
  connectionFailure,
  html,
  json,
  type Reply,
  raw,
  refused,
  softlyRefused
} from "../support/ScriptedService.js"
import { makeTransports } from "../support/transports.js"

const failure = (reply: Reply) =>
  Effect.gen(function* () {
    const { controlPlane, service } = yield* makeTransports(() => reply)
    const error = yield* Effect.flip(
      controlPlane.call(
        all.GetSession,
        { sessionId: "s-1" },
        { operation: "Session.status", sessionId: "s-1" }
      )
    )
    assert.strictEqual(service.sent.length, 1, "a call is never repeated by the transport")
    return error
  })

const codes: ReadonlyArray<
  readonly [code: string, status: number, reason: SessionErrorReason, retryable: boolean]
> = [
  ["InvalidMcpSession.NotFound", 400, "NotFound", false],
  ["InvalidMcpSession.NotFound", 404, "NotFound", false],
  ["Context.NotFound", 400, "NotFound", false],
  ["FileNotExist", 400, "NotFound", false],
  ["NOT_LOGIN", 400, "Unauthorized", false],
  ["NOT_LOGIN", 401, "Unauthorized", false],
  ["Forbidden.RAM", 403, "Unauthorized", false],
  ["Whatever", 401, "Unauthorized", false],
  ["Throttling", 400, "Throttled", true],
  ["Throttling.User", 400, "Throttled", true],
  ["Throttling.Api", 503, "Throttled", true],
  ["TooManyRequests", 400, "Throttled", true],
  ["Whatever", 429, "Throttled", true],
  ["InvalidAction.NotFound", 404, "Unsupported", false],
  ["InvalidAction.NotFound", 400, "Unsupported", false],
  ["Session.IncorrectStatus", 400, "Conflict", false],
  ["Whatever", 409, "Conflict", false],
  ["ServiceUnavailable", 503, "Unavailable", true],
  ["InternalError", 500, "Unavailable", true],
  ["Whatever", 502, "Unavailable", true],
  ["Gateway.Timeout", 400, "Timeout", true],
  ["Whatever", 504, "Timeout", true],
  ["Whatever", 408, "Timeout", true],
  ["InvalidParameter", 400, "InvalidRequest", false],
  ["MissingParameter", 400, "InvalidRequest", false],
  ["Whatever", 400, "InvalidRequest", false],
  ["Whatever", 302, "Unknown", false]
]

describe("a refusal by HTTP status", () => {
  for (const [code, status, reason, retryable] of codes) {
    it.scoped(`${code} with ${status} is ${reason}`, () =>
      Effect.gen(function* () {
        const error = yield* failure(refused(code, "what the service says", status))
        assert.strictEqual(error._tag, "SessionError")
        hasFields(error, {
          reason,
          code,
          status,
          requestId: "req-1",
          phase: "sent",
          operation: "Session.status",
          sessionId: "s-1"
        })
        assert.strictEqual(error.isRetryable, retryable)
        assert.strictEqual(error.detail, "what the service says")
        for (const part of [
          "Session.status failed",
          reason,
          code,
          `HTTP ${status}`,
          "session s-1",
          "request id req-1"
        ]) {
          assert.include(error.message, part)
        }
      })
    )
  }

  it.scoped("is read in both capitalisations", () =>
    Effect.gen(function* () {
      const error = yield* failure(json({ code: "NOT_LOGIN", message: "who", requestId: "low-1" }, 400))
      hasFields(error, { reason: "Unauthorized", code: "NOT_LOGIN", detail: "who", requestId: "low-1" })
    })
  )

  it.scoped("without any code keeps status and request id", () =>
    Effect.gen(function* () {
      const error = yield* failure(json({ RequestId: "r" }, 500))
      hasFields(error, { reason: "Unavailable", status: 500, requestId: "r", code: undefined })
    })
  )
})

describe("a refusal with HTTP status 200", () => {
  const soft: ReadonlyArray<readonly [code: string, message: string, reason: SessionErrorReason]> = [
    ["InvalidMcpSession.NotFound", "no", "NotFound"],
    ["NOT_LOGIN", "no", "Unauthorized"],
    ["Throttling", "no", "Throttled"],
    ["InvalidAction.NotFound", "no", "Unsupported"],
    ["ServiceUnavailable", "no", "Unavailable"],
    ["InvalidParameter", "no", "InvalidRequest"],
    ["C.Soft", "the file not exist", "NotFound"],
    ["C.Soft", "no", "Unknown"]
  ]
  for (const [code, message, reason] of soft) {
    it.scoped(`${code} (${message}) is ${reason}`, () =>
      Effect.gen(function* () {
        const error = yield* failure(softlyRefused(code, message))
        hasFields(error, { reason, code, status: 200, requestId: "req-1", detail: message })
      })
    )
  }

  it.scoped("needs neither code nor message", () =>
    Effect.gen(function* () {
      const error = yield* failure(json({ RequestId: "r", Success: false }))
      hasFields(error, { reason: "Unknown", requestId: "r", detail: "", code: undefined })
    })
  )

  it.scoped("is told by the status in the body when the code says nothing", () =>
    Effect.gen(function* () {
      const error = yield* failure(
        json({ RequestId: "r", Success: false, Code: "C.Soft", HttpStatusCode: 503 })
      )
      hasFields(error, { reason: "Unavailable", status: 200 })
    })
  )
})

describe("a body that is not the protocol's", () => {
  const bodies: ReadonlyArray<readonly [string, Reply, SessionErrorReason, string]> = [
    ["HTML with 200", html(200), "Decode", "the answer is an HTML page"],
    ["HTML with 502", html(502), "Unavailable", "the answer is an HTML page"],
    ["HTML with 404", html(404), "NotFound", "the answer is an HTML page"],
    ["HTML with 302", html(302), "Decode", "the answer is an HTML page"],
    ["nothing with 200", raw(""), "Decode", "the answer is not JSON"],
    ["nothing with 500", raw("", 500), "Unavailable", "the answer is not JSON"],
    ["truncated JSON", raw('{"RequestId":"r","Data":{"Sta'), "Decode", "the answer is not JSON"],
    ["null", raw("null"), "Decode", "the answer is not a JSON object"],
    ["an array", raw("[]"), "Decode", "the answer is not a JSON object"],
    ["a text", raw('"ok"'), "Decode", "the answer is not a JSON object"]
  ]
  for (const [name, reply, reason, detail] of bodies) {
    it.scoped(`${name} is ${reason}`, () =>
      Effect.gen(function* () {
        const error = yield* failure(reply)
        hasFields(error, { reason, detail, phase: "sent" })
        assert.isNumber(error.status)
      })
    )
  }

  it.scoped("a member of a wrong type decides nothing: the code and the status do", () =>
    Effect.gen(function* () {
      const odd = { RequestId: "r", Success: "perhaps", Message: {}, TotalCount: [] }
      const refusal = yield* failure(json({ ...odd, Code: "NOT_LOGIN" }))
      hasFields(refusal, { reason: "Unauthorized", requestId: "r", detail: "" })
      const byStatus = yield* failure(json({ ...odd, HttpStatusCode: 503 }))
      hasFields(byStatus, { reason: "Unavailable", requestId: "r" })
      const withoutData = yield* failure(json(odd))
      hasFields(withoutData, { reason: "Decode", requestId: "r", status: 200 })
    })
  )

  it.scoped("an answer that says nothing is no success, also where no data is expected", () =>
    Effect.gen(function* () {
      for (const body of [{}, { RequestId: "r" }, { Success: "perhaps" }]) {
        const { controlPlane } = yield* makeTransports(() => json(body))
        const error = yield* Effect.flip(
          controlPlane.call(all.SetLabel, { sessionId: "s-1", labels: { a: "b" } })
        )
        hasFields(error, { reason: "Decode", phase: "sent", status: 200 })
      }
    })
  )

  it.scoped("a body that breaks off was sent", () =>
    Effect.gen(function* () {
      const error = yield* failure(broken('{"RequestId":'))
      hasFields(error, { reason: "Transport", phase: "sent", status: 200 })
      assert.include(error.detail, "ECONNRESET")
    })
  )
})

describe("how long to wait", () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 0)
  const headers: ReadonlyArray<readonly [Readonly<Record<string, string>>, number | undefined]> = [
    [{ "retry-after": "7" }, 7000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": "Thu, 01 Jan 2026 12:01:30 GMT" }, 90_000],
    [{ "retry-after": "Thu, 01 Jan 2026 11:58:30 GMT" }, 0],
    [{ "x-acs-retry-after": "1200" }, 1200],
    [{ "x-ratelimit-user-api": "Remain:0,Limit:10,TimeLeft:3000" }, 3000],
    [{ "x-ratelimit-user": "TimeLeft:250" }, 250],
    [{ "retry-after": "soon", "x-acs-retry-after": "80" }, 80],
    [{ "retry-after": "soon" }, undefined],
    [{ "x-ratelimit-user": "Remain:1" }, undefined],
    [{}, undefined]
  ]
  for (const [given, expected] of headers) {
    it.scoped(`${JSON.stringify(given)} is ${expected} ms`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(now)
        const error = yield* failure(refused("Throttling", "slow down", 429, given))
        assert.strictEqual(error.retryAfterMs, expected)
        assert.deepStrictEqual(error.retryAfter, Option.map(Option.fromNullable(expected), Duration.millis))
        const page = yield* failure(raw("<html>", 503, given))
        assert.strictEqual(page.retryAfterMs, expected)
      })
    )
  }
})

describe("a connection that could not be made, or broke", () => {
  const before = [
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
    "CERT_HAS_EXPIRED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "ERR_TLS_CERT_ALTNAME_INVALID"
  ]
  for (const code of before) {
    it.scoped(`${code}: nothing was sent`, () =>
      Effect.gen(function* () {
        const error = yield* failure(connectionFailure(code))
        hasFields(error, { reason: "Transport", phase: "notSent", status: undefined })
        assert.include(error.message, "request not sent")
        assert.include(error.detail, code)
        assert.isTrue(error.isRetryable)
      })
    )
  }

  for (const code of ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "ETIMEDOUT"]) {
    it.scoped(`${code}: it may have been received`, () =>
      Effect.gen(function* () {
        const error = yield* failure(connectionFailure(code))
        hasFields(error, { reason: "Transport", phase: "unknown" })
        assert.include(error.message, "request possibly received")
      })
    )
  }

  it.scoped("the code is found inside causes and collections", () =>
    Effect.gen(function* () {
      const refusal = Object.assign(new Error("connect"), { code: "ECONNREFUSED" })
      for (const cause of [
        new TypeError("fetch failed", { cause: refusal }),
        new AggregateError([refusal, refusal]),
        new Error("outer", { cause: new AggregateError([refusal]) })
      ]) {
        const error = yield* failure(Effect.fail(cause))
        assert.strictEqual(error.phase, "notSent")
      }
    })
  )

  it.scoped("a failure of an unknown kind is named as what it is", () =>
    Effect.gen(function* () {
      const error = yield* failure(Effect.fail(new Error("")))
      hasFields(error, { reason: "Transport", phase: "unknown" })
      assert.notStrictEqual(error.detail, "")
    })
  )
})
