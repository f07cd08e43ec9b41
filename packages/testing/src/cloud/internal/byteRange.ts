/** Requests for a part of an object, and on condition: RFC 9110, sections 13 and 14. */
import type { StoredFile } from "../ContextStore.js"
import type { GatewayRequest } from "../Gateway.js"

type Headers = GatewayRequest["headers"]

/** Quoted, in upper case, as the service's object store writes it. */
export const etagHeader = ({ etag }: StoredFile): string => `"${etag.toUpperCase()}"`

const sameTag = (given: string, file: StoredFile): boolean =>
  given.trim().replaceAll('"', "").toUpperCase() === file.etag.toUpperCase()

const namesTag = (header: string, file: StoredFile): boolean =>
  header.trim() === "*" || header.split(",").some((tag) => sameTag(tag, file))

/** The status that answers the conditions of a request in place of the object, if any. */
export const condition = (headers: Headers, file: StoredFile): 304 | 412 | undefined => {
  const { "if-match": match, "if-none-match": noneMatch } = headers
  if (match !== undefined && !namesTag(match, file)) return 412
  return noneMatch !== undefined && namesTag(noneMatch, file) ? 304 : undefined
}

/** Both ends belong to the range. */
export type Range = { readonly start: number; readonly end: number } | "whole" | "unsatisfiable"

/** A client with an older version of the object gets all of the new one. */
const isCurrent = (ifRange: string | undefined, file: StoredFile): boolean =>
  ifRange === undefined ||
  (ifRange.trim().startsWith('"')
    ? sameTag(ifRange, file)
    : Date.parse(ifRange) === Math.floor(file.modifiedMs / 1000) * 1000)

/** One range of bytes; several ranges, and anything that is not understood, ask for the whole. */
export const readRange = (headers: Headers, file: StoredFile): Range => {
  const { size } = file
  const match = /^bytes=(\d*)-(\d*)$/.exec(headers.range?.trim() ?? "")
  const [, first = "", last = ""] = match ?? []
  if ((first === "" && last === "") || !isCurrent(headers["if-range"], file)) return "whole"
  if (first === "") {
    return Number(last) === 0 || size === 0
      ? "unsatisfiable"
      : { start: Math.max(0, size - Number(last)), end: size - 1 }
  }
  const start = Number(first)
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== "" && Number(last) < start) return "whole"
  return start >= size ? "unsatisfiable" : { start, end }
}
