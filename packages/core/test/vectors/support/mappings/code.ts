/** Code in a session. */
import * as Duration from "effect/Duration"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import type { CodeExecution, CodeOutput } from "../../../../src/session/SessionCode.js"
import { type Mappings, mapping, object, optionalNumber, plain, text } from "../Mapping.js"
import { type Success, success } from "../Outcome.js"
import type { Json, JsonObject } from "../Vector.js"

/** One displayed value, in the names of the recording: images are base64, a mark is there when it is set. */
const readOutput = ({ data: _, isMain, jpeg, png, ...output }: CodeOutput): unknown =>
  plain({
    ...output,
    png: Option.map(png, Encoding.encodeBase64),
    jpeg: Option.map(jpeg, Encoding.encodeBase64),
    isMainResult: isMain ? Option.some(true) : Option.none()
  })

/** The recorded `result`: the text, or what was printed where there is none. */
const readCode = (execution: CodeExecution): Success =>
  success(
    plain({
      result: Option.getOrElse(execution.text, () => execution.stdout),
      logs: execution.logs,
      results: execution.outputs.map(readOutput),
      error: execution.error,
      executionTime: Option.map(execution.executionTime, Duration.toSeconds),
      executionCount: execution.executionCount
    }),
    execution.requestId
  )

const list = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

export const recordedCode = (result: JsonObject): Success => {
  const { errorMessage: _message, requestId, results, success: _success, ...fields } = result
  return success(
    {
      ...fields,
      results: list(results).map((entry) => {
        const { isMainResult, ...output } = object(entry)
        return isMainResult === true ? { ...output, isMainResult } : output
      })
    },
    requestId
  )
}

const run = mapping({
  call: ({ session }, [code, language, timeout]) =>
    session.code.run(
      text(language),
      text(code),
      optionalNumber(timeout) === undefined ? {} : { timeout: `${Number(timeout)} seconds` }
    ),
  read: readCode,
  recorded: (result, { version }) =>
    version === "0.10.2"
      ? success({ $partly: { result: result["result"] } }, result["requestId"])
      : recordedCode(result)
})

export const code: Mappings = {
  "session.code runCode": run,
  "session.code run": run,
  "session.code execute": run
}
