/** From a MIME bundle to typed members. */
import * as Option from "effect/Option"
import type { MimeBundle } from "../contract/tools/CodeTools.js"
import type { CodeOutput } from "../session/SessionCode.js"
import { decodeBase64 } from "./files/base64.js"

const chartTypes = [
  "application/vnd.vegalite.v4+json",
  "application/vnd.vegalite.v5+json",
  "application/vnd.vega.v5+json"
]

const firstOf = (data: MimeBundle["data"], types: ReadonlyArray<string>): Option.Option<unknown> =>
  Option.fromNullable(types.map((type) => data[type]).find((value) => value !== undefined && value !== null))

/** Notebooks may write a text as a list of lines that keep their ends. */
const text = (data: MimeBundle["data"], type: string): Option.Option<string> => {
  const value = data[type]
  return typeof value === "string"
    ? Option.some(value)
    : Array.isArray(value) && value.every((line) => typeof line === "string")
      ? Option.some(value.join(""))
      : typeof value === "number" || typeof value === "boolean"
        ? Option.some(String(value))
        : Option.none()
}

const image = (data: MimeBundle["data"], type: string): Option.Option<Uint8Array> =>
  Option.flatMap(text(data, type), (base64) => Option.fromNullable(decodeBase64(base64)))

export const makeOutput = ({ data, isMain }: MimeBundle): CodeOutput => ({
  isMain,
  text: text(data, "text/plain"),
  html: text(data, "text/html"),
  markdown: text(data, "text/markdown"),
  png: image(data, "image/png"),
  jpeg: image(data, "image/jpeg"),
  svg: text(data, "image/svg+xml"),
  latex: text(data, "text/latex"),
  json: firstOf(data, ["application/json"]),
  chart: firstOf(data, chartTypes),
  data
})
