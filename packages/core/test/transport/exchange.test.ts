import { describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as TestClock from "effect/TestClock"
import { all } from "../../src/contract/Actions.js"
import * as RetryPolicy from "../../src/RetryPolicy.js"
import * as HttpExchange from "../../src/transport/HttpExchange.js"
import * as VpcTransport from "../../src/transport/VpcTransport.js"
import { assert } from "../support/assertions.js"
import { offering } from "../support/exchange.js"
import {
  after,
  broken,
  connectionFailure,
  direct,
  endless,
  html,
  json,
  never,
  ok,
  type Reply,
  raw,
  refused,
  type Script,
  softlyRefused,
  toolResult
} from "../support/ScriptedService.js"
import {
  connection,
  linkConnection,
  makeTransports,
  type Settings,
  vpcConnection
} from "../support/transports.js"
import { makeWatch, measured } from "../support/watching.js"

type Transports = Effect.Effect.Success<ReturnType<typeof makeTransports>>

type Operation = (transports: Transports) => Effect.Effect<unknown, unknown>

const timeout = Duration.seconds(5)

const tool =
  (target: ReturnType<typeof connection>, idempotent = false): Operation =>
  ({ toolTransport }) =>
    toolTransport.invoke(target, "shell", { command: "x" }, { operation: "op", timeout, idempotent })

/** The answer with its text, whether that was taken or not. */
const takingText: Operation = ({ toolTransport }) =>
  Effect.suspend(() => {
    const taken: Array<string> = []
    const takeText = (pieces: ReadonlyArray<Uint8Array>) => {
      taken.push(Buffer.concat(pieces).toString())
    }
    return Effect.map(
      toolTransport.invoke(linkConnection(), "shell", {}, { operation: "op", timeout, takeText }),
      ({ content, text, ...answer }) => ({
        ...answer,
        kinds: content.map(({ type }) => type),
        text: taken.length === 0 ? text : `${text}${taken.join(" and ")}`
      })
    )
  })

const operations: Readonly<Record<string, Operation>> = {
  control: ({ controlPlane }) => controlPlane.call(all.GetSession, { sessionId: "s-1" }, { timeout }),
  api: tool(connection()),
  link: tool(linkConnection()),
  vpc: tool(vpcConnection()),
  "link, idempotent": tool(linkConnection(), true),
  "link, taking a long text": takingText
}

const twice = (first: Reply, then: Reply): Script => {
  let count = 0
  return () => (count++ === 0 ? first : then)
}

const replies: Readonly<Record<string, () => Script>> = {
  "a result":
    () =>
    ({ query, url }) =>
      query["Action"] === "GetSession"
        ? ok({ SessionId: "s-1" })
        : url.pathname.endsWith("/callTool")
          ? direct("hi")
          : ok(toolResult("hi")),
  "a long result": () => () => direct("QUJD".repeat(5000)),
  "a tool that says no at length": () => () => direct("QUJD".repeat(5000), true),
  "a tool that says no": () => () => direct("no such file", true),
  "a late result": () => () => after("4 seconds", direct("hi")),
  "no JSON": () => () => raw("{"),
  "another JSON": () => () => json({ data: 1 }),
  "an empty body": () => () => raw(""),
  "a page": () => () => html(502),
  "a redirection": () => () => raw("", 302, { location: "https://elsewhere.test" }),
  "a refusal": () => () => refused("InvalidSession.NotFound", "no session", 404),
  "a soft refusal": () => () => softlyRefused("Throttling.User", "slow down"),
  "a refusal that asks to wait": () => () => refused("Throttling", "slow", 429, { "Retry-After": "3" }),
  "too late": () => () => never,
  "a body that never ends": () => () => endless("{"),
  "a body that breaks": () => () => broken("{"),
  "no connection": () => () => connectionFailure("ECONNREFUSED"),
  "a lost connection": () => () => connectionFailure("ECONNRESET", "read ECONNRESET"),
  "a result after a failure": () => twice(connectionFailure("ECONNREFUSED"), direct("hi")),
  "a result after a wait": () => twice(refused("Throttling", "", 429, { "Retry-After": "2" }), direct("hi"))
}

const settings: Readonly<Record<string, Settings>> = {
  "without repetitions": {},
  "with the standard policy": { retry: RetryPolicy.standard }
}

/** Everything that can be seen of one operation. Ids and waits differ from run to run by chance. */
const seen = (operation: Operation, script: Script, given: Settings, isOffered: boolean) =>
  Effect.gen(function* () {
    const watch = makeWatch()
    const transports = yield* makeTransports(
      script,
      given,
      VpcTransport.layer,
      isOffered ? offering : Effect.succeed
    )
    const fiber = yield* Effect.fork(
      operation(transports).pipe(Effect.exit, Effect.withSpan("caller"), watch.watched)
    )
    yield* TestClock.adjust("6 seconds")
    const exit = yield* Fiber.join(fiber)
    const plain = (value: unknown) => JSON.stringify(value).replace(/(link|vpc)-\d+-\d{9}/g, "$1-id")
    return {
      exit: plain(Exit.isSuccess(exit) ? exit.value : exit.cause),
      // Without the stack.
      spans: watch.spans().map((span) => plain({ ...span, end: span.end?.split("\n")[0] })),
      sent: transports.service.sent.map(({ body, headers, method, query, url }) =>
        plain([
          method,
          url.origin,
          url.pathname,
          headers,
          { ...query, SignatureNonce: "", Timestamp: "" },
          body
        ])
      ),
      aborted: transports.service.sent.map(({ wasAborted }) => wasAborted())
    }
  })

describe("a client that offers an exchange cannot be told from one that does not", () => {
  for (const [policy, given] of Object.entries(settings)) {
    for (const [route, operation] of Object.entries(operations)) {
      for (const [reply, script] of Object.entries(replies)) {
        it.scoped(`${route}, ${reply}, ${policy}`, () =>
          Effect.gen(function* () {
            const byClient = yield* seen(operation, script(), given, false)
            yield* TestClock.setTime(0)
            const byExchange = yield* seen(operation, script(), given, true)
            assert.deepStrictEqual(byExchange, byClient)
            assert.isAbove(byExchange.sent.length, 0)
          })
        )
      }
    }
  }
})

const silent = Effect.map(Deferred.make<void>(), (stopped) => {
  let begun = 0
  const exchange: HttpExchange.HttpExchange = () => {
    begun += 1
    return () => Deferred.unsafeDone(stopped, Effect.void)
  }
  return { begun: () => begun, stopped: Deferred.isDone(stopped), exchange }
})

/** Transports over a client that has nothing but this exchange. */
const over = (exchange: HttpExchange.HttpExchange) =>
  makeTransports(
    () => Effect.die("nobody may ask the client"),
    {},
    VpcTransport.layer,
    (client) => Effect.sync(() => HttpExchange.offer(client, exchange))
  )

const counted = Effect.all([
  measured("agentbay_calls", { operation: "shell", route: "link" }),
  measured("agentbay_failures", { operation: "shell", route: "link", reason: "Transport" })
])

describe("a wire call", () => {
  it.scoped("that is interrupted stops its exchange and ends its span once", () =>
    Effect.gen(function* () {
      const watch = makeWatch()
      const { begun, exchange, stopped } = yield* silent
      const fiber = yield* Effect.fork(tool(linkConnection())(yield* over(exchange)).pipe(watch.watched))
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(begun(), 1)
      assert.isFalse(yield* stopped)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
      assert.isTrue(yield* stopped)
      assert.deepStrictEqual(
        watch.spans().map(({ end, name }) => [name, end]),
        [["AgentBay.tool.shell", "All fibers interrupted without errors."]]
      )
    })
  )

  it.scoped("that ends while it begins counts once", () =>
    Effect.gen(function* () {
      const transports = yield* over((_, onEnd) => {
        onEnd({ _tag: "Failure", phase: "notSent", cause: new Error("no") })
        return () => assert.fail("it has ended")
      })
      const [calls, failures] = yield* counted
      const watch = makeWatch()
      const exit = yield* tool(linkConnection())(transports).pipe(watch.watched, Effect.exit)
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(yield* counted, [calls + 1, failures + 1])
      assert.strictEqual(watch.spans().length, 1)
    })
  )

  it.scoped("is made anew whenever the effect runs, also at the same time", () =>
    Effect.gen(function* () {
      const bodies: Array<string | undefined> = []
      const waiting: Array<() => void> = []
      const transports = yield* over(({ body }, onEnd) => {
        bodies.push(body)
        waiting.push(() =>
          onEnd({ _tag: "Answer", status: 200, headers: {}, text: direct("hi").body as string })
        )
        if (waiting.length === 2) for (const answer of waiting) answer()
        return () => undefined
      })
      const watch = makeWatch()
      const effect = tool(linkConnection())(transports)
      yield* Effect.all([effect, effect], { concurrency: 2 }).pipe(watch.watched)
      assert.strictEqual(new Set(bodies).size, 2)
      assert.strictEqual(watch.spans().length, 2)
    })
  )

  it.scoped("lets others go on before it reads its answer", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      let arrive: () => void = () => undefined
      const { toolTransport } = yield* over((_, onEnd) => {
        arrive = () => {
          const answer = { _tag: "Answer", status: 200, headers: {}, text: "" } as const
          const text = () => {
            order.push("read")
            return direct("hi").body as string
          }
          onEnd(Object.defineProperty({ ...answer }, "text", { get: text }))
        }
        return () => order.push("stopped")
      })
      const arrived = yield* Deferred.make<void>()
      const call = (onArrival: () => void) =>
        toolTransport.invoke(linkConnection(), "shell", {}, { operation: "op", timeout, onArrival })
      yield* Effect.fork(Effect.tap(Deferred.await(arrived), () => order.push("others")))
      const fiber = yield* Effect.fork(
        call(() => {
          order.push("arrived")
          Deferred.unsafeDone(arrived, Effect.void)
        })
      )
      yield* Effect.yieldNow()
      arrive()
      assert.strictEqual((yield* Fiber.join(fiber)).text, "hi")
      assert.deepStrictEqual(order, ["arrived", "others", "read"])

      // Interrupted between the two: nobody reads it any more.
      order.length = 0
      const given = yield* Effect.fork(call(() => given.unsafeInterruptAsFork(FiberId.none)))
      yield* Effect.yieldNow()
      arrive()
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(given)))
      yield* Effect.yieldNow()
      assert.notInclude(order, "read")
    })
  )

  it.scoped("whose answer cannot be read for a defect tells its caller, not the client", () =>
    Effect.gen(function* () {
      const transports = yield* over((_, onEnd) => {
        const answer = { _tag: "Answer", status: 200, headers: {}, text: "" } as const
        onEnd(Object.defineProperty({ ...answer }, "text", { get: () => assert.fail("unreadable") }))
        return () => undefined
      })
      const exit = yield* Effect.exit(tool(linkConnection())(transports))
      assert.isTrue(Exit.isFailure(exit) && exit.cause._tag === "Die")
    })
  )

  it.scoped("whose arguments are no JSON is a defect, as everywhere", () =>
    Effect.gen(function* () {
      const { begun, exchange } = yield* silent
      const { toolTransport } = yield* over(exchange)
      const exit = yield* Effect.exit(
        toolTransport.invoke(linkConnection(), "shell", { big: 1n }, { operation: "op", timeout })
      )
      assert.isTrue(Exit.isFailure(exit) && exit.cause._tag === "Die")
      assert.strictEqual(begun(), 0)
    })
  )
})
