/** Paths inside a session, as text: the service defines what they mean. */
import type * as Effect from "effect/Effect"
import type { InvalidArgument } from "../../AgentBayError.js"
import { quote } from "../quote.js"
import { ensure } from "../validate.js"

/** `C:\…`, `C:/…` and `\\server\…`: a session that runs Windows. */
export const isWindowsPath = (path: string): boolean => /^[A-Za-z]:[\\/]|^\\\\/.test(path)

const separators = (path: string): RegExp => (isWindowsPath(path) ? /[\\/]+/ : /\/+/)

export const baseName = (path: string): string =>
  path
    .split(separators(path))
    .filter((part) => part !== "")
    .at(-1) ?? ""

/** What stands before the last name, with its separator; empty for a bare name. */
export const parentPrefix = (path: string): string => {
  const trimmed = path.replace(isWindowsPath(path) ? /[\\/]+$/ : /\/+$/, "")
  return trimmed.slice(0, trimmed.length - baseName(path).length)
}

/** As the system reads a path: separators once, no `.`, no `..`; Windows does not know capitals apart. */
const placeOf = (path: string): string => {
  const isWindows = isWindowsPath(path)
  const parts: Array<string> = []
  for (const part of path.split(separators(path))) {
    if (part === "..") parts.pop()
    else if (part !== "" && part !== ".") parts.push(part)
  }
  const place = parts.join("/")
  return isWindows ? place.toLowerCase() : path.startsWith("/") ? `/${place}` : place
}

/** Whether two paths are the same place, however they are written. Links are not followed. */
export const samePlace = (one: string, other: string): boolean => placeOf(one) === placeOf(other)

/** The path as one word of a shell command that no program takes for an option. */
export const shellPath = (path: string): string => quote(path.startsWith("/") ? path : `./${path}`)

export const ensurePath = (
  operation: string,
  field: string,
  path: unknown
): Effect.Effect<void, InvalidArgument> =>
  ensure(
    typeof path === "string" && path !== "" && !path.includes("\0"),
    operation,
    field,
    path,
    "it must be a path: a non-empty text without NUL characters"
  )
