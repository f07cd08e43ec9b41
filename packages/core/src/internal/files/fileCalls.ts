/** Calls on behalf of one file operation: tools, scripts, and what may be repeated. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { FileError, SessionError, ToolError, VpcUnavailable } from "../../AgentBayError.js"
import type { Tool } from "../../contract/Tool.js"
import { callTool, type SessionRuntime } from "../../session/SessionRuntime.js"
import type { InvokeOptions, ToolReply } from "../../transport/ToolTransport.js"
import { sessionError } from "../httpFailure.js"
import { runShell } from "../runShell.js"
import { type FileFacts, fileRefusal, isMissingTool } from "./fileError.js"

/** One operation on one path. */
export interface Target extends FileFacts {
  readonly runtime: SessionRuntime
}

export const makeTarget = (runtime: SessionRuntime, operation: string, path: string): Target => ({
  runtime,
  operation,
  path,
  sessionId: runtime.sessionId
})

export type CallFailure = FileError | SessionError | VpcUnavailable | ToolError

/** Calls a file tool. What the tool says no to is a `FileError`; `ToolError` is left for a tool that is missing. */
export const callFileTool = <Name extends string, Args, ArgsEncoded, Result, Failure>(
  target: Target,
  tool: Tool<Name, Args, ArgsEncoded, Result, Failure>,
  args: Args,
  options?: {
    readonly timeout?: Duration.Duration
    readonly paths?: ReadonlyArray<string>
    readonly verbatim?: string | undefined
    readonly onArrival?: InvokeOptions["onArrival"]
    readonly takeText?: InvokeOptions["takeText"]
  }
): Effect.Effect<ToolReply<Result>, CallFailure> =>
  callTool(target.runtime, tool, args, {
    operation: target.operation,
    timeout: options?.timeout,
    verbatim: options?.verbatim,
    onArrival: options?.onArrival,
    takeText: options?.takeText
  }).pipe(
    Effect.catchTag("ToolError", (error) =>
      Effect.fail(
        isMissingTool(error) ? error : fileRefusal(target, error.text, error.requestId, options?.paths)
      )
    )
  )

const scriptTimeoutMs = 50_000

/** Messages in English are part of how failures are told apart. */
const prelude = "export LC_ALL=C\n"

/**
 * Runs a shell script of ours; a non-zero exit code is a `FileError` made from what it wrote to stderr.
 * `paths`: further paths that stderr may mention.
 */
export const runScript = (
  target: Target,
  script: string,
  paths: ReadonlyArray<string> = []
): Effect.Effect<{ readonly requestId: string; readonly stdout: string }, CallFailure> =>
  Effect.gen(function* () {
    const { operation, runtime, sessionId } = target
    const { output, requestId, timedOut } = yield* runShell(runtime, scriptArgs(script), operation)
    if (timedOut) {
      return yield* Effect.fail(
        sessionError(
          { operation, sessionId, requestId, secrets: [] },
          { reason: "Timeout", phase: "sent", detail: `a command was killed after ${scriptTimeoutMs} ms` }
        )
      )
    }
    if (output.exitCode === 0) return { requestId, stdout: output.stdout }
    const said = output.stderr.trim() === "" ? output.stdout : output.stderr
    return yield* Effect.fail(
      fileRefusal(target, said.trim() === "" ? `exit code ${output.exitCode}` : said, requestId, paths)
    )
  })

/** The arguments of a script's call, for measuring them. */
export const scriptArgs = (script: string) => ({ command: prelude + script, timeout_ms: scriptTimeoutMs })
