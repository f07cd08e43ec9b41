/**
 * Random work under random faults, on all routes, over HTTP against a local cloud with real processes. Every result is
 * compared byte by byte, every failure with what is promised (`docs/reliability.md`).
 */
import { execFileSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type { Session } from "@effect-agentbay/core/Session"
import * as SessionPool from "@effect-agentbay/core/SessionPool"
import * as Fault from "@effect-agentbay/testing/Fault"
import * as LocalCloud from "@effect-agentbay/testing/LocalCloud"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Cause, Context, Duration, Effect, Layer, Metric, MetricState, Random, Ref } from "effect"
import { faults as kinds, type Way } from "../../../testing/test/reliability/faults.js"
import { describeFailure } from "../../../testing/test/reliability/matrix.js"
import type { OperationName } from "../../../testing/test/reliability/operations.js"
import { promised } from "../../../testing/test/reliability/promises.js"
import * as NodeAgentBay from "../../src/NodeAgentBay.js"
import { count, makeTally, sum, summary, type Tally } from "./tally.js"
import { type Work, Wrong, works } from "./work.js"

export interface Options {
  readonly duration: Duration.DurationInput
  readonly seed: string
  readonly print: (text: string) => void
}

export interface Result {
  readonly tally: Tally
  readonly retries: number
  readonly sessionsLeft: number
  readonly processesLeft: ReadonlyArray<string>
  readonly filesLeft: ReadonlyArray<string>
}

const ways: ReadonlyArray<Way> = ["control", "api", "link", "vpc", "presigned"]

/** Whatever a class of operations may end with, at whichever fault. */
const outcomesOf = (operation: OperationName): ReadonlyArray<string> =>
  kinds.flatMap((fault) =>
    ways.flatMap((way) =>
      (["once", "retried", "outage"] as const).map((mode) => promised(operation, fault, way, mode))
    )
  )

const allowed = new Map(
  works.map((work) => [
    work.name,
    // What prepares and tidies up belongs to every piece of work: looking something up, running a script of ours.
    new Set([...work.classes, "list" as const, "command" as const].flatMap(outcomesOf))
  ])
)

const allowedOfCreation = new Set((["create", "list"] as const).flatMap(outcomesOf))

const injected: ReadonlyArray<Fault.Fault> = [
  Fault.refused,
  Fault.lost,
  Fault.cutOff(20),
  Fault.slow("300 millis"),
  Fault.throttled(),
  Fault.throttled({ retryAfter: "500 millis" }),
  Fault.serverError(),
  Fault.html(502),
  Fault.html(200),
  Fault.truncatedJson
]

/** How likely a call meets each kind. */
const probability = 0.004

const makeCloud = (links: boolean, tally: Tally) =>
  Effect.gen(function* () {
    const local = yield* Layer.build(
      LocalCloud.layer({
        links,
        onCall: ({ outcome }) =>
          Effect.sync(() => {
            if (outcome._tag === "Faulted") count(tally.faults, outcome.fault._tag)
          })
      })
    )
    const { apiKey, machine, url } = Context.get(local, LocalCloud.LocalCloud)
    const client = yield* Layer.build(
      NodeAgentBay.layerWith({
        config: { apiKey, endpoint: url, timeouts: { request: "20 seconds", link: "20 seconds" } },
        dotEnv: { file: false, environment: {} }
      })
    )
    return { bay: Context.get(client, AgentBay.AgentBay), cloud: Context.get(local, TestCloud), machine }
  })

type Cloud = Effect.Effect.Success<ReturnType<typeof makeCloud>>

const judge = (tally: Tally, name: string, permitted: ReadonlySet<string>) => (cause: Cause.Cause<unknown>) =>
  Effect.sync(() => {
    if (Cause.isInterruptedOnly(cause)) return
    const failure = Cause.failureOption(cause)
    const error = failure._tag === "Some" ? failure.value : undefined
    const outcome = describeFailure(error)
    if (error instanceof Wrong) tally.violations.push(`${name}: ${error.what}`)
    else if (permitted.has(outcome)) count(tally.failures, `${name}: ${outcome}`)
    else tally.violations.push(`${name}: ${outcome}: ${Cause.pretty(cause).slice(0, 600)}`)
  })

const runWork = (tally: Tally, session: Session.Service, cloud: TestCloud["Type"], work: Work) =>
  Effect.suspend(() => {
    count(tally.begun, work.name)
    return work.run(session, cloud)
  }).pipe(Effect.catchAllCause(judge(tally, work.name, allowed.get(work.name) ?? new Set())))

const someWork = (tally: Tally, session: Session.Service, cloud: TestCloud["Type"]) =>
  Effect.gen(function* () {
    const pieces = yield* Random.nextIntBetween(1, 6)
    for (let piece = 0; piece < pieces; piece += 1) {
      const work = works[yield* Random.nextIntBetween(0, works.length)]
      if (work !== undefined) yield* runWork(tally, session, cloud, work)
    }
  })

/** Contexts come and go, and hold what was put into them. */
const contextWork = (tally: Tally, { bay }: Cloud) =>
  Effect.gen(function* () {
    count(tally.begun, "context")
    const name = `soak-${(yield* Random.nextIntBetween(0, 2 ** 40)).toString(36)}`
    const { id } = yield* bay.contexts.create(name)
    yield* Effect.ensuring(
      Effect.gen(function* () {
        const known = yield* bay.contexts.get({ name })
        if (known.id !== id) return yield* Effect.fail(new Wrong(`context ${known.id} instead of ${id}`))
      }),
      Effect.ignore(bay.contexts.delete(id))
    )
  }).pipe(Effect.catchAllCause(judge(tally, "context", allowedOfCreation)))

const plain = (tally: Tally, { bay, cloud }: Cloud) =>
  Effect.scoped(
    Effect.gen(function* () {
      count(tally.begun, "session")
      const isVpc = yield* Random.nextBoolean
      const session = yield* bay.session({ imageId: "code_latest", isVpc })
      yield* someWork(tally, session, cloud)
    })
  ).pipe(Effect.catchAllCause(judge(tally, "session", allowedOfCreation)))

const pooled = (tally: Tally, { cloud }: Cloud, pool: SessionPool.SessionPool.Service) =>
  Effect.suspend(() => {
    count(tally.begun, "lease")
    return pool.use((session) => someWork(tally, session, cloud))
  }).pipe(Effect.catchAllCause(judge(tally, "lease", allowedOfCreation)))

const retriesSoFar = Effect.map(Metric.snapshot, (pairs) => {
  let total = 0
  for (const { metricKey, metricState } of pairs) {
    if (metricKey.name === "agentbay_retries" && MetricState.isCounterState(metricState)) {
      total += Number(metricState.count)
    }
  }
  return total
})

const mebibytes = (): string => `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`

/** Processes below this one; the one that lists them is none of them. */
const descendants = (): ReadonlyArray<string> => {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).trim().split("\n")
  const all = lines.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)?.slice(1) ?? [])
  const below = new Set([String(process.pid)])
  const found: Array<string> = []
  for (let grew = true; grew; ) {
    grew = false
    for (const [pid = "", parent = "", args = ""] of all) {
      if (!below.has(parent) || below.has(pid) || args.startsWith("ps -eo")) continue
      below.add(pid)
      found.push(`${pid} ${args.slice(0, 100)}`)
      grew = true
    }
  }
  return found
}

const workers = 3

export const soak = ({ duration, print, seed }: Options): Effect.Effect<Result, unknown> =>
  Effect.gen(function* () {
    const tally = makeTally()
    const processesBefore = new Set(descendants().map((line) => line.split(" ")[0]))
    const filesBefore = new Set(readdirSync(tmpdir()))
    const sessionsLeft = yield* Ref.make(Number.NaN)
    const begun = Date.now()
    yield* Effect.scoped(
      Effect.gen(function* () {
        const clouds = [yield* makeCloud(true, tally), yield* makeCloud(false, tally)]
        print(`seed ${seed}, sessions run in ${clouds[0]?.machine}, memory ${mebibytes()}`)
        for (const { cloud } of clouds) {
          for (const fault of injected) {
            yield* cloud.fail({}, fault, { probability, times: Number.POSITIVE_INFINITY })
          }
        }
        const progress = Effect.sync(() =>
          print(
            `${Math.round((Date.now() - begun) / 1000)} s: ${sum(tally.begun)} operations, ${sum(tally.faults)} faults, ${sum(tally.failures)} failures, ${tally.violations.length} violations, memory ${mebibytes()}`
          )
        )
        yield* Effect.forkScoped(Effect.forever(Effect.delay(progress, "10 seconds")))
        const end = begun + Duration.toMillis(duration)
        const untilEnd = <E, R>(work: Effect.Effect<void, E, R>) =>
          Effect.whileLoop({ while: () => Date.now() < end, body: () => work, step: () => undefined })
        yield* Effect.forEach(
          clouds,
          (cloud) =>
            Effect.scoped(
              Effect.gen(function* () {
                const pool = yield* SessionPool.make({
                  session: { imageId: "code_latest" },
                  min: 0,
                  max: 2,
                  afterLease: "keep"
                }).pipe(Effect.provideService(AgentBay.AgentBay, cloud.bay))
                const lines = [
                  ...Array.from({ length: workers }, () => untilEnd(plain(tally, cloud))),
                  ...Array.from({ length: workers }, () => untilEnd(pooled(tally, cloud, pool))),
                  untilEnd(Effect.delay(contextWork(tally, cloud), "200 millis"))
                ]
                yield* Effect.all(lines, { concurrency: "unbounded" })
              })
            ),
          { concurrency: "unbounded" }
        )
        const left = yield* Effect.forEach(clouds, ({ cloud }) => cloud.sessions)
        yield* Ref.set(sessionsLeft, left.flat().length)
      })
    )
    return {
      tally,
      retries: yield* retriesSoFar,
      sessionsLeft: yield* Ref.get(sessionsLeft),
      processesLeft: descendants().filter((line) => !processesBefore.has(line.split(" ")[0])),
      filesLeft: readdirSync(tmpdir()).filter(
        (name) => name.startsWith("agentbay-") && !filesBefore.has(name) && name.includes(String(process.pid))
      )
    }
  }).pipe(Effect.withRandom(Random.make(seed)))

export const isGood = ({ filesLeft, processesLeft, sessionsLeft, tally }: Result): boolean =>
  tally.violations.length === 0 &&
  sessionsLeft === 0 &&
  processesLeft.length === 0 &&
  filesLeft.length === 0 &&
  sum(tally.begun) > 0 &&
  sum(tally.faults) > 0

export const report = (result: Result): string =>
  [
    summary(result.tally, result.retries),
    [
      `sessions left: ${result.sessionsLeft}`,
      `processes left: ${result.processesLeft.length}${result.processesLeft.map((line) => `\n  ${line}`).join("")}`,
      `temporary files left: ${result.filesLeft.length}${result.filesLeft.map((name) => `\n  ${name}`).join("")}`,
      `memory ${mebibytes()}`
    ].join("\n")
  ].join("\n\n")
