/** What a killed program leaves behind is found and ended. */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import { Effect, Schedule, Stream } from "effect"
import * as LocalCloud from "../../src/server/LocalCloud.js"
import { TestCloud } from "../../src/TestCloud.js"

const script = fileURLToPath(new URL("./support/manySessions.ts", import.meta.url))
const root = fileURLToPath(new URL("../../../..", import.meta.url))

/** Starts the program, and kills it when it has said this often that it uses a session. */
const killedAfter = (url: string, lines: number) =>
  Effect.async<void, Error>((resume) => {
    const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", script, url], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"]
    })
    let seen = 0
    child.stdout?.on("data", (chunk: Buffer) => {
      seen += chunk.toString().split("\n").length - 1
      if (seen >= lines) child.kill("SIGKILL")
    })
    child.once("error", (error) => resume(Effect.fail(error)))
    child.once("exit", (code, signal) =>
      resume(signal === "SIGKILL" ? Effect.void : Effect.fail(new Error(`it ended with ${code}`)))
    )
    return Effect.sync(() => child.kill("SIGKILL"))
  })

describe("a client that is killed", () => {
  it.live(
    "in the middle of creating and using fifty sessions: after the reaper ran, none is alive",
    () =>
      Effect.gen(function* () {
        const { url } = yield* LocalCloud.LocalCloud
        const cloud = yield* TestCloud
        const bay = yield* AgentBay.AgentBay
        for (const lines of [1, 20, 80]) {
          yield* killedAfter(url, lines)
          assert.isNotEmpty(yield* cloud.sessions, "it left some behind")
          const reaped = yield* Stream.runCollect(bay.reap({ owner: "killed", grace: 0 })).pipe(
            Effect.zipRight(cloud.sessions),
            Effect.repeat({
              schedule: Schedule.spaced("200 millis").pipe(Schedule.upTo("20 seconds")),
              until: (left) => left.length === 0
            }),
            Effect.zipRight(cloud.sessions)
          )
          assert.deepStrictEqual(reaped, [])
        }
      }).pipe(Effect.provide(LocalCloud.layerAgentBay({ machine: "memory" }))),
    120_000
  )
})
