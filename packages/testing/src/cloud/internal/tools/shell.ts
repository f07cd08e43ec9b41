/** The tool that runs commands. */
import * as Effect from "effect/Effect"
import { failed, type ToolHandlers } from "./handler.js"

/** What the service's tool takes when a client names no time. */
const defaultTimeoutMs = 1000

const withLine = (text: string, line: string): string =>
  (text === "" || text.endsWith("\n") ? text : `${text}\n`) + line

export const shellHandlers: ToolHandlers<"shell"> = {
  shell: ({ command, cwd, envs, timeout_ms: timeoutMs = defaultTimeoutMs }, { environment, machine }) =>
    timeoutMs < 0
      ? Effect.fail(failed("timeout_ms must not be negative"))
      : machine
          .exec({
            command,
            cwd: cwd === "" ? undefined : cwd,
            env: { ...Object.fromEntries(environment.variables), ...envs },
            timeoutMs
          })
          .pipe(
            // A command that could not be started is told like one that failed, in the same form.
            Effect.mapError((error) => ({
              _tag: "Form" as const,
              value: { stdout: "", stderr: error.message, exitCode: 126, traceId: "", recognised: true }
            })),
            Effect.flatMap(({ exitCode, stderr, stdout, timedOut }) =>
              timedOut
                ? Effect.fail({
                    _tag: "Form" as const,
                    value: {
                      stdout,
                      stderr: withLine(stderr, "[timeout]"),
                      exitCode: -1,
                      traceId: "",
                      recognised: true
                    }
                  })
                : Effect.succeed({ stdout, stderr, exitCode, traceId: "" })
            )
          )
}
