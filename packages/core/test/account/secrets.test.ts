import { inspect } from "node:util"
import { describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { AgentBay } from "../../src/AgentBay.js"
import { created, makeAccount, task, transfers } from "../support/account.js"
import { assert } from "../support/assertions.js"
import {
  connectionFailure,
  direct,
  html,
  json,
  never,
  ok,
  type Reply,
  refused,
  type Script,
  type Sent,
  toolResult
} from "../support/ScriptedService.js"
import { leaksIn, secrets } from "../support/secrets.js"
import type { Settings } from "../support/transports.js"
import { allMetrics, makeWatch } from "../support/watching.js"

/** Every operation once, each failure logged as a program would, none of them stopping the rest. */
const scenario = (bay: AgentBay.Service) =>
  Effect.gen(function* () {
    const attempt = <A>(effect: Effect.Effect<A, unknown>) =>
      Effect.asVoid(
        Effect.catchAllCause(effect, (cause) =>
          Effect.zipRight(
            Effect.logError("failed", cause),
            Effect.logDebug(Cause.pretty(cause), inspect(Cause.squash(cause)))
          )
        )
      )
    const bySession = Effect.scoped(
      Effect.flatMap(
        bay.session({
          imageId: "img",
          contexts: [{ contextId: "ctx-1", path: "/data" }],
          waitForContexts: "5 seconds"
        }),
        (session) =>
          Effect.gen(function* () {
            yield* Effect.logInfo("session", session, session.toHandle({ includeSecrets: true }))
            yield* attempt(Effect.tap(session.info, (info) => Effect.logInfo("info", info)))
            yield* attempt(session.status)
            yield* attempt(session.setLabels({ a: "b" }))
            yield* attempt(session.getLabels)
            yield* attempt(Effect.tap(session.getLink({ port: 30150 }), (url) => Effect.logInfo("link", url)))
            yield* attempt(session.listMcpTools())
            yield* attempt(session.callMcpTool("shell", { command: "x" }))
            yield* attempt(session.command.run("x"))
            yield* attempt(session.code.run("python", "x"))
            yield* attempt(session.fileSystem.readFile("/x"))
            yield* attempt(session.fileSystem.writeFileString("/x", "y"))
            yield* attempt(session.metrics)
            yield* attempt(session.pause({ timeout: "5 seconds" }))
            yield* attempt(session.resume({ timeout: "5 seconds" }))
            yield* attempt(session.context.sync({ startWithin: "2 seconds" }))
            yield* attempt(session.delete({ syncContexts: true, timeout: "5 seconds" }))
          })
      )
    )
    yield* attempt(bySession)
    yield* attempt(Effect.tap(bay.get("s-1"), (session) => Effect.logInfo("found", session)))
    yield* attempt(Effect.tap(bay.list(), (page) => Effect.logInfo("page", page)))
    yield* attempt(Stream.runDrain(bay.listAll()))
    yield* attempt(Effect.tap(bay.contexts.create("n"), (context) => Effect.logInfo("context", context)))
    yield* attempt(
      Effect.tap(bay.contexts.files.uploadUrl("c", "/x"), (url) => Effect.logInfo("upload", url))
    )
    yield* attempt(
      Effect.tap(bay.contexts.files.downloadUrl("c", "/x"), (url) => Effect.logInfo("download", url))
    )
    yield* attempt(bay.contexts.clear("c", { timeout: "5 seconds" }))
    yield* attempt(Effect.tap(bay.networks.bind(), (network) => Effect.logInfo("network", network)))
    yield* attempt(bay.delete("s-1", { timeout: "5 seconds" }))
  }).pipe(Effect.withSpan("scenario"))

const desktop = { AuthCode: secrets.authCode, Ticket: secrets.ticket }
const connected = created({ Status: "RUNNING", NetworkInterfaceIp: "10.0.0.7", HttpPort: 8080 })

const data: Readonly<Record<string, unknown>> = {
  CreateMcpSession: connected,
  GetSession: connected,
  GetSessionDetail: { Status: "FINISH" },
  GetMcpResource: { ResourceUrl: secrets.resourceUrl, DesktopInfo: desktop },
  GetLink: { Url: secrets.linkToPort },
  GetLabel: { Labels: "{}" },
  GetContext: { Id: "c", Name: "n", State: "available" },
  GetContextFileUploadUrl: { Url: secrets.presignedUrl },
  GetContextFileDownloadUrl: { Url: secrets.presignedUrl },
  CreateNetwork: { NetworkId: "n", NetworkToken: secrets.networkToken },
  ListSession: [],
  ListMcpTools: JSON.stringify([{ name: "shell", server: "wuying_shell" }])
}

const succeed = (sent: Sent): Reply =>
  sent.name === "GetContextInfo"
    ? transfers(task(), task({ taskType: "upload" }))
    : sent.query["Action"] === "CallMcpTool"
      ? ok(toolResult("{}"))
      : sent.name.startsWith("tool ")
        ? direct("{}")
        : ok(data[sent.name])

/** What gateways, proxies and HTTP clients like to repeat. */
const echo = ({ body, headers, url }: Sent): string =>
  `${url.href} ${url.pathname}${url.search} ${body} ${JSON.stringify(headers)}`

const begins = (sent: Sent): boolean => sent.name === "CreateMcpSession" || sent.name === "GetContextInfo"

const scripts: ReadonlyArray<readonly [string, Script]> = [
  ["everything works", succeed],
  [
    "everything is refused, with an echo",
    (sent) => (begins(sent) ? succeed(sent) : refused("NOT_LOGIN", echo(sent)))
  ],
  [
    "every connection breaks, with an echo",
    (sent) => (begins(sent) ? succeed(sent) : connectionFailure("ECONNRESET", echo(sent)))
  ],
  [
    "no connection is made, with an echo",
    (sent) => (begins(sent) ? succeed(sent) : connectionFailure("ECONNREFUSED", echo(sent)))
  ],
  [
    "every answer is a page that repeats the request",
    (sent) => (begins(sent) ? succeed(sent) : { ...html(502), body: `<html>${echo(sent)}` })
  ],
  [
    "every answer has a wrong form, with its data",
    (sent) =>
      begins(sent)
        ? succeed(sent)
        : json({ RequestId: "r", Success: true, Data: [data[sent.name] ?? null, secrets], data: "no" })
  ],
  [
    "creation gets an answer that cannot be read",
    (sent) => (sent.name === "CreateMcpSession" ? ok({ ...connected, ToolList: secrets }) : succeed(sent))
  ],
  ["nothing is answered", (sent) => (begins(sent) ? succeed(sent) : never)]
]

const ways: ReadonlyArray<readonly [name: string, isVpc: boolean, settings: Settings]> = [
  ["over the link", false, {}],
  ["inside a VPC", true, {}],
  ["inside a VPC with the fall-back", true, { vpcFallback: "api" }]
]

describe("a whole program gives no credential away (promise 5)", () => {
  for (const [name, script] of scripts) {
    for (const [way, isVpc, settings] of ways) {
      // Only where the VPC route cannot be taken does the fall-back make a difference.
      if (settings.vpcFallback === "api" && !name.startsWith("no connection")) continue
      it.effect(`${name}, ${way}`, () =>
        Effect.gen(function* () {
          const watch = makeWatch()
          const { bay, service } = yield* makeAccount(
            (sent) =>
              isVpc && sent.name === "CreateMcpSession" && !name.startsWith("creation")
                ? ok({ ...connected, LinkUrl: "", VpcResource: true })
                : script(sent),
            { ...settings, timeouts: { request: "5 seconds", link: "5 seconds", deletion: "5 seconds" } }
          )
          const fiber = yield* Effect.fork(scenario(bay).pipe(watch.watched, Effect.exit))
          for (let i = 0; i < 8; i++) yield* TestClock.adjust("1 hour")
          assert.isTrue(Exit.isSuccess(yield* Fiber.join(fiber)))
          assert.isAbove(service.sent.length, 10)
          assert.isAbove(watch.logs.length, 3)
          assert.isAbove(watch.spans().length, 20)
          const leaking = watch
            .everything()
            .split("\n")
            .filter((line) => leaksIn(line).length > 0)
          assert.deepStrictEqual(leaking, [])
          assert.deepStrictEqual(leaksIn(yield* allMetrics), [])
        })
      )
    }
  }
})
