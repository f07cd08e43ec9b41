/** Credentials and presigned URLs travel as arguments: whatever repeats them, they are shown nowhere. */
import { inspect } from "node:util"
import { describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as SessionOss from "../../src/session/SessionOss.js"
import { makeToolDirectory } from "../../src/transport/SessionConnection.js"
import { assert } from "../support/assertions.js"
import {
  connectionFailure,
  direct,
  json,
  ok,
  type Reply,
  raw,
  refused,
  type Sent,
  softlyRefused,
  toolResult
} from "../support/ScriptedService.js"
import { leaksIn } from "../support/secrets.js"
import { connection, linkConnection, makeTransports, vpcConnection } from "../support/transports.js"
import { allMetrics, makeWatch } from "../support/watching.js"

const tools = makeToolDirectory(
  ["oss_env_init", "oss_upload", "oss_upload_annon", "oss_download_annon"].map((name) => ({
    name,
    server: "wuying_oss",
    description: "",
    inputSchema: {},
    tool: name
  }))
)

const secret = 'key"+/=%SECRETACCESSKEY'

const credentials = {
  accessKeyId: "STS.SECRETID",
  accessKeySecret: Redacted.make(secret),
  // Begins like the key: blanking out the shorter one first would leave the rest.
  securityToken: Redacted.make(`${secret}-SECRETTOKEN`)
} as const

const url = "https://bucket.test/SECRETOBJECT?Signature=SECRETSIGNATURE&x=1"

const spellings = (text: string) => [text, encodeURIComponent(text), JSON.stringify(text)]

const given = [credentials.accessKeyId, secret, Redacted.value(credentials.securityToken)].flatMap(spellings)

/** Everything that the session was given: the credentials, and what is in this request. */
const echo = ({ body, form, name }: Sent) =>
  [...given, ...(name === "tool oss_env_init" ? [] : spellings(url)), form["Args"] ?? body].join(" ")

const said =
  (text: (sent: Sent) => string, isError = false) =>
  (sent: Sent): Reply =>
    sent.query["Action"] === "CallMcpTool" ? ok(toolResult(text(sent), isError)) : direct(text(sent), isError)

const replies: ReadonlyArray<readonly [string, (sent: Sent) => Reply]> = [
  ["success", said((sent) => `Upload success ${echo(sent)}`)],
  ["a failure as plain text", said((sent) => `failed: ${echo(sent)}`)],
  ["an answer that is marked as an error", said(echo, true)],
  ["a refusal of the service", (sent) => refused("InvalidParameter.Args", echo(sent))],
  ["a soft refusal", (sent) => softlyRefused("C.Soft", echo(sent))],
  ["a plain text of a gateway", (sent) => raw(echo(sent), 502)],
  [
    "an answer of a wrong form",
    (sent) => json({ RequestId: "r", Success: true, Data: echo(sent), data: echo(sent) })
  ],
  ["a connection that breaks", (sent) => connectionFailure("ECONNRESET", echo(sent))]
]

const routes = {
  api: connection({ tools }),
  link: linkConnection({ tools }),
  vpc: vpcConnection({ tools })
}

describe("credentials and URLs are shown nowhere", () => {
  for (const [name, reply] of replies) {
    for (const [route, session] of Object.entries(routes)) {
      it.scoped(`when they are repeated by ${name}, ${route} route`, () =>
        Effect.gen(function* () {
          const { service, toolTransport } = yield* makeTransports(reply)
          const oss = SessionOss.make({
            account: { toolTransport },
            sessionId: "s-1",
            connection: () => session
          } as unknown as Parameters<typeof SessionOss.make>[0])
          const watch = makeWatch()
          const shown: Array<string> = []
          const attempt = (operation: Effect.Effect<unknown, unknown>) =>
            Effect.gen(function* () {
              const exit = yield* Effect.exit(
                Effect.tapErrorCause(operation, (cause) => Effect.logError("failed", cause))
              )
              shown.push(
                inspect(exit, { depth: 10 }),
                JSON.stringify(exit),
                Exit.isFailure(exit) ? Cause.pretty(exit.cause, { renderErrorCause: true }) : ""
              )
            })
          const program = Effect.all([
            attempt(oss.envInit(credentials)),
            attempt(oss.uploadAnonymous(url, "/p")),
            attempt(oss.downloadAnonymous(Redacted.make(url), "/p"))
          ]).pipe(Effect.withSpan("program"), watch.watched)
          const fiber = yield* Effect.fork(program)
          for (let i = 0; i < 5; i++) yield* TestClock.adjust("1 minute")
          yield* Fiber.join(fiber)
          assert.isAtLeast(service.sent.length, 3)
          assert.isAbove(watch.spans().length, 5)
          assert.deepStrictEqual(leaksIn(shown.join("\n")), [])
          assert.deepStrictEqual(leaksIn(watch.everything()), [])
          assert.deepStrictEqual(leaksIn(yield* allMetrics), [])
        })
      )
    }
  }
})
