import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as Fault from "@effect-agentbay/testing/Fault"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Fiber, Random, TestClock } from "effect"
import {
  call,
  createSession,
  data,
  execute,
  linkRequest,
  viaApi,
  viaLink,
  vpcRequest
} from "../support/service.js"

const run = Effect.provide(TestAgentBay.layerHttpClient)

const withClient = Effect.provide(TestAgentBay.layer)

/** The failure of a client's call. */
const failure = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.flip(effect)

describe("faults, as the client meets them", () => {
  it.effect("refused: nothing was sent, nothing happened", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      yield* cloud.fail({ action: "CreateMcpSession" }, Fault.refused)
      const error = yield* failure(bay.create())
      assert.deepInclude(error, { _tag: "SessionError", reason: "Transport", phase: "notSent" })
      assert.isEmpty(yield* cloud.sessions)
    }).pipe(withClient)
  )

  it.effect("lost: it happened, and nobody knows", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      const { sessionId } = yield* bay.create()
      yield* cloud.fail({ action: "DeleteSessionAsync" }, Fault.lost)
      const error = yield* failure(bay.delete(sessionId))
      assert.deepInclude(error, { _tag: "SessionError", reason: "Transport", phase: "unknown" })
      assert.lengthOf(yield* cloud.sessions, 0)
    }).pipe(withClient)
  )

  it.effect("slow: it happened, the answer comes too late", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      const { sessionId } = yield* bay.create()
      yield* cloud.fail({ action: "DeleteSessionAsync" }, Fault.slow("5 minutes"))
      const fiber = yield* Effect.fork(failure(bay.delete(sessionId)))
      yield* TestClock.adjust("1 minutes")
      assert.deepInclude(yield* Fiber.join(fiber), { reason: "Timeout", phase: "unknown" })
      assert.lengthOf(yield* cloud.sessions, 0)
    }).pipe(withClient)
  )

  it.effect("throttled: with the time to wait", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      yield* cloud.fail({ action: "ListSession" }, Fault.throttled({ retryAfter: "2500 millis" }))
      yield* cloud.fail({ action: "ListSession" }, Fault.throttled())
      const error = yield* failure(bay.list())
      assert.deepInclude(error, { reason: "Throttled", code: "Throttling", status: 429, retryAfterMs: 2500 })
      const plain = yield* failure(bay.list())
      assert.deepInclude(plain, { reason: "Throttled", status: 429 })
      assert.isUndefined((plain as { retryAfterMs?: number }).retryAfterMs)
      yield* bay.list()
    }).pipe(withClient)
  )

  it.effect("server errors, pages, halves, strangers, soft failures", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      const meeting = (fault: Fault.Fault) =>
        Effect.zipRight(cloud.fail({ action: "ListSession" }, fault), failure(bay.list()))
      assert.deepInclude(yield* meeting(Fault.serverError()), {
        reason: "Unavailable",
        status: 503,
        code: "ServiceUnavailable"
      })
      assert.deepInclude(yield* meeting(Fault.serverError(500)), { reason: "Unavailable", status: 500 })
      assert.deepInclude(yield* meeting(Fault.html()), { reason: "Unavailable", status: 502 })
      assert.deepInclude(yield* meeting(Fault.html(200)), { reason: "Decode", status: 200 })
      assert.deepInclude(yield* meeting(Fault.truncatedJson), { reason: "Decode" })
      assert.deepInclude(yield* meeting(Fault.wrongShape({ Success: true, Data: 7 })), { reason: "Decode" })
      assert.deepInclude(yield* meeting(Fault.softFailure("Forbidden", "no")), {
        reason: "Unauthorized",
        code: "Forbidden",
        detail: "no"
      })
    }).pipe(withClient)
  )

  it.effect("on the VPC route a refused connection is a missing route", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      const session = yield* bay.session({ isVpc: true })
      yield* cloud.fail({ route: "vpc" }, Fault.refused)
      const error = yield* failure(session.command.run("true"))
      assert.deepInclude(error, { _tag: "VpcUnavailable", reason: "EndpointUnreachable" })
    }).pipe(Effect.scoped, withClient)
  )
})

describe("faults", () => {
  it.effect("concern what they are aimed at, in order, and as often as they were told", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const session = yield* createSession()
      const other = yield* createSession()
      const status = Effect.map(call("GetLabel", { SessionId: session.SessionId }), (answer) => answer.status)
      yield* cloud.fail({ action: "GetLabel", sessionId: session.SessionId }, Fault.serverError(500), {
        times: 2
      })
      yield* cloud.fail({ action: "GetLabel" }, Fault.serverError(501))
      assert.strictEqual(
        (yield* call("SetLabel", { SessionId: session.SessionId, Labels: "{}" })).status,
        200
      )
      assert.strictEqual((yield* call("GetLabel", { SessionId: other.SessionId })).status, 501)
      assert.deepStrictEqual([yield* status, yield* status, yield* status], [500, 500, 200])
      yield* cloud.fail({}, Fault.serverError(503), { times: Number.POSITIVE_INFINITY })
      assert.deepStrictEqual([yield* status, yield* status], [503, 503])
      yield* cloud.clearFaults
      assert.strictEqual(yield* status, 200)
    }).pipe(run)
  )

  it.effect("meet a share of the calls, or those that a condition names", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      yield* cloud.fail({}, Fault.serverError(500), { probability: 0.3, times: Number.POSITIVE_INFINITY })
      const statuses = yield* Effect.forEach(Array.from({ length: 100 }), () =>
        Effect.map(call("CreateNetwork"), ({ status }) => status)
      )
      const hit = statuses.filter((status) => status === 500).length
      assert.isAbove(hit, 10)
      assert.isBelow(hit, 60)
      yield* cloud.clearFaults
      yield* cloud.fail({}, Fault.serverError(500), {
        when: ({ parameters }) => parameters.ImageId === "code_latest"
      })
      assert.strictEqual((yield* call("ListMcpTools", { ImageId: "linux_latest" })).status, 200)
      assert.strictEqual((yield* call("ListMcpTools", { ImageId: "code_latest" })).status, 500)
    }).pipe(Effect.withRandom(Random.make("faults")), run)
  )

  it.effect("by tool concern every route, by route every tool", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const session = yield* createSession({ VpcResource: "true" })
      yield* cloud.fail({ tool: "get_metrics" }, Fault.serverError(503), { times: 3 })
      assert.strictEqual((yield* execute(linkRequest(session, "get_metrics", {}))).status, 503)
      assert.strictEqual((yield* execute(vpcRequest(session, "get_metrics", {}))).status, 503)
      const overApi = yield* call("CallMcpTool", {
        SessionId: session.SessionId,
        Name: "get_metrics",
        Args: "{}"
      })
      assert.strictEqual(overApi.status, 503)
      yield* cloud.fail({ route: "link" }, Fault.softFailure("Broken", "tool host"), { times: 2 })
      assert.deepStrictEqual(yield* viaLink(session, "get_metrics", {}), {
        text: "[Broken] tool host",
        isError: true
      })
      assert.isFalse((yield* viaApi(session, "get_metrics", {})).isError)
      assert.isTrue((yield* viaLink(session, "shell", { command: "true" })).isError)
    }).pipe(run)
  )

  it.effect("cut answers in half without lying about their length", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const { Id } = yield* data("GetContext", { Name: "c", AllowCreate: "true" })
      yield* cloud.putContextFile(Id, "/f", new TextEncoder().encode("0123456789"))
      const { Url } = yield* data("GetContextFileDownloadUrl", { ContextId: Id, FilePath: "/f" })
      yield* cloud.fail({ route: "presigned" }, Fault.truncatedJson)
      const response = yield* execute(HttpClientRequest.get(Url))
      assert.strictEqual(yield* Effect.orDie(response.text), "01234")
      assert.strictEqual(response.headers["content-length"], "5")
    }).pipe(run)
  )

  it.effect("leave no effect behind, except where they say so", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const without = [Fault.throttled(), Fault.serverError(), Fault.html(), Fault.softFailure("X", "x")]
      for (const fault of without) {
        yield* cloud.fail({ action: "CreateMcpSession" }, fault)
        const response = yield* execute(
          HttpClientRequest.get("https://agentbay.test/?Action=CreateMcpSession&Authorization=Bearer%20k")
        )
        assert.isAtLeast(response.status, 200)
        assert.isEmpty(yield* cloud.sessions, fault._tag)
      }
      for (const fault of [Fault.truncatedJson, Fault.wrongShape([])]) {
        yield* cloud.fail({ action: "CreateMcpSession" }, fault)
        yield* execute(
          HttpClientRequest.get("https://agentbay.test/?Action=CreateMcpSession&Authorization=Bearer%20k")
        )
      }
      assert.lengthOf(yield* cloud.sessions, 2)
    }).pipe(run)
  )
})

describe("scripted tools", () => {
  it.effect("answer in place of the tool over every route, then the tool is back", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const session = yield* createSession({ VpcResource: "true" })
      yield* cloud.scriptTool("shell", [
        "first",
        { text: "second", isError: true },
        { content: [{ type: "image", data: "AAAA" }], isError: false }
      ])
      assert.deepStrictEqual(yield* viaApi(session, "shell", { command: "x" }), {
        text: "first",
        isError: false
      })
      assert.deepStrictEqual(yield* viaLink(session, "shell", { command: "x" }), {
        text: "second",
        isError: true
      })
      const third = yield* data("CallMcpTool", { SessionId: session.SessionId, Name: "shell", Args: "{}" })
      assert.deepStrictEqual(third, { content: [{ type: "image", data: "AAAA" }], isError: false })
      const real = yield* viaApi(session, "shell", { command: "echo real", timeout_ms: 5000 })
      assert.strictEqual(JSON.parse(real.text).stdout, "real\n")
    }).pipe(run)
  )

  it.effect("may be functions, of tools that do not exist, and are replaced and cleared", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const session = yield* createSession()
      yield* cloud.scriptTool("click_mouse", ({ args, sessionId, tool }) =>
        Effect.succeed(JSON.stringify({ args, sessionId, tool }))
      )
      const said = yield* viaApi(session, "click_mouse", { x: 1 })
      assert.deepStrictEqual(JSON.parse(said.text), {
        args: { x: 1 },
        sessionId: session.SessionId,
        tool: "click_mouse"
      })
      yield* cloud.scriptTool("click_mouse", ["other"])
      assert.strictEqual((yield* viaApi(session, "click_mouse", {})).text, "other")
      yield* cloud.scriptTool("click_mouse", ["again"])
      yield* cloud.clearScripts
      assert.isTrue((yield* viaApi(session, "click_mouse", {})).isError)
    }).pipe(run)
  )
})

describe("the journal", () => {
  it.effect("tells every call with its route, what it asked for and how it ended", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      yield* TestClock.setTime(1000)
      const session = yield* createSession({ VpcResource: "true", ImageId: "code_latest" })
      yield* viaApi(session, "write_file", { path: "/tmp/a", content: "x" })
      yield* viaLink(session, "read_file", { path: "/tmp/none" })
      yield* call("GetLabel", { SessionId: "s-none" })
      yield* cloud.fail({ route: "vpc" }, Fault.slow("2 seconds"))
      const slow = yield* Effect.fork(execute(vpcRequest(session, "get_metrics", {})))
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(slow)
      const calls = yield* cloud.journal
      assert.deepStrictEqual(
        calls.map(({ action, durationMs, index, outcome, route, tool }) => [
          index,
          route,
          action,
          tool,
          outcome._tag,
          durationMs
        ]),
        [
          [1, "control", "CreateMcpSession", undefined, "Succeeded", 0],
          [2, "api", "CallMcpTool", "write_file", "Succeeded", 0],
          [3, "link", undefined, "read_file", "ToolFailed", 0],
          [4, "control", "GetLabel", undefined, "Refused", 0],
          [5, "vpc", undefined, "get_metrics", "Faulted", 2000]
        ]
      )
      assert.deepInclude(calls[0], {
        startedAt: 1000,
        parameters: { VpcResource: "true", ImageId: "code_latest" }
      })
      assert.deepStrictEqual(calls[1]?.args, { path: "/tmp/a", content: "x" })
      assert.strictEqual(calls[1]?.sessionId, session.SessionId)
      assert.strictEqual(calls[4]?.sessionId, session.SessionId)
      assert.deepInclude(calls[3]?.outcome, { code: "InvalidMcpSession.NotFound", status: 400 })
      yield* cloud.clearJournal
      assert.isEmpty(yield* cloud.journal)
    }).pipe(run)
  )

  it.effect("keeps no key, token or signature", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const session = yield* createSession({ VpcResource: "true" })
      yield* viaLink(session, "get_metrics", {})
      yield* execute(vpcRequest(session, "get_metrics", {}))
      const { Id } = yield* data("GetContext", { Name: "c", AllowCreate: "true" })
      const { Url } = yield* data("GetContextFileUploadUrl", { ContextId: Id, FilePath: "/f" })
      yield* execute(HttpClientRequest.put(Url))
      const text = JSON.stringify(yield* cloud.journal)
      assert.lengthOf(yield* cloud.journal, 6)
      for (const secret of ["akm-test", session.Token, new URL(Url).searchParams.get("signature") ?? ""]) {
        assert.isNotEmpty(secret)
        assert.notInclude(text, secret)
      }
    }).pipe(run)
  )

  it.effect("keeps the latest calls, and as much of their texts as it was told", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const session = yield* createSession()
      yield* viaApi(session, "write_file", { path: "/tmp/a", content: "x".repeat(100) })
      yield* data("GetLabel", { SessionId: session.SessionId })
      const calls = yield* cloud.journal
      assert.deepStrictEqual(
        calls.map(({ index }) => index),
        [2, 3]
      )
      assert.deepStrictEqual(calls[0]?.args, { path: "/tmp/a", content: `${"x".repeat(10)}… (90 more)` })
    }).pipe(Effect.provide(TestAgentBay.layerHttpClientWith({ journalLimit: 2, journalTextLimit: 10 })))
  )

  it.effect("is told as it happens", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      yield* call("CreateNetwork")
      assert.deepStrictEqual(seen, ["CreateNetwork"])
    }).pipe(
      Effect.provide(
        TestAgentBay.layerHttpClientWith({
          onCall: ({ action }) => Effect.sync(() => void seen.push(action ?? ""))
        })
      )
    )
  })
})
