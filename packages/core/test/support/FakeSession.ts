/**
 * A session without a service: the tools of the contract over a private directory of this machine, reached through
 * the real `ToolTransport` on any of its routes, with the limits of those routes enforced.
 */
// @effect-diagnostics nodeBuiltinImport:off processEnv:off
import { Buffer } from "node:buffer"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import {
  AgentBayConfig,
  type AgentBayError,
  ControlPlane,
  LinkTransport,
  SessionConnection,
  type SessionRuntime,
  ToolTransport,
  VpcTransport
} from "@effect-agentbay/core"
import { Effect, Layer, Option, Redacted } from "effect"
import { encodeForm } from "../../src/internal/form.js"
import * as RetryPolicy from "../../src/RetryPolicy.js"

export type Json = Record<string, unknown>

/** What a tool answers: a text, or `failed(text)`. */
export interface Answer {
  readonly isError: boolean
  readonly text: string
}

export const answer = (text: string): Answer => ({ isError: false, text })
export const failed = (text: string): Answer => ({ isError: true, text })
export const refused = (detail: string): Answer =>
  failed(`Execution failed. Error code:-32602 Error message: ${detail}`)

/** Stands in for a tool; undefined leaves the call to it. */
export type Intercept = (
  tool: string,
  args: Json,
  index: number
) => Effect.Effect<Answer, AgentBayError.SessionError> | undefined

export interface Options {
  readonly route?: "api" | "vpc" | "link"
  /** The names in the tool list. Default: all of the contract. Empty: the session has no list. */
  readonly tools?: ReadonlyArray<string>
  readonly schemas?: Readonly<Record<string, unknown>>
  readonly intercept?: Intercept
  /** Changes a command line before it runs. */
  readonly command?: (command: string) => string
}

export interface Call {
  readonly tool: string
  readonly args: Json
}

export interface FakeSession {
  readonly runtime: SessionRuntime.SessionRuntime
  /** A directory that exists for this session only. */
  readonly root: string
  readonly calls: Array<Call>
}

const allTools = [
  "create_directory",
  "delete_file",
  "move_file",
  "edit_file",
  "get_file_info",
  "list_directory",
  "read_file",
  "search_files",
  "write_file",
  "get_file_change",
  "shell",
  "run_code"
]

const errnoTexts: Record<string, string> = {
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  EEXIST: "File exists",
  EISDIR: "Is a directory",
  ENOTDIR: "Not a directory",
  ENOTEMPTY: "Directory not empty"
}

const onDisk = (subject: string, body: () => string): Answer => {
  try {
    return answer(body())
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ""
    return refused(`${subject}, error: ${errnoTexts[code] ?? String(error)}`)
  }
}

const readSlice = (file: string, offset: number, length: number): Buffer => {
  const handle = fs.openSync(file, "r")
  try {
    const size = length === 0 ? fs.fstatSync(handle).size - offset : length
    const buffer = Buffer.alloc(Math.max(0, size))
    let filled = 0
    while (filled < buffer.length) {
      const count = fs.readSync(handle, buffer, filled, buffer.length - filled, offset + filled)
      if (count === 0) break
      filled += count
    }
    return buffer.subarray(0, filled)
  } finally {
    fs.closeSync(handle)
  }
}

const fileInfo = (file: string): string => {
  const stat = fs.statSync(file)
  return [
    `name: ${path.basename(file)}`,
    `path: ${file}`,
    `size: ${stat.size}`,
    `modified: ${stat.mtime.toISOString().slice(0, 19).replace("T", " ")}`,
    `isDirectory: ${stat.isDirectory()}`,
    `isFile: ${stat.isFile()}`,
    `permissions: ${(stat.mode & 0o777).toString(8)}`
  ].join("\n")
}

const flags = { overwrite: "w", append: "a", create_new: "wx" } as const

const edited = (
  file: string,
  edits: ReadonlyArray<{ oldText: string; newText: string }>,
  dryRun: boolean
) => {
  let text = fs.readFileSync(file, "utf8")
  const shown: Array<string> = []
  for (const { newText, oldText } of edits) {
    const at = text.indexOf(oldText)
    if (at === -1) return refused(`Could not find exact match for edit:\n${oldText}`)
    text = text.slice(0, at) + newText + text.slice(at + oldText.length)
    shown.push(`-${oldText}\n+${newText}`)
  }
  if (dryRun) return answer(shown.join("\n"))
  fs.writeFileSync(file, text)
  return answer("true")
}

const fileTool = (tool: string, args: Json): Answer | undefined => {
  const file = String(args.path ?? args.source)
  switch (tool) {
    case "read_file":
      return onDisk(file, () =>
        readSlice(file, Number(args.offset ?? 0), Number(args.length ?? 0)).toString(
          args.format === "binary" ? "base64" : "utf8"
        )
      )
    case "write_file":
      return onDisk(file, () => {
        fs.mkdirSync(path.dirname(file), { recursive: true })
        fs.writeFileSync(file, String(args.content), { flag: flags[args.mode as keyof typeof flags] })
        return "true"
      })
    case "get_file_info":
      return onDisk(`Failed to get file status: ${file}`, () => fileInfo(file))
    case "create_directory":
      return onDisk(file, () => {
        fs.mkdirSync(file, { recursive: true })
        return "true"
      })
    case "delete_file":
      return onDisk(file, () => {
        fs.unlinkSync(file)
        return "true"
      })
    case "move_file":
      return onDisk(file, () => {
        fs.renameSync(file, String(args.destination))
        return "true"
      })
    case "list_directory":
      return onDisk(file, () => {
        const entries = fs.readdirSync(file, { withFileTypes: true })
        return entries.map((entry) => `[${entry.isDirectory() ? "DIR" : "FILE"}] ${entry.name}`).join("\n")
      })
    case "edit_file":
      try {
        return edited(
          file,
          args.edits as ReadonlyArray<{ oldText: string; newText: string }>,
          args.dryRun === true
        )
      } catch {
        return refused(`Failed to get file status: ${file}, error: No such file or directory`)
      }
    default:
      return undefined
  }
}

/** The command runs for real, with the shell of this machine, as a service runs it: one argument of `sh`. */
const runShell = (args: Json): Effect.Effect<Answer> =>
  Effect.async((resume) => {
    const stdout: Array<Buffer> = []
    const stderr: Array<Buffer> = []
    const finish = (exitCode: number, extra = "") =>
      resume(
        Effect.succeed(
          answer(
            JSON.stringify({
              stdout: Buffer.concat(stdout).toString("utf8"),
              stderr: Buffer.concat(stderr).toString("utf8") + extra,
              exit_code: exitCode,
              traceId: ""
            })
          )
        )
      )
    const child = spawn("sh", ["-c", String(args.command)], {
      cwd: args.cwd === undefined ? os.tmpdir() : String(args.cwd),
      env: { PATH: process.env["PATH"], ...(args.envs as Record<string, string> | undefined) },
      stdio: ["ignore", "pipe", "pipe"]
    })
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk))
    child.on("error", (error) => finish(126, String(error)))
    child.on("close", (code) => finish(code ?? 137))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

const messageLimit = 63 * 1024
const urlLimit = 64 * 1024

const toData = ({ isError, text }: Answer) => ({ isError, content: [{ type: "text", text }] })

const neverSent = HttpClient.make((request) =>
  Effect.fail(
    new HttpClientError.RequestError({ request, reason: "Transport", description: "no network in tests" })
  )
)

/** A process that is about to end may still make a file in a directory that is being removed. */
const removeTree = (directory: string): void => {
  for (let tries = 100; ; tries--) {
    try {
      return fs.rmSync(directory, { recursive: true, force: true })
    } catch (error) {
      if (tries === 1) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

/** Makes a session; its directory is gone when the scope closes. */
export const makeFakeSession = (options: Options = {}) =>
  Effect.gen(function* () {
    const route = options.route ?? "api"
    const root = yield* Effect.acquireRelease(
      Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "agentbay-core-"))),
      (directory) => Effect.sync(() => removeTree(directory))
    )
    const names = options.tools ?? allTools
    const calls: Array<Call> = []

    const perform = (tool: string, args: Json): Effect.Effect<Answer, AgentBayError.SessionError> =>
      Effect.suspend(() => {
        const index = calls.length
        calls.push({ tool, args })
        const intercepted = options.intercept?.(tool, args, index)
        if (intercepted !== undefined) return intercepted
        if (names.length > 0 && !names.includes(tool))
          return Effect.succeed(failed(`tool not found: ${tool}`))
        if (tool === "shell") {
          return runShell({ ...args, command: options.command?.(String(args.command)) ?? args.command })
        }
        return Effect.succeed(fileTool(tool, args) ?? failed(`tool not found: ${tool}`))
      })

    const direct = (
      limit: (request: { args: unknown; tool: string }) => number | undefined,
      name: "vpc" | "link"
    ) => ({
      call: (request: { readonly tool: string; readonly args: unknown }) => {
        const excess = limit(request)
        return excess === undefined
          ? Effect.map(perform(request.tool, request.args as Json), (result) => ({
              ...toData(result),
              text: result.text,
              route: name,
              requestId: `${name}-${calls.length}`
            }))
          : Effect.dieMessage(`${request.tool}: ${excess} are too much for the ${name} route`)
      }
    })

    const controlPlane = {
      call: (_: unknown, request: { readonly name: string; readonly args: string }) => {
        const bytes = Buffer.byteLength(request.args)
        return bytes > messageLimit
          ? Effect.dieMessage(`${request.name}: ${bytes} bytes are too much for a message`)
          : Effect.map(perform(request.name, JSON.parse(request.args) as Json), (result) => ({
              requestId: `req-${calls.length}`,
              data: toData(result),
              nextToken: Option.none(),
              maxResults: Option.none(),
              totalCount: Option.none(),
              count: Option.none()
            }))
      }
    } as unknown as ControlPlane.ControlPlane.Service

    const config = yield* AgentBayConfig.make({ apiKey: "akm-test", retry: RetryPolicy.none })
    const toolTransport = yield* ToolTransport.make.pipe(
      Effect.provide(
        Layer.mergeAll(
          Layer.succeed(AgentBayConfig.AgentBayConfig, config),
          Layer.succeed(ControlPlane.ControlPlane, controlPlane),
          Layer.succeed(
            LinkTransport.LinkTransport,
            direct(() => undefined, "link")
          ),
          Layer.succeed(
            VpcTransport.VpcTransport,
            direct(({ args, tool }) => {
              const { length } = encodeForm({ tool, args: JSON.stringify(args), token: "t".repeat(64) })
              return length > urlLimit ? length : undefined
            }, "vpc")
          )
        )
      )
    )

    const connection: SessionConnection.SessionConnection = {
      sessionId: "s-fake",
      isVpc: route === "vpc",
      networkInterfaceIp: Option.none(),
      httpPort: Option.none(),
      token: Option.some(Redacted.make("token-fake")),
      linkUrl: route === "link" ? Option.some(Redacted.make("http://link.invalid")) : Option.none(),
      tools: SessionConnection.makeToolDirectory(
        names.map((name) => ({
          name,
          server: "wuying_test",
          description: "",
          inputSchema: options.schemas?.[name] ?? {},
          tool: name
        }))
      )
    }
    const runtime: SessionRuntime.SessionRuntime = {
      account: { config, controlPlane, toolTransport, httpClient: neverSent },
      sessionId: "s-fake",
      connection: () => connection,
      enableBrowserReplay: Option.none()
    }
    return { runtime, root, calls } satisfies FakeSession
  })
