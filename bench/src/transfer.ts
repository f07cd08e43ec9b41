/**
 * Memory that a large file adds on its way into a session and back. The cloud is another process; bytes go over HTTP,
 * from a local file and to one, checked with SHA-256 on both sides.
 */
import { randomFillSync } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { AgentBay, AgentBayConfig } from "@effect-agentbay/core"
import { FileTransfer, NodeAgentBay } from "@effect-agentbay/node"
import { Effect, Layer, ManagedRuntime } from "effect"
import { isCloud, startChild } from "./lib/child.js"
import { reportJson, round, table } from "./lib/report.js"

const mebibyte = 1024 * 1024
const size = 1024 * mebibyte
const warmUp = 64 * mebibyte
const limit = 64

const makeFile = async (path: string, bytes: number): Promise<void> => {
  const file = await open(path, "w")
  const piece = Buffer.allocUnsafe(mebibyte)
  for (let at = 0; at < bytes; at += piece.length) await file.write(randomFillSync(piece))
  await file.close()
}

const settled = async (): Promise<number> => {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return process.memoryUsage().rss
}

interface Row {
  readonly way: string
  readonly bytes: number
  readonly seconds: number
  /** Of this process: reading, hashing, sending. */
  readonly cpuSeconds: number
  readonly mebibytesPerSecond: number
  readonly addedMebibytes: number
}

const directory = mkdtempSync(join(tmpdir(), "bench-transfer-"))
const cloud = await startChild(new URL("./lib/local-cloud.ts", import.meta.url), isCloud)
const { apiKey, machine, url } = cloud.ready

const runtime = ManagedRuntime.make(
  Layer.merge(
    NodeFileSystem.layer,
    AgentBay.layer.pipe(
      Layer.provide([
        NodeAgentBay.layerHttp,
        // The cloud copies within the call, which takes its time.
        AgentBayConfig.layer({ apiKey, endpoint: url, timeouts: { request: "5 minutes" } })
      ])
    )
  )
)

const measure = async (
  way: string,
  bytes: number,
  transfer: Effect.Effect<{ readonly verified: string }, unknown, FileSystem.FileSystem>
): Promise<Row> => {
  const before = await settled()
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 10)
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  const { verified } = await runtime.runPromise(transfer)
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  const { system, user } = process.cpuUsage(cpu)
  clearInterval(watch)
  if (verified !== "checksum") throw new Error(`${way}: the bytes were not checked`)
  return {
    way,
    bytes,
    seconds: round(seconds, 1),
    cpuSeconds: round((user + system) / 1e6, 1),
    mebibytesPerSecond: round(bytes / mebibyte / seconds),
    addedMebibytes: round((most - before) / mebibyte, 1)
  }
}

const session = await runtime.runPromise(
  Effect.flatMap(AgentBay.AgentBay, (bay) => bay.create({ imageId: "linux_latest" }))
)

const roundTrip = async (bytes: number): Promise<ReadonlyArray<Row>> => {
  const local = join(directory, "in.bin")
  await makeFile(local, bytes)
  const up = await measure(
    "local file to session",
    bytes,
    FileTransfer.uploadFile(session.fileTransfer, local, "/home/wuying/big.bin")
  )
  rmSync(local)
  const down = await measure(
    "session to local file",
    bytes,
    FileTransfer.downloadFile(session.fileTransfer, "/home/wuying/big.bin", join(directory, "out.bin"))
  )
  rmSync(join(directory, "out.bin"))
  return [up, down]
}

try {
  // What is loaded and compiled on first use is no matter of size.
  await roundTrip(warmUp)
  const rows = await roundTrip(size)
  console.log(
    table(
      [`through the local cloud (${machine})`, "MiB", "seconds", "CPU s", "MiB/s", "MiB added", "limit"],
      rows.map((row) => [
        row.way,
        row.bytes / mebibyte,
        row.seconds,
        row.cpuSeconds,
        row.mebibytesPerSecond,
        row.addedMebibytes,
        limit
      ])
    )
  )
  await reportJson("transfer", { limit, machine, rows })
  if (rows.some((row) => row.addedMebibytes > limit)) process.exitCode = 1
} finally {
  await runtime.runPromise(Effect.ignore(session.delete()))
  await runtime.dispose()
  await cloud.stop()
  rmSync(directory, { recursive: true })
}
