/** What official SDKs were recorded to send; see `packages/core/test/vectors/README.md` for the notation. */
import { readFileSync } from "node:fs"

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, Json>>
  readonly form?: Readonly<Record<string, Json>>
  readonly json?: { readonly [key: string]: Json }
}

interface Line {
  readonly id: string
  readonly sdk: string
  readonly requests: ReadonlyArray<RecordedRequest>
}

const file = new URL("../../../core/test/vectors/requests.jsonl", import.meta.url)

export const lines: ReadonlyArray<Line> = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line))

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Undoes the notation: long runs are written out, decoded JSON becomes text again. */
export const expand = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(expand)
  if (!isObject(value)) return value
  if (typeof value.$repeat === "string") return value.$repeat.repeat(Number(value.times))
  if (Array.isArray(value.$concat)) return value.$concat.map((part) => String(expand(part))).join("")
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.includes("#"))
      .map(([key, item]) => {
        const decoded = value[`${key}#json`]
        return [key, decoded === undefined ? expand(item) : JSON.stringify(expand(decoded))]
      })
  )
}

/** Parameters as they travelled. */
export const parametersOf = (part: Readonly<Record<string, Json>> | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(expand({ ...part }) as Record<string, Json>).map(([key, value]) => [key, String(value)])
  )
