/** What docs/observability.md says of spans, metrics and logs is what the code emits, and no secret is in it. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import * as RetryPolicy from "@effect-agentbay/core/RetryPolicy"
import type * as Session from "@effect-agentbay/core/Session"
import * as SessionPool from "@effect-agentbay/core/SessionPool"
import { SocketConnector } from "@effect-agentbay/core/SocketConnector"
import * as VpcTransport from "@effect-agentbay/core/VpcTransport"
import {
  Cause,
  Effect,
  type Exit,
  Inspectable,
  Layer,
  Logger,
  LogLevel,
  Metric,
  MetricKeyType,
  Option,
  Redacted,
  Stream,
  Tracer
} from "effect"
import { lost, serverError } from "../src/cloud/Fault.js"
import * as SocketFault from "../src/cloud/SocketFault.js"
import * as TestAgentBay from "../src/TestAgentBay.js"
import { TestCloud } from "../src/TestCloud.js"

const root = fileURLToPath(new URL("../../..", import.meta.url))

const page = readFileSync(join(root, "docs/observability.md"), "utf8")

const section = (title: string): string => page.split(/^## /m).find((part) => part.startsWith(title)) ?? ""

/** The rows of the tables of a section whose first heading is `heading`, as cells. */
const rows = (title: string, heading: string): ReadonlyArray<ReadonlyArray<string>> =>
  (section(title).match(/^\|[\s\S]*?(?=\n\n|$(?![\s\S]))/gm) ?? [])
    .filter((table) => table.startsWith(`| ${heading} |`))
    .flatMap((table) =>
      table
        .trim()
        .split("\n")
        .slice(2)
        .map((row) =>
          row
            .split("|")
            .slice(1, -1)
            .map((cell) => cell.trim())
        )
    )

const codes = (cell: string | undefined): ReadonlyArray<string> =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code)

const sources: ReadonlyArray<string> = ["packages/core/src", "packages/node/src"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    // Without examples in docstrings.
    .map((path) => readFileSync(join(root, folder, path), "utf8").replace(/\/\*\*[\s\S]*?\*\//g, ""))
)

const found = (pattern: RegExp): ReadonlyArray<string> => [
  ...new Set(sources.flatMap((source) => [...source.matchAll(pattern)].map(([, name = ""]) => name)))
]

const spanRows = rows("Spans", "span").flatMap(([cell]) => codes(cell))
const attributeRows = rows("Spans", "attribute").flatMap(([cell]) => codes(cell))
const metricRows = rows("Metrics", "metric").map(([name, kind = "", unit = "", tags]) => ({
  name: codes(name)[0] ?? "",
  kind,
  unit,
  tags: codes(tags)
}))
const logRows = rows("Logs", "level").map(([level = "", message]) => ({
  level,
  message: codes(message)[0] ?? ""
}))

describe("docs/observability.md and the sources", () => {
  it("know the same metrics", () => {
    assert.sameMembers(
      metricRows.map(({ name }) => name),
      found(/(?:Metric(?:Key)?\.\w+|counter)\(\s*"(agentbay_[a-z_]+)"/g) as Array<string>
    )
    for (const { unit } of metricRows) assert.isAbove(unit.length, 0)
  })

  it("know the same attributes", () => {
    const annotations = codes(section("Logs")).filter((code) => /^agentbay\.[a-z_.]+$/.test(code))
    assert.sameMembers(
      [...new Set([...attributeRows, ...annotations])],
      found(/"((?:agentbay|http)\.[a-z_.]+)"/g) as Array<string>
    )
  })

  it("know the same log messages, and their levels", () => {
    const pattern = /Effect\.log(Error|Warning|Info|Debug)\(\s*[`"]([^`"]*)[`"]/g
    const logged = sources.flatMap((source) =>
      [...source.matchAll(pattern)].map(([, level = "", text = ""]) => ({ level: level.toLowerCase(), text }))
    )
    assert.isAbove(logged.length, 3)
    for (const { level, text } of logged) {
      const row = logRows.find((row) => row.level === level && text.includes(row.message))
      assert.isDefined(row, `${level}: ${text}`)
    }
    for (const { level, message } of logRows) {
      const line = logged.find((line) => line.level === level && line.text.includes(message))
      assert.isDefined(line, message)
    }
    const unnamed = found(
      /(Effect\.log\(|Effect\.logFatal|Effect\.logTrace|ignoreLogged|Effect\.logWithLevel)/g
    )
    assert.deepStrictEqual(unnamed, [])
  })

  it("know the same spans", () => {
    const documented = spanRows.map((name) => name.replace(/\..*$/, ""))
    const literal = found(/(?:withSpan|Effect\.fn)\(\s*"([A-Za-z]+)\./g)
    const modules = found(/(?:const (?:module|operation) = |makeModuleCall\(runtime, )"([A-Z][A-Za-z]+)/g)
    for (const name of [...literal, ...modules]) assert.include(documented, name)
    const named = found(/"([A-Z][A-Za-z]+)\.[a-z][A-Za-z.]*"/g)
    const templated = found(/`([A-Z][A-Za-z]+)\.[a-z$]/g)
    for (const name of documented) assert.include([...literal, ...modules, ...named, ...templated], name)
  })
})

interface Seen {
  readonly name: string
  readonly attributes: Map<string, unknown>
  exit?: Exit.Exit<unknown, unknown>
}

const watch = () => {
  const spans: Array<Seen> = []
  const logs: Array<string> = []
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      const seen: Seen = { name, attributes }
      spans.push(seen)
      return {
        _tag: "Span",
        name,
        spanId: spans.length.toString(16).padStart(16, "0"),
        traceId: "0af7651916cd43dd8448eb211c80319c",
        parent,
        context,
        status: { _tag: "Started", startTime },
        attributes,
        links,
        sampled: true,
        kind,
        end: (_, exit) => {
          seen.exit = exit
        },
        attribute: (key, value) => {
          attributes.set(key, value)
        },
        event: (event, _, more) => {
          logs.push(event, Inspectable.toStringUnknown(more))
        },
        addLinks: () => undefined
      }
    },
    context: (run) => run()
  })
  const logger = Logger.make((entry) => {
    for (const format of [Logger.logfmtLogger, Logger.jsonLogger]) logs.push(String(format.log(entry)))
  })
  const layer = Layer.mergeAll(
    Layer.setTracer(tracer),
    Logger.replace(Logger.defaultLogger, logger),
    Logger.minimumLogLevel(LogLevel.All)
  )
  return { spans, logs, layer }
}

const apiKey = "akm-SECRETKEY"

const secretsOf = (url: string, headers: Readonly<Record<string, string | undefined>>) => {
  const query = new URL(url).searchParams
  return [headers["x-access-token"], query.get("token"), query.get("Signature")].flatMap((value) =>
    value === undefined || value === null || value.length < 8 ? [] : [value]
  )
}

/** A client that retries, and every credential that it sent. */
const makeClient = () => {
  const sent = new Set<string>()
  const http = Layer.map(TestAgentBay.layerHttpClientWith({ apiKey }), (context) => context)
  const noting = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) =>
      HttpClient.mapRequest(client, (request) => {
        for (const secret of secretsOf(request.url, request.headers)) sent.add(secret)
        for (const [name, value] of request.urlParams) {
          if (/^(token|signature)$/i.test(name) && value.length >= 8) sent.add(value)
        }
        return request
      })
    )
  )
  const notingSockets = Layer.effect(
    SocketConnector,
    Effect.map(SocketConnector, ({ open }) => ({
      open: (request) => {
        for (const secret of [request.url, ...Object.values(request.headers)])
          sent.add(Redacted.value(secret))
        return open(request)
      }
    }))
  )
  const layer = AgentBay.layer.pipe(
    Layer.provide(notingSockets),
    Layer.provide(VpcTransport.layer),
    Layer.provide(
      Layer.orDie(AgentBayConfig.layer({ apiKey, endpoint: "agentbay.test", retry: RetryPolicy.standard }))
    ),
    Layer.provide(noting),
    Layer.provideMerge(http)
  )
  return { sent, layer }
}

/** Everything that goes over a live channel, and every way in which it fails. */
const overTheChannel = ({ code, pty, sessionId, socket, token }: Session.Session.Service) =>
  Effect.gen(function* () {
    const cloud = yield* TestCloud
    yield* Stream.runDrain(code.stream("javascript", "console.log('SECRETCONTENT')"))
    const terminal = yield* pty.create({ env: { TOKEN: "SECRETENV" } })
    yield* terminal.input("echo SECRETINPUT\r")
    yield* terminal.kill
    yield* Effect.ignore(pty.create({ cwd: "/nowhere" }))
    // The other side repeats what it was shown.
    const words = `bad token ${Option.match(token, { onNone: () => "", onSome: Redacted.value })}`
    for (const more of [
      { source: "WEBSOCKET_SERVER", error: words },
      { data: { error: words } },
      { data: 7 }
    ]) {
      const { frames, id } = yield* socket.open("PTY_SERVER", { method: "unknown" })
      const frame = { invocationId: id, source: "PTY_SERVER", target: "SDK", data: {}, ...more }
      yield* cloud.failSocket({ direction: "out" }, SocketFault.replaced(JSON.stringify(frame)))
      yield* cloud.push(sessionId, "anyone", {})
      yield* Effect.logWarning("a request failed", Cause.fail(yield* Effect.flip(Stream.runDrain(frames))))
    }
    for (const fault of [SocketFault.refused(401), SocketFault.refused(500), SocketFault.unreachable]) {
      yield* cloud.dropSockets(sessionId)
      yield* Effect.iterate(true, {
        while: (isOpen) => isOpen,
        body: () =>
          Effect.delay(
            Effect.map(cloud.sockets, (open) => open.includes(sessionId)),
            "5 millis"
          )
      })
      yield* cloud.failSocket({}, fault, { times: 2 })
      const error = yield* Effect.flip(socket.call("PTY_SERVER", { method: "pty.list", params: {} }))
      yield* Effect.logWarning("a request failed", Cause.fail(error))
      yield* cloud.clearFaults
    }
  }).pipe(Effect.scoped)

const program = Effect.gen(function* () {
  const bay = yield* AgentBay.AgentBay
  const cloud = yield* TestCloud
  for (const isVpc of [false, true]) {
    const session = yield* bay.session({ imageId: "code_latest", isVpc, labels: { a: "b" } })
    yield* session.fileSystem.writeFileString("/tmp/file", "SECRETCONTENT")
    yield* session.fileSystem.readFileString("/tmp/file")
    yield* Effect.ignore(session.fileSystem.readFileString("/tmp/none"))
    yield* session.command.run("echo $TOKEN", { env: { TOKEN: "SECRETENV" } })
    yield* session.code.run("javascript", "1 + 1")
    const process = yield* session.command.startScoped("cat; echo $TOKEN", { env: { TOKEN: "SECRETENV" } })
    yield* process.write("SECRETINPUT")
    yield* process.closeStdin
    yield* Stream.runDrain(process.outputLines)
    yield* process.wait
    yield* cloud.fail({ tool: "shell" }, lost)
    yield* cloud.fail({ tool: "read_file" }, serverError())
    yield* session.fileSystem.readFileString("/tmp/file")
    yield* process.release
    yield* cloud.fail({ tool: "shell" }, serverError(), { times: Number.POSITIVE_INFINITY })
    yield* Effect.ignore(session.command.run("true", { env: { TOKEN: "SECRETENV" } }))
    yield* cloud.clearFaults
  }
  yield* overTheChannel(yield* bay.session({ imageId: "code_latest" }))
  yield* Effect.ignore(bay.get("s-unknown"))
  const pool = yield* SessionPool.make({
    session: { imageId: "code_latest" },
    max: 1,
    name: "watched",
    leaseTimeout: "50 millis"
  })
  yield* Effect.scoped(pool.lease)
  yield* Effect.ignore(Effect.scoped(Effect.zipRight(pool.lease, Effect.scoped(pool.lease))))
}).pipe(Effect.scoped)

const keyKind = (type: MetricKeyType.MetricKeyType.Untyped): string =>
  MetricKeyType.isCounterKey(type)
    ? "counter"
    : MetricKeyType.isGaugeKey(type)
      ? "gauge"
      : MetricKeyType.isHistogramKey(type)
        ? "histogram"
        : "other"

describe("what a whole program emits", () => {
  const run = Effect.gen(function* () {
    const { layer, logs, spans } = watch()
    const client = makeClient()
    yield* program.pipe(Effect.provide(client.layer), Effect.provide(layer))
    return { logs, spans, sent: client.sent, metrics: yield* Metric.snapshot }
  })

  it.live(
    "is documented: spans, attributes, metrics with their kinds and tags",
    () =>
      Effect.gen(function* () {
        const { metrics, spans } = yield* run
        const patterns = spanRows.map(
          (name) => new RegExp(`^${name.replaceAll(".", "\\.").replace(/<.*>/, "[A-Za-z0-9_.]+")}$`)
        )
        assert.isAbove(spans.length, 40)
        for (const { attributes, name } of spans) {
          assert.isTrue(
            patterns.some((pattern) => pattern.test(name)),
            name
          )
          for (const key of attributes.keys()) {
            if (!key.startsWith("code.")) assert.include(attributeRows, key, name)
          }
        }
        const own = metrics.filter(({ metricKey }) => metricKey.name.startsWith("agentbay_"))
        for (const { metricKey } of own) {
          const row = metricRows.find(({ name }) => name === metricKey.name)
          assert.strictEqual(row?.kind, keyKind(metricKey.keyType), metricKey.name)
          assert.sameMembers(
            metricKey.tags.map(({ key }) => key),
            [...(row?.tags ?? [])],
            metricKey.name
          )
        }
        const emitted = new Set(own.map(({ metricKey }) => metricKey.name))
        // What nothing goes wrong for is not counted: a session that breaks, a frame that belongs to nothing.
        for (const { name } of metricRows.filter(({ name }) => !/_(discarded|dropped)$/.test(name))) {
          assert.include([...emitted], name)
        }
      }),
    60_000
  )

  it.live(
    "has a request id on every call that was answered, and on every failure that was",
    () =>
      Effect.gen(function* () {
        const { spans } = yield* run
        const calls = spans.filter(
          ({ attributes }) => !["socket", undefined].includes(attributes.get("agentbay.route") as string)
        )
        assert.isAbove(calls.length, 20)
        for (const { attributes, name } of calls) {
          const isAnswered =
            !attributes.has("agentbay.error.reason") || attributes.has("http.response.status_code")
          if (isAnswered) assert.isString(attributes.get("agentbay.request.id"), name)
        }
        assert.isTrue(calls.some(({ attributes }) => attributes.has("http.response.status_code")))
      }),
    60_000
  )

  it.live(
    "gives no secret away",
    () =>
      Effect.gen(function* () {
        const { logs, metrics, sent, spans } = yield* run
        assert.isAtLeast(sent.size, 2)
        assert.isTrue([...sent].some((secret) => secret.startsWith("wss:")))
        const everything = [
          ...logs,
          ...spans.flatMap(({ attributes, exit, name }) => [
            name,
            Inspectable.toStringUnknown([...attributes]),
            exit?._tag === "Failure"
              ? `${Cause.pretty(exit.cause, { renderErrorCause: true })}\n${Inspectable.toStringUnknown(exit.cause)}`
              : ""
          ]),
          Inspectable.toStringUnknown(metrics)
        ].join("\n")
        assert.include(everything, "repeating a call")
        for (const seen of ["agentbay_socket_frames_dropped", "AgentBay.socket.connect", "Unreachable"]) {
          assert.include(everything, seen)
        }
        for (const secret of [...sent, apiKey, "SECRETENV", "SECRETCONTENT", "SECRETINPUT"]) {
          for (const spelling of [
            secret,
            encodeURIComponent(secret),
            Buffer.from(secret).toString("base64")
          ]) {
            assert.isFalse(everything.includes(spelling), secret)
          }
        }
      }),
    60_000
  )
})
