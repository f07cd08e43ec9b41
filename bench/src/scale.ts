/**
 * What many cost: sessions created, used and deleted by the hundred, over HTTP against a local cloud in a process of its
 * own, and the cost of lists, output and transfers by their size. Flat is the goal.
 */
import { readFileSync } from "node:fs"
import { AgentBay, AgentBayConfig } from "@effect-agentbay/core"
import { NodeAgentBay } from "@effect-agentbay/node"
import { Chunk, Effect, Layer, ManagedRuntime, Stream } from "effect"
import { startChild } from "./lib/child.js"
import { median } from "./lib/compare.js"
import { reportJson, round, table } from "./lib/report.js"

const hundreds = 10
const sizes = [1, 10, 100, 1_000, 10_000] as const

/** How much slower the last three hundreds may be than the second to fourth. */
const slowdownLimit = 1.5

/** KiB that one more session may add to the memory of the client. */
const growthLimit = 8

interface Cloud {
  readonly url: string
  readonly apiKey: string
}

const isCloud = (message: unknown): message is Cloud =>
  typeof message === "object" && message !== null && "url" in message && "apiKey" in message

const cloud = await startChild(new URL("./lib/local-cloud.ts", import.meta.url), isCloud)
const { apiKey, url } = cloud.ready

const runtime = ManagedRuntime.make(
  Layer.provide(AgentBay.layer, [
    Layer.orDie(AgentBayConfig.layer({ apiKey, endpoint: url })),
    NodeAgentBay.layerHttp
  ])
)

const settledHeap = async (): Promise<number> => {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return process.memoryUsage().heapUsed / 1024
}

/** KiB that the cloud's process holds, by the kernel's account. */
const residentOfCloud = (): number => {
  const status = readFileSync(`/proc/${cloud.process.pid}/status`, "utf8")
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN)
}

const milliseconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = process.hrtime.bigint()
  await work()
  return Number(process.hrtime.bigint() - start) / 1e6
}

const used = Effect.scoped(
  Effect.flatMap(AgentBay.AgentBay, (bay) =>
    Effect.flatMap(bay.session({ imageId: "linux_latest" }), ({ command, fileSystem }) =>
      Effect.gen(function* () {
        yield* fileSystem.writeFileString("/tmp/a.txt", "scale")
        yield* fileSystem.readFileString("/tmp/a.txt")
        yield* command.run("true")
      })
    )
  )
)

const times = (effect: typeof used, count: number) =>
  runtime.runPromise(
    Effect.all(
      Array.from({ length: count }, () => effect),
      { concurrency: 4, discard: true }
    )
  )

await times(used, 20)
const rows: Array<{
  readonly sessions: number
  readonly milliseconds: number
  readonly clientKiB: number
  readonly cloudKiB: number
}> = []
const before = await settledHeap()
for (let hundred = 1; hundred <= hundreds; hundred++) {
  const elapsed = await milliseconds(() => times(used, 100))
  rows.push({
    sessions: hundred * 100,
    milliseconds: round(elapsed / 100, 2),
    clientKiB: round((await settledHeap()) - before),
    cloudKiB: round(residentOfCloud())
  })
}
console.log(
  table(
    ["sessions so far", "ms each", "client heap, KiB more", "cloud resident, KiB"],
    rows.map((row) => [row.sessions, row.milliseconds, row.clientKiB, row.cloudKiB])
  )
)
const middle = (from: number, to: number) => median(rows.slice(from, to).map((row) => row.milliseconds))
const slowdown = middle(hundreds - 3, hundreds) / middle(1, 4)
const first = rows[1]
const last = rows.at(-1)
const growth =
  first === undefined || last === undefined
    ? Number.NaN
    : (last.clientKiB - first.clientKiB) / (last.sessions - first.sessions)
console.log(
  `\nthe last hundreds take ${round(slowdown, 2)} times as long (limit ${slowdownLimit}); one more session adds ${round(growth, 2)} KiB (limit ${growthLimit})\n`
)

/** Makes as many as it takes, and returns how to measure. */
interface Subject {
  readonly work: string
  readonly unit: string
  readonly prepare: (size: number, had: number) => Effect.Effect<unknown, unknown, AgentBay.AgentBay>
  readonly measure: (size: number) => Effect.Effect<unknown, unknown, AgentBay.AgentBay>
}

const many = (
  from: number,
  to: number,
  make: (bay: AgentBay.AgentBay.Service, n: number) => Effect.Effect<unknown, unknown>
) =>
  Effect.flatMap(AgentBay.AgentBay, (bay) =>
    Effect.all(
      Array.from({ length: to - from }, (_, index) => make(bay, from + index)),
      { concurrency: 16, discard: true }
    )
  )

const expecting =
  (size: number, of = "") =>
  (count: number) =>
    count === size ? Effect.void : Effect.dieMessage(`${count} ${of} instead of ${size}`)

const inSession = <A, E>(
  use: (
    session: Effect.Effect.Success<ReturnType<AgentBay.AgentBay.Service["create"]>>
  ) => Effect.Effect<A, E>
) =>
  Effect.scoped(
    Effect.flatMap(AgentBay.AgentBay, (bay) => Effect.flatMap(bay.session({ imageId: "linux_latest" }), use))
  )

const subjects: ReadonlyArray<Subject> = [
  {
    work: "list sessions",
    unit: "session",
    prepare: (size, had) => many(had, size, (bay) => bay.create({ labels: { scale: "list" } })),
    measure: (size) =>
      Effect.flatMap(AgentBay.AgentBay, (bay) =>
        Effect.flatMap(
          Stream.runCount(bay.listAll({ labels: { scale: "list" }, pageSize: 100 })),
          expecting(size)
        )
      )
  },
  {
    work: "list contexts",
    unit: "context",
    prepare: (size, had) => many(had, size, (bay, n) => bay.contexts.create(`scale-${n}`)),
    measure: (size) =>
      Effect.flatMap(AgentBay.AgentBay, (bay) =>
        Effect.flatMap(Stream.runCount(bay.contexts.listAll({ pageSize: 100 })), expecting(size))
      )
  },
  {
    work: "read output, in a new session",
    unit: "line",
    prepare: () => Effect.void,
    measure: (size) =>
      inSession(({ command }) =>
        Effect.gen(function* () {
          const { stdoutLines } = yield* command.start(`seq 1 ${size}`, { stdin: "none" })
          yield* Effect.flatMap(Stream.runCount(stdoutLines), expecting(size))
        })
      )
  },
  {
    work: "upload and download, in a new session",
    unit: "KiB",
    prepare: () => Effect.void,
    measure: (size) =>
      inSession(({ fileTransfer }) =>
        Effect.gen(function* () {
          yield* fileTransfer.upload("/home/wuying/scale.bin", new Uint8Array(size * 1024))
          const pieces = yield* Stream.runCollect(fileTransfer.download("/home/wuying/scale.bin"))
          yield* expecting(size * 1024)(Chunk.reduce(pieces, 0, (sum, piece) => sum + piece.length))
        })
      )
  }
]

const costs: Array<{
  readonly work: string
  readonly unit: string
  readonly size: number
  readonly milliseconds: number
}> = []
for (const { measure, prepare, unit, work } of subjects) {
  let had = 0
  await runtime.runPromise(measure(0).pipe(Effect.ignore))
  for (const size of sizes) {
    await runtime.runPromise(prepare(size, had))
    had = size
    const rounds: Array<number> = []
    for (let round = 0; round < 3; round++) {
      rounds.push(await milliseconds(() => runtime.runPromise(measure(size))))
    }
    costs.push({ work, unit, size, milliseconds: round(median(rounds), 1) })
  }
}
console.log(
  table(
    ["cost against size", "size", "ms", "µs per one more"],
    costs.map((row, at) => {
      const smaller = costs[at - 1]
      const more =
        smaller === undefined || smaller.work !== row.work
          ? ""
          : round(((row.milliseconds - smaller.milliseconds) * 1000) / (row.size - smaller.size), 1)
      return [row.work, `${row.size} ${row.unit}${row.size === 1 ? "" : "s"}`, row.milliseconds, more]
    })
  )
)

await reportJson("scale", { sessions: rows, slowdown, growthKiB: growth, costs })
await runtime.dispose()
await cloud.stop()
if (!(slowdown <= slowdownLimit) || !(growth <= growthLimit)) process.exitCode = 1
