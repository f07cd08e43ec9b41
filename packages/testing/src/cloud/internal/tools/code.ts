/** The tool that runs code. */
import type { CodeRun } from "@effect-agentbay/core/CodeTools"
import * as Effect from "effect/Effect"
import type { CodeLanguage, CodeResult } from "../../../machine/Machine.js"
import { failed, type ToolHandlers } from "./handler.js"

const defaultTimeoutSeconds = 60

const languages: Readonly<Record<string, CodeLanguage>> = {
  python: "python",
  py: "python",
  python3: "python",
  javascript: "javascript",
  js: "javascript",
  node: "javascript",
  nodejs: "javascript",
  r: "r",
  java: "java"
}

const lines = (text: string): ReadonlyArray<string> => (text === "" ? [] : [text])

const runOf = (result: CodeResult): CodeRun => ({
  outputs: result.outputs,
  stdout: lines(result.stdout),
  stderr: lines(result.stderr),
  error:
    result.error === undefined
      ? undefined
      : { ...result.error, traceback: result.error.traceback.join("\n") },
  executionTime: result.durationMs / 1000,
  executionCount: result.executionCount
})

export const codeHandlers: ToolHandlers<"run_code"> = {
  run_code: ({ code, language, timeout_s: seconds = defaultTimeoutSeconds }, { machine }) => {
    const known = languages[language.trim().toLowerCase()]
    if (known === undefined) return Effect.fail(failed(`unsupported language: ${language}`))
    if (!(seconds >= 0)) return Effect.fail(failed("timeout_s must not be negative"))
    return machine.runCode({ language: known, code, timeoutMs: seconds * 1000 }).pipe(
      Effect.mapError((error) => failed(error.message)),
      Effect.flatMap((result) =>
        result.timedOut
          ? Effect.fail({
              _tag: "Form" as const,
              value: {
                ...runOf(result),
                error: {
                  name: "ExecutionTimeout",
                  value: `[timeout] the code ran longer than ${seconds} s`,
                  traceback: "[timeout]"
                }
              }
            })
          : Effect.succeed(runOf(result))
      )
    )
  }
}
