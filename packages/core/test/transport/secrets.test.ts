import { inspect } from "node:util"
import { describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { all } from "../../src/contract/Actions.js"
import { shell } from "../../src/contract/tools/ShellTools.js"
import { redactText } from "../../src/internal/redact.js"
import { assert } from "../support/assertions.js"
import {
  connectionFailure,
  direct,
  json,
  never,
  ok,
  type Reply,
  raw,
  refused,
  type Sent,
  softlyRefused,
  toolResult
} from "../support/ScriptedService.js"
import { leaksIn, secrets } from "../support/secrets.js"
import { connection, linkConnection, makeTransports, vpcConnection } from "../support/transports.js"
import { allMetrics, makeWatch } from "../support/watching.js"

/** Everything that a program could print of an outcome. */
const rendered = (exit: Exit.Exit<unknown, unknown>): string =>
  Exit.isSuccess(exit)
    ? ""
    : [
        Cause.pretty(exit.cause),
        Cause.pretty(exit.cause, { renderErrorCause: true }),
        JSON.stringify(exit),
        String(exit.cause),
        inspect(Cause.squash(exit.cause), { depth: 10 }),
        Inspectable.toStringUnknown(exit.cause),
        ...Array.from(
          Cause.failures(exit.cause),
          (error) => `${JSON.stringify(error)} ${String(error)} ${(error as Error).stack}`
        )
      ].join("\n")

const spellings = (text: string): ReadonlyArray<string> => [
  text,
  encodeURIComponent(text),
  JSON.stringify(text),
  new URLSearchParams({ x: text }).toString()
]

/** The credentials of a request, in every spelling. */
const credentialsOf = (sent: Sent): string =>
  (sent.query["Action"] !== undefined
    ? [secrets.apiKey, secrets.token]
    : sent.method === "GET"
      ? [secrets.token]
      : [secrets.token, secrets.linkUrl]
  )
    .flatMap(spellings)
    .join(" | ")

/** Replies that repeat what they were sent, as gateways and clients do. */
const echoes: ReadonlyArray<readonly [string, (sent: Sent) => Reply]> = [
  [
    "a refusal that repeats the credentials",
    (sent) => refused("NOT_LOGIN", `key ${credentialsOf(sent)} is unknown`)
  ],
  ["a soft refusal that repeats them", (sent) => softlyRefused("C.Soft", `Bearer ${credentialsOf(sent)}`)],
  ["a refusal that repeats the URL", ({ url }) => refused("NotFound", `cannot find ${url.href}`, 404)],
  [
    "a refusal that repeats the path",
    ({ url }) => raw(`{"message":"Route ${url.pathname}${url.search} not found"}`, 404)
  ],
  ["a plain text that repeats the path", ({ url }) => raw(`Cannot POST ${url.pathname}`, 404)],
  ["a refusal that repeats the body", ({ body, url }) => raw(`bad request: ${body} ${url.search}`, 400)],
  [
    "a long refusal with a credential where it is cut",
    () => raw(`${"x".repeat(485)}${secrets.token} y`, 500)
  ],
  [
    "an answer of a wrong form",
    (sent) => json({ RequestId: "r", Success: true, Data: credentialsOf(sent), data: credentialsOf(sent) })
  ],
  ["an error object", (sent) => json({ error: { message: credentialsOf(sent) } })],
  ["an error object around data", (sent) => json({ data: { error: credentialsOf(sent) } })],
  [
    "a refused connection",
    ({ url }) => connectionFailure("ECONNREFUSED", `connect failed: GET ${url.href} failed.`)
  ],
  [
    "a lost connection",
    ({ body, headers, url }) =>
      connectionFailure("ECONNRESET", `socket ${url.href} ${body} ${JSON.stringify(headers)}`)
  ],
  [
    "a failure inside a failure",
    (sent) =>
      Effect.fail(
        new TypeError("fetch failed", { cause: new Error(`${sent.url.href} ${credentialsOf(sent)}`) })
      )
  ],
  ["no answer", () => never]
]

describe("credentials are in nothing that leaves the program", () => {
  for (const [name, reply] of echoes) {
    it.scoped(name, () =>
      Effect.gen(function* () {
        const watch = makeWatch()
        const { controlPlane, toolTransport } = yield* makeTransports(reply)
        const options = { operation: "o" }
        const token = Redacted.make(secrets.token)
        const calls: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
          controlPlane.call(all.GetSession, { sessionId: "s-1" }, { secrets: [token] }),
          toolTransport.invoke(connection({ token: Option.some(token) }), "shell", {}, options),
          toolTransport.call(linkConnection(), shell, { command: "x" }, options),
          toolTransport.call(vpcConnection(), shell, { command: "x" }, options)
        ]
        for (const call of calls) {
          const fiber = yield* Effect.fork(
            call.pipe(
              Effect.tapErrorCause(Effect.logError),
              Effect.withSpan("program"),
              watch.watched,
              Effect.exit
            )
          )
          yield* TestClock.adjust("20 minutes")
          const exit = yield* fiber.await.pipe(Effect.flatten)
          assert.isTrue(Exit.isFailure(exit))
          assert.deepStrictEqual(leaksIn(rendered(exit)), [], rendered(exit))
        }
        assert.deepStrictEqual(leaksIn(watch.everything()), [], watch.everything())
        assert.deepStrictEqual(leaksIn(yield* allMetrics), [])
        assert.isAbove(watch.logs.length, 0)
        assert.isAbove(watch.spans().length, 4)
      })
    )
  }

  it.scoped("what went out over the wire did have them: the test would see a leak", () =>
    Effect.gen(function* () {
      const { service, toolTransport } = yield* makeTransports(() => ok({}))
      const calls = [connection(), linkConnection(), vpcConnection()]
      for (const target of calls)
        yield* Effect.ignore(toolTransport.invoke(target, "shell", {}, { operation: "o" }))
      const wire = service.sent.map(
        ({ form, headers, url }) => `${form["Authorization"]} ${headers["x-access-token"]} ${url.href}`
      )
      assert.deepStrictEqual(leaksIn(wire.join(" ")).toSorted(), ["SECRETKEY", "SECRETLINK", "SECRETTOKEN"])
    })
  )
})

describe("a tool's own words", () => {
  const connections = {
    api: connection({ token: Option.some(Redacted.make(secrets.token)) }),
    link: linkConnection(),
    vpc: vpcConnection()
  }
  for (const [route, of] of Object.entries(connections)) {
    it.scoped(`are passed on without the session's credentials: ${route}`, () =>
      Effect.gen(function* () {
        const words = `see https://example.test/help; your token is ${secrets.token}`
        const { toolTransport } = yield* makeTransports(() =>
          route === "api" ? ok(toolResult(words, true)) : direct(words, true)
        )
        const error = yield* Effect.flip(toolTransport.call(of, shell, { command: "x" }, { operation: "o" }))
        assert.strictEqual(
          error._tag === "ToolError" ? error.text : error._tag,
          "see https://example.test/help; your token is <redacted>"
        )
      })
    )
  }
})

describe("a text is made safe", () => {
  const of = (text: string) => redactText(text, [Redacted.make("pa+ss/word"), Redacted.make("ab")])

  it("URLs keep scheme and host only", () => {
    const table: ReadonlyArray<readonly [string, string]> = [
      ["see https://a.test/x?token=1.", "see https://a.test/…"],
      ["wss://user:pw@a.test:8008/ws/abc", "wss://a.test:8008/…"],
      ['"http://a.test"', '"http://a.test/…"'],
      ["HTTPS://A.test/x", "HTTPS://A.test/…"],
      ["no url", "no url"]
    ]
    for (const [given, expected] of table) assert.strictEqual(of(given), expected)
  })

  it("given secrets and bearer tokens are blanked out, in the spellings of URLs and JSON too", () => {
    for (const text of [
      "pa+ss/word",
      "pa%2Bss%2Fword",
      '{"k":"pa+ss/word"}',
      "Bearer abc.def",
      "authorization: bearer abc.def"
    ]) {
      assert.include(of(text), "<redacted>")
      assert.notMatch(of(text), /ss\/word|ss%2Fword|abc\.def/)
    }
    assert.strictEqual(of("cab ab"), "cab ab", "a secret too short to be one does not tear words apart")
  })
})
