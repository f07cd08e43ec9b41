/** Commands of a session. */
import type { CommandResult } from "../../../../src/session/SessionCommand.js"
import {
  type Mappings,
  mapping,
  object,
  optional,
  optionalNumber,
  optionalText,
  partly,
  plain,
  text
} from "../Mapping.js"
import { type Success, success } from "../Outcome.js"
import type { Json, JsonObject } from "../Vector.js"

const told = ["output", "stdout", "stderr", "exitCode", "traceId"]

/** What ran, in the names of the recording. */
export const readCommand = ({
  exitCode,
  output,
  requestId,
  stderr,
  stdout,
  traceId
}: CommandResult): Success => success(plain({ output, stdout, stderr, exitCode, traceId }), requestId)

/** What the recorded result tells: the first generation does not tell much. */
export const recordedCommand = (result: JsonObject): Success =>
  success(
    partly(
      Object.fromEntries(told.flatMap((name) => (result[name] === undefined ? [] : [[name, result[name]]])))
    ),
    result["requestId"]
  )

const run = mapping({
  call: ({ session }, [command, timeoutMs, cwd, env]) =>
    session.command.run(text(command), {
      timeout: optionalNumber(timeoutMs),
      cwd: optionalText(cwd),
      env: optional(env, (variables: Json) => object(variables) as Readonly<Record<string, string>>)
    }),
  read: readCommand,
  recorded: recordedCommand
})

export const command: Mappings = {
  "session.command executeCommand": run,
  "session.command run": run,
  "session.command exec": run
}
