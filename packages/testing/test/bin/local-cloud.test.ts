import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import * as https from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

const program = fileURLToPath(new URL("../../src/bin/local-cloud.ts", import.meta.url))

/** A busy machine takes its time to start a program. */
const patience = 60_000

interface Running {
  readonly child: ChildProcess
  readonly url: string
  readonly output: () => string
  /** Exit code and what was printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>
}

const start = (args: ReadonlyArray<string>): Omit<Running, "url"> => {
  const child = spawn(process.execPath, ["--import", "tsx", program, ...args], {
    stdio: ["ignore", "pipe", "pipe"]
  })
  let output = ""
  child.stdout.on("data", (chunk) => {
    output += String(chunk)
  })
  child.stderr.on("data", (chunk) => {
    output += String(chunk)
  })
  return {
    child,
    output: () => output,
    ended: new Promise((resolve) => child.once("exit", (code) => resolve({ code, output })))
  }
}

const until = async (condition: () => boolean, running: Omit<Running, "url">): Promise<void> => {
  while (!condition()) {
    if (running.child.exitCode !== null) throw new Error(`ended early:\n${running.output()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Runs the program until it listens, and makes sure that it does not outlive the test. */
const listening = (args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.promise(async (): Promise<Running> => {
      const running = start(args)
      const address = /^listening (\S+)$/m
      await until(() => address.test(running.output()), running)
      return { ...running, url: address.exec(running.output())?.[1] ?? "" }
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

const action = async (url: string, name: string, form: Record<string, string>) => {
  const body = new URLSearchParams({ Authorization: "Bearer akm-secret", ...form })
  const response = await fetch(`${url}/?Action=${name}`, { method: "POST", body })
  return (await response.json()) as { readonly Code: string; readonly Data: Record<string, string> }
}

const processesWith = (mark: string): ReadonlyArray<string> =>
  execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(mark) && !line.includes("ps -eo"))

describe("local-cloud", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it.scopedLive(
      `serves until ${signal}, then takes every process with it`,
      () =>
        Effect.gen(function* () {
          const running = yield* listening(["--machine", "bubblewrap"])
          assert.match(running.url, /^http:\/\/127\.0\.0\.1:\d+$/)
          yield* Effect.promise(async () => {
            const created = await action(running.url, "CreateMcpSession", {})
            // Recognisable among the processes of the host.
            const nap = `987${process.pid}${signal === "SIGINT" ? 1 : 2}`
            const answer = await action(running.url, "CallMcpTool", {
              SessionId: created.Data.SessionId ?? "",
              Name: "shell",
              Args: JSON.stringify({ command: `sleep ${nap} & echo secret-output`, timeout_ms: 10_000 })
            })
            assert.strictEqual(answer.Code, "ok")
            assert.isNotEmpty(processesWith(`sleep ${nap}`))
            running.child.kill(signal)
            running.child.kill(signal)
            const { code, output } = await running.ended
            assert.strictEqual(code, 0, output)
            assert.isEmpty(processesWith(`sleep ${nap}`))
            assert.match(output, /^sessions run in: bubblewrap$/m)
            assert.match(output, /^[\d:.]+ control CreateMcpSession ok \d+ ms$/m)
            assert.match(output, /^[\d:.]+ api CallMcpTool shell s-\w+ ok \d+ ms$/m)
            for (const secret of ["akm-secret", "secret-output", created.Data.Token ?? "?"]) {
              assert.notInclude(output, secret)
            }
          })
        }),
      patience
    )
  }

  it.scopedLive(
    "takes a port, a key, TLS with a certificate to trust, and a directory",
    () =>
      Effect.gen(function* () {
        const directory = yield* Effect.acquireRelease(
          Effect.promise(() => mkdtemp(join(tmpdir(), "agentbay-bin-"))),
          (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
        )
        const file = join(directory, "cert.pem")
        const args = ["--machine", "memory", "--data", join(directory, "data"), "--api-key", "akm-right"]
        const running = yield* listening([...args, "--tls", "--certificate-file", file])
        assert.match(running.url, /^https:/)
        yield* Effect.promise(async () => {
          await until(() => running.output().includes("certificate: "), running)
          const ca = await readFile(file)
          const ask = (key: string) =>
            new Promise<string>((resolve, reject) => {
              const request = https.request(
                `${running.url}/?Action=GetContext`,
                { method: "POST", ca },
                (response) => {
                  let text = ""
                  response.on("data", (chunk) => {
                    text += String(chunk)
                  })
                  response.on("end", () => resolve(JSON.parse(text).Code))
                }
              )
              request.on("error", reject)
              request.end(`Authorization=Bearer%20${key}&Name=kept&AllowCreate=True`)
            })
          assert.strictEqual(await ask("akm-wrong"), "NOT_LOGIN")
          assert.strictEqual(await ask("akm-right"), "ok")
          running.child.kill("SIGTERM")
          const { code, output } = await running.ended
          assert.strictEqual(code, 0)
          assert.notInclude(output, "akm-right")
        })
      }),
    patience
  )

  it.live(
    "explains what is wrong with its arguments",
    () =>
      Effect.promise(async () => {
        const cases: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
          [["--port", "abc"], "--port must be a whole number from 0 to 65535"],
          [["--prot", "1", "--machine", "docker"], "--prot"],
          [["--machine", "memory", "--host", "203.0.113.1"], "Cannot listen on 203.0.113.1:0"]
        ]
        await Promise.all(
          cases.map(async ([args, words]) => {
            const { code, output } = await start(args).ended
            assert.strictEqual(code, 1, output)
            assert.include(output, words)
          })
        )
      }),
    patience
  )
})
