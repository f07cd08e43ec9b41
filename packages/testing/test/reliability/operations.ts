/** One program for each class of operations: what it does, which of its calls meets the fault, what it leaves. */
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type { Session } from "@effect-agentbay/core/Session"
import { Effect, Option, type Scope, Stream } from "effect"
import type { Arrival } from "../../src/cloud/Call.js"
import { type Target, TestCloud } from "../../src/TestCloud.js"
import type { Route } from "../client/harness.js"
import type { Way } from "./faults.js"

export type Environment = AgentBay.AgentBay | TestCloud | Scope.Scope

/** A program that is about to make the call which meets the fault. */
export interface Act {
  readonly run: Effect.Effect<unknown, unknown, Environment>
  /** Whether what came out is right, byte for byte. */
  readonly isRight: (value: unknown) => boolean
  readonly target: Target
  readonly when?: (arrival: Arrival) => boolean
  /** How many calls that fit pass unharmed before the fault. */
  readonly passing?: number
  /** How often the effect has taken place. */
  readonly effects: Effect.Effect<number, unknown, Environment>
}

export interface Program {
  /** Which way the call takes that meets the fault, in a session of this route. */
  readonly way: (route: Route) => Way
  readonly routes: ReadonlyArray<Route>
  readonly imageId?: string
  /** Whether it changes something that can be counted. */
  readonly hasEffect: boolean
  readonly arrange: (session: Session.Service, route: Route) => Effect.Effect<Act, unknown, Environment>
}

const allRoutes: ReadonlyArray<Route> = ["api", "link", "vpc"]

const text = new TextEncoder()

const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 251)

const isSame = (expected: Uint8Array) => (value: unknown) =>
  value instanceof Uint8Array && Buffer.compare(value, expected) === 0

/** What is in a file of a session, seen past the client; none where there is no such file. */
const fileOf = (session: Session.Service, path: string) =>
  Effect.gen(function* () {
    const cloud = yield* TestCloud
    const machine = yield* Effect.flatten(cloud.machine(session.sessionId))
    return yield* Effect.option(machine.read(path, 0, 0))
  })

/** 1 when the file holds just that, 0 when there is none. */
const writtenOnce = (session: Session.Service, path: string, expected: Uint8Array) =>
  Effect.map(fileOf(session, path), (found) =>
    Option.match(found, { onNone: () => 0, onSome: (bytes) => (isSame(expected)(bytes) ? 1 : Number.NaN) })
  )

const linesOf = (session: Session.Service, path: string) =>
  Effect.map(
    fileOf(session, path),
    Option.match({ onNone: () => 0, onSome: (bytes) => Buffer.from(bytes).toString().split("\n").length - 1 })
  )

const nothingCounted = Effect.succeed(0)

const always = () => true

const onRoute = { way: (route: Route): Way => route, routes: allRoutes }

const onControl = { way: (): Way => "control", routes: ["link"] satisfies ReadonlyArray<Route> }

const joined = <E>(stream: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(stream), (pieces): Uint8Array => new Uint8Array(Buffer.concat([...pieces])))

/** More than one call carries on the route, where each of these takes six characters or more. */
const largeText = (route: Route): string => "\u0001".repeat(route === "link" ? 180_000 : 15_000)

const binary = Uint8Array.of(0, 255, 10, 128)

const transferred = pattern(150_000)

export const programs = {
  create: {
    way: () => "control",
    routes: allRoutes,
    hasEffect: true,
    arrange: (_, route) =>
      Effect.gen(function* () {
        const bay = yield* AgentBay.AgentBay
        const cloud = yield* TestCloud
        const labels = { class: "create" }
        const made = Effect.map(
          Effect.all([cloud.sessions, cloud.endedSessions]),
          (all) => all.flat().filter((session) => session.labels["class"] === "create").length
        )
        return {
          run: Effect.flatMap(
            bay.session({ labels, isVpc: route === "vpc" }),
            (session) => session.getLabels
          ),
          isRight: (value) => JSON.stringify(value) === JSON.stringify(labels),
          target: { action: "CreateMcpSession" },
          effects: made
        }
      })
  },
  delete: {
    ...onControl,
    hasEffect: true,
    arrange: (session) =>
      Effect.gen(function* () {
        const { endedSessions } = yield* TestCloud
        return {
          run: session.delete({ timeout: "60 seconds" }),
          isRight: always,
          target: { action: "DeleteSessionAsync" },
          effects: Effect.map(endedSessions, (ended) => ended.length)
        }
      })
  },
  confirmDeletion: {
    ...onControl,
    hasEffect: true,
    arrange: (session) =>
      Effect.gen(function* () {
        const { endedSessions } = yield* TestCloud
        return {
          run: session.delete({ timeout: "60 seconds" }),
          isRight: always,
          target: { action: "GetSessionDetail" },
          effects: Effect.map(endedSessions, (ended) => ended.length)
        }
      })
  },
  list: {
    ...onControl,
    hasEffect: false,
    arrange: (session) =>
      Effect.map(AgentBay.AgentBay, (bay) => ({
        run: Effect.map(bay.list(), ({ sessions }) => sessions.map(({ sessionId }) => sessionId)),
        isRight: (value) => JSON.stringify(value) === JSON.stringify([session.sessionId]),
        target: { action: "ListSession" },
        effects: nothingCounted
      }))
  },
  labels: {
    ...onControl,
    hasEffect: true,
    arrange: (session) =>
      Effect.gen(function* () {
        const cloud = yield* TestCloud
        return {
          run: session.setLabels({ a: "1" }),
          isRight: always,
          target: { action: "SetLabel" },
          effects: Effect.map(cloud.sessions, ([one]) => (one?.labels["a"] === "1" ? 1 : 0))
        }
      })
  },
  command: {
    ...onRoute,
    hasEffect: true,
    arrange: (session) =>
      Effect.succeed({
        run: Effect.map(
          session.command.run("echo ran >> /tmp/log; wc -l < /tmp/log", { timeout: "5 seconds" }),
          ({ stdout }) => stdout.trim()
        ),
        isRight: (value) => value === "1",
        target: { tool: "shell" },
        effects: linesOf(session, "/tmp/log")
      })
  },
  longCommand: {
    ...onRoute,
    hasEffect: true,
    arrange: (session) =>
      Effect.gen(function* () {
        const cloud = yield* TestCloud
        let runs = 0
        yield* cloud.scriptTool("shell", () =>
          Effect.delay(
            Effect.sync(() => {
              runs += 1
              return JSON.stringify({ stdout: "done\n", stderr: "", exit_code: 0 })
            }),
            "90 seconds"
          )
        )
        return {
          run: Effect.map(session.command.run("sleep 90", { timeout: "2 minutes" }), ({ stdout }) => stdout),
          isRight: (value) => value === "done\n",
          target: { tool: "shell" },
          effects: Effect.sync(() => runs)
        }
      })
  },
  processStart: {
    ...onRoute,
    hasEffect: true,
    arrange: (session) =>
      Effect.succeed({
        run: Effect.gen(function* () {
          const process = yield* session.command.start("echo ran >> /tmp/log; exit 3", { stdin: "none" })
          return (yield* process.wait).exitCode
        }),
        isRight: (value) => value === 3,
        target: { tool: "shell" },
        effects: linesOf(session, "/tmp/log")
      })
  },
  processOutput: {
    ...onRoute,
    hasEffect: false,
    arrange: (session, route) =>
      Effect.gen(function* () {
        const process = yield* session.command.start("seq 1 2000; exit 3", { stdin: "none" })
        const expected = Array.from({ length: 2000 }, (_, index) => `${index + 1}\n`).join("")
        return {
          run: joined(process.stdout),
          isRight: isSame(text.encode(expected)),
          target: { route },
          effects: nothingCounted
        }
      })
  },
  writeFile: {
    ...onRoute,
    hasEffect: true,
    arrange: (session) =>
      Effect.succeed({
        run: session.fileSystem.writeFileString("/tmp/small.txt", "small", { mode: "append" }),
        isRight: always,
        target: { tool: "write_file" },
        effects: writtenOnce(session, "/tmp/small.txt", text.encode("small"))
      })
  },
  readFile: {
    ...onRoute,
    hasEffect: false,
    arrange: (session) =>
      Effect.as(session.fileSystem.writeFileString("/tmp/small.txt", "small"), {
        run: session.fileSystem.readFile("/tmp/small.txt"),
        isRight: isSame(text.encode("small")),
        target: { tool: "read_file" },
        effects: nothingCounted
      })
  },
  writeLargeFile: {
    ...onRoute,
    hasEffect: true,
    arrange: (session, route) =>
      Effect.succeed({
        run: session.fileSystem.writeFileString("/tmp/large.txt", largeText(route)),
        isRight: always,
        target: { tool: "write_file" },
        passing: 1,
        effects: writtenOnce(session, "/tmp/large.txt", text.encode(largeText(route)))
      })
  },
  writeBinaryFile: {
    ...onRoute,
    hasEffect: true,
    arrange: (session) =>
      Effect.succeed({
        run: session.fileSystem.writeFile("/tmp/small.bin", binary, { mode: "append" }),
        isRight: always,
        target: { tool: "shell" },
        effects: writtenOnce(session, "/tmp/small.bin", binary)
      })
  },
  readLargeFile: {
    ...onRoute,
    hasEffect: false,
    arrange: (session) =>
      Effect.as(session.fileSystem.writeFileString("/tmp/large.txt", largeText("api").slice(0, 10_000)), {
        run: joined(session.fileSystem.stream("/tmp/large.txt", { chunkSize: 3_000 })),
        isRight: isSame(text.encode(largeText("api").slice(0, 10_000))),
        target: { tool: "read_file" },
        passing: 1,
        effects: nothingCounted
      })
  },
  upload: {
    way: () => "presigned",
    routes: ["link"],
    hasEffect: true,
    arrange: (session) =>
      Effect.succeed({
        run: Effect.map(
          session.fileTransfer.upload("/home/wuying/up.bin", transferred, {
            syncTimeout: "60 seconds"
          }),
          ({ bytes }) => bytes
        ),
        isRight: (value) => value === transferred.length,
        target: { route: "presigned" },
        effects: writtenOnce(session, "/home/wuying/up.bin", transferred)
      })
  },
  download: {
    way: () => "presigned",
    routes: ["link"],
    hasEffect: false,
    arrange: (session) =>
      Effect.gen(function* () {
        const cloud = yield* TestCloud
        const machine = yield* Effect.flatten(cloud.machine(session.sessionId))
        yield* machine.write("/home/wuying/down.bin", transferred, "overwrite")
        return {
          run: joined(
            session.fileTransfer.download("/home/wuying/down.bin", {
              syncTimeout: "60 seconds"
            })
          ),
          isRight: isSame(transferred),
          target: { route: "presigned" },
          effects: nothingCounted
        }
      })
  },
  transferCopy: {
    ...onControl,
    hasEffect: true,
    arrange: (session) =>
      Effect.succeed({
        run: Effect.map(
          session.fileTransfer.upload("/home/wuying/up.bin", transferred, { syncTimeout: "60 seconds" }),
          ({ bytes }) => bytes
        ),
        isRight: (value) => value === transferred.length,
        target: { action: "SyncContext" },
        effects: writtenOnce(session, "/home/wuying/up.bin", transferred)
      })
  },
  transferPoll: {
    ...onControl,
    hasEffect: true,
    arrange: (session) =>
      Effect.succeed({
        run: Effect.map(
          session.fileTransfer.upload("/home/wuying/up.bin", transferred, { syncTimeout: "60 seconds" }),
          ({ bytes }) => bytes
        ),
        isRight: (value) => value === transferred.length,
        target: { action: "GetContextInfo" },
        effects: writtenOnce(session, "/home/wuying/up.bin", transferred)
      })
  },
  agentStart: {
    ...onRoute,
    imageId: "imgc-every-agent",
    hasEffect: true,
    arrange: (session) =>
      Effect.gen(function* () {
        const cloud = yield* TestCloud
        let tasks = 0
        yield* cloud.setAgents(() => {
          tasks += 1
          return { steps: [], end: { status: "finished", product: "done" } }
        })
        return {
          run: Effect.map(
            session.agent.computer.run("task", { interval: "1 second", timeout: "3 minutes" }),
            ({ product }) => product
          ),
          isRight: (value) => value === "done",
          target: { tool: "flux_execute_task" },
          effects: Effect.sync(() => tasks)
        }
      })
  },
  agentPoll: {
    ...onRoute,
    imageId: "imgc-every-agent",
    hasEffect: false,
    arrange: (session) =>
      Effect.gen(function* () {
        const cloud = yield* TestCloud
        yield* cloud.setAgents({
          steps: [{ action: "work", duration: "2 seconds" }],
          end: { status: "finished", product: "done" }
        })
        return {
          run: Effect.map(
            session.agent.computer.run("task", { interval: "1 second", timeout: "3 minutes" }),
            ({ product }) => product
          ),
          isRight: (value) => value === "done",
          target: { tool: "flux_get_task_status" },
          effects: nothingCounted
        }
      })
  }
} satisfies Record<string, Program>

export type OperationName = keyof typeof programs
