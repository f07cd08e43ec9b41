/** The shortest ways to run code. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { CodeLanguage, CodeResult, Machine } from "../../../src/machine/Machine.js"

export const run = (machine: Machine, language: CodeLanguage, code: string, timeoutMs = 60_000) =>
  machine.runCode({ language, code, timeoutMs })

/** What a run that raises nothing shows, as text. */
export const plain = (machine: Machine, language: CodeLanguage, code: string) =>
  Effect.map(run(machine, language, code), ({ error, outputs }) => {
    assert.isUndefined(error)
    return outputs.map(({ data }) => data["text/plain"])
  })

/** Width and height of a PNG, which is decoded as far as its header. */
export const pngSize = (output: CodeResult["outputs"][number] | undefined) => {
  const bytes = Buffer.from(String(output?.data["image/png"]), "base64")
  assert.strictEqual(bytes.subarray(0, 8).toString("latin1"), "\x89PNG\r\n\x1a\n")
  assert.strictEqual(bytes.subarray(-8, -4).toString("latin1"), "IEND")
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
}
