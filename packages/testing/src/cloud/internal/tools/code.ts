/** The tool that runs code. */
import type { CodeRun } from "@effect-agentbay/core/CodeTools"
import * as Effect from "effect/Effect"
import type { CodeLanguage, CodeRequest, CodeResult, MachineError } from "../../../machine/Machine.js"
import type { SessionRecord } from "../state.js"
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

export const languageOf = (name: string): CodeLanguage | undefined => languages[name.trim().toLowerCase()]

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

/** Java has no way to change the environment of a process that runs. */
const assignments: Partial<Record<CodeLanguage, (variables: Readonly<Record<string, string>>) => string>> = {
  python: (variables) =>
    `__import__("os").environ.update(__import__("json").loads(${JSON.stringify(JSON.stringify(variables))}))`,
  javascript: (variables) => `void Object.assign(process.env, ${JSON.stringify(variables)})`,
  r: (variables) =>
    `invisible(Sys.setenv(${Object.entries(variables)
      .map(([name, value]) => `\`${name}\` = ${JSON.stringify(value)}`)
      .join(", ")}))`
}

const tellingMs = 30_000

/** Lets an interpreter that may be running already see the variables of the session. */
const inform = (
  { environment, machine }: Pick<SessionRecord, "environment" | "machine">,
  language: CodeLanguage
): Effect.Effect<void, MachineError> =>
  Effect.suspend(() => {
    const assign = assignments[language]
    const { informed, told, variables } = environment
    if (assign === undefined || variables.size === 0 || informed.has(language)) return Effect.void
    informed.add(language)
    told.set(language, (told.get(language) ?? 0) + 1)
    const code = assign(Object.fromEntries(variables))
    return Effect.asVoid(machine.runCode({ language, code, timeoutMs: tellingMs }))
  })

/** After these the next run may have another interpreter, which knows nothing. */
const isLost = ({ error, timedOut }: CodeResult): boolean => timedOut || error?.name === "KernelDied"

/** Runs code for a client, with the variables of the session. */
export const runFor = (
  { environment, machine }: Pick<SessionRecord, "environment" | "machine">,
  request: CodeRequest
): Effect.Effect<CodeResult, MachineError> =>
  inform({ environment, machine }, request.language).pipe(
    Effect.zipRight(machine.runCode(request)),
    Effect.map((result) => {
      if (isLost(result)) environment.informed.delete(request.language)
      return {
        ...result,
        executionCount: result.executionCount - (environment.told.get(request.language) ?? 0)
      }
    })
  )

export const codeHandlers: ToolHandlers<"run_code"> = {
  run_code: ({ code, language, timeout_s: seconds = defaultTimeoutSeconds }, session) => {
    const known = languageOf(language)
    if (known === undefined) return Effect.fail(failed(`unsupported language: ${language}`))
    if (!(seconds >= 0)) return Effect.fail(failed("timeout_s must not be negative"))
    return runFor(session, { language: known, code, timeoutMs: seconds * 1000 }).pipe(
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
