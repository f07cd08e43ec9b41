import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { all } from "../../src/contract/Actions.js"
import { shell } from "../../src/contract/tools/ShellTools.js"
import { assert } from "../support/assertions.js"
import {
  after,
  connectionFailure,
  direct,
  never,
  ok,
  type Reply,
  refused,
  toolResult
} from "../support/ScriptedService.js"
import { connection, linkConnection, makeTransports, vpcConnection } from "../support/transports.js"
import { makeWatch, measured } from "../support/watching.js"

const session = { sessionId: "s-1" }

describe("the span of an action", () => {
  it.scoped("has a stable name, kind and attributes", () =>
    Effect.gen(function* () {
      const watch = makeWatch()
      const { controlPlane } = yield* makeTransports(() => ok({ Status: "RUNNING" }))
      yield* controlPlane
        .call(all.GetSessionDetail, session, { operation: "Session.status", sessionId: "s-1" })
        .pipe(Effect.withSpan("caller"), watch.watched)
      assert.deepStrictEqual(watch.spans(), [
        { name: "caller", kind: "internal", parent: undefined, attributes: {}, end: "ok" },
        {
          name: "AgentBay.GetSessionDetail",
          kind: "client",
          parent: "caller",
          attributes: {
            "agentbay.operation": "Session.status",
            "agentbay.action": "GetSessionDetail",
            "agentbay.route": "control",
            "agentbay.session.id": "s-1",
            "agentbay.request.id": "req-1"
          },
          end: "ok"
        }
      ])
    })
  )

  it.scoped("says how the call failed", () =>
    Effect.gen(function* () {
      const watch = makeWatch()
      const { controlPlane } = yield* makeTransports(() => refused("Throttling", "slow down", 429))
      yield* Effect.ignore(controlPlane.call(all.GetSession, session)).pipe(watch.watched)
      const [span] = watch.spans()
      assert.deepStrictEqual(span?.attributes, {
        "agentbay.operation": "GetSession",
        "agentbay.action": "GetSession",
        "agentbay.route": "control",
        "agentbay.error.reason": "Throttled",
        "agentbay.error.code": "Throttling",
        "agentbay.error.phase": "sent",
        "http.response.status_code": 429,
        "agentbay.request.id": "req-1"
      })
      assert.include(String(span?.end), "slow down")
    })
  )

  it.scoped("ends with an interruption, too", () =>
    Effect.gen(function* () {
      const watch = makeWatch()
      const { controlPlane } = yield* makeTransports(() => never)
      const fiber = yield* Effect.fork(controlPlane.call(all.GetSession, session).pipe(watch.watched))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.include(String(watch.spans()[0]?.end), "interrupted")
    })
  )
})

describe("the span of a tool call", () => {
  const routes = [
    ["api", connection(), ok(toolResult("hi"))],
    ["link", linkConnection(), direct("hi")],
    ["vpc", vpcConnection(), direct("hi")]
  ] as const
  for (const [route, target, reply] of routes) {
    it.scoped(`names the tool and the ${route} route`, () =>
      Effect.gen(function* () {
        const watch = makeWatch()
        const { toolTransport } = yield* makeTransports(() => reply)
        const answer = yield* toolTransport
          .call(target, shell, { command: "x" }, { operation: "SessionCommand.run" })
          .pipe(watch.watched)
        const [span, ...others] = watch.spans()
        assert.strictEqual(span?.name, "AgentBay.tool.shell")
        assert.strictEqual(span?.kind, "client")
        assert.deepStrictEqual(span?.attributes, {
          "agentbay.operation": "SessionCommand.run",
          "agentbay.tool": "shell",
          "agentbay.route": route,
          "agentbay.session.id": "s-1",
          "agentbay.request.id": answer.requestId
        })
        // The platform's own span would carry the URL, and with it the token.
        assert.deepStrictEqual(others, [])
      })
    )
  }

  it.scoped("tells the route that was taken in the end", () =>
    Effect.gen(function* () {
      const watch = makeWatch()
      const script = (sent: { readonly method: string }): Reply =>
        sent.method === "GET" ? connectionFailure("ECONNREFUSED") : ok(toolResult("hi"))
      const { toolTransport } = yield* makeTransports(script, { vpcFallback: "api" })
      yield* toolTransport
        .call(vpcConnection(), shell, { command: "x" }, { operation: "o" })
        .pipe(watch.watched)
      assert.strictEqual(watch.spans()[0]?.attributes["agentbay.route"], "api")
    })
  )
})

describe("metrics", () => {
  it.scoped("count calls and failures and measure latency, by operation", () =>
    Effect.gen(function* () {
      const replies: Array<Reply> = [after("250 millis", ok()), refused("NOT_LOGIN"), refused("Throttling")]
      const { controlPlane } = yield* makeTransports(() => replies.shift() ?? ok())
      const tags = { operation: "ClearContext", route: "control" }
      const snapshot = Effect.all({
        calls: measured("agentbay_calls", tags),
        latency: measured("agentbay_call_duration", { ...tags, time_unit: "milliseconds" }),
        unauthorized: measured("agentbay_failures", { ...tags, reason: "Unauthorized" }),
        throttled: measured("agentbay_failures", { ...tags, reason: "Throttled" })
      })
      const before = yield* snapshot
      const call = Effect.ignore(controlPlane.call(all.ClearContext, { id: "c" }))
      const fiber = yield* Effect.fork(Effect.repeatN(call, 2))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      const now = yield* snapshot
      assert.strictEqual(now.calls - before.calls, 3)
      assert.strictEqual(now.latency - before.latency, 3, "a failed call takes time as well")
      assert.strictEqual(now.unauthorized - before.unauthorized, 1)
      assert.strictEqual(now.throttled - before.throttled, 1)
    })
  )

  it.scoped("tell tools and routes apart", () =>
    Effect.gen(function* () {
      const { toolTransport } = yield* makeTransports(() => direct("hi"))
      const count = (route: string) => measured("agentbay_calls", { operation: "metric_probe", route })
      const before = [yield* count("link"), yield* count("vpc")]
      const options = { operation: "o" }
      const withProbe = { serverOf: () => ({ _tag: "Some", value: "s" }) as never, entries: [] }
      yield* toolTransport.invoke(linkConnection({ tools: withProbe }), "metric_probe", {}, options)
      yield* toolTransport.invoke(linkConnection({ tools: withProbe }), "metric_probe", {}, options)
      yield* toolTransport.invoke(vpcConnection({ tools: withProbe }), "metric_probe", {}, options)
      assert.deepStrictEqual(
        [(yield* count("link")) - before[0]!, (yield* count("vpc")) - before[1]!],
        [2, 1]
      )
    })
  )
})
