/** One call of the `shell` tool, and what its answer means. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SessionError, ToolError, VpcUnavailable } from "../AgentBayError.js"
import { readFailure, type Tool } from "../contract/Tool.js"
import { type ShellOutput, shell } from "../contract/tools/ShellTools.js"
import { callTool, type SessionRuntime } from "../session/SessionRuntime.js"
import type { InvokeOptions } from "../transport/ToolTransport.js"

/** `timedOut`: the session killed the command; the output is what came until then. */
export interface ShellRun {
  readonly requestId: string
  readonly timedOut: boolean
  readonly output: ShellOutput
}

const timeoutWords = /\btime(d)?[ -]?out\b/i

/** JSON-RPC reserves these codes for the protocol; no process ends with them. */
const isProtocolCode = (code: number): boolean => code <= -32_000 && code >= -32_768

/**
 * No process ends with -1, so that code beside the word is the tool's own report. 124 is what `timeout` ends with:
 * in a plain answer it belongs to the user's command.
 */
const isTimeout = (output: ShellOutput, isError: boolean): boolean =>
  (output.exitCode === -1 || (isError && output.exitCode === 124)) &&
  timeoutWords.test(`${output.stderr} ${output.stdout}`)

const withoutMarker = (output: ShellOutput): ShellOutput =>
  output.stderr.trim() === "[timeout]" ? { ...output, stderr: "" } : output

const makeRun = (requestId: string, output: ShellOutput, isError: boolean): ShellRun =>
  isTimeout(output, isError)
    ? { requestId, timedOut: true, output: withoutMarker(output) }
    : { requestId, timedOut: false, output }

/**
 * Runs a command. An answer marked as an error is still a run when it has one of the known forms; otherwise the
 * tool itself failed, and so does this, with `ToolError`.
 */
export const runShell = (
  runtime: SessionRuntime,
  args: Tool.Args<typeof shell>,
  operation: string,
  options?: Omit<InvokeOptions, "operation">
): Effect.Effect<ShellRun, SessionError | VpcUnavailable | ToolError> =>
  callTool(runtime, shell, args, { ...options, operation }).pipe(
    Effect.map(({ requestId, value }) => makeRun(requestId, value, false)),
    Effect.catchTag("ToolError", (error) => {
      const failure = readFailure(shell, error.text)
      return Option.isSome(failure) && failure.value.recognised && !isProtocolCode(failure.value.exitCode)
        ? Effect.succeed(makeRun(error.requestId ?? "", failure.value, true))
        : Effect.fail(error)
    })
  )
