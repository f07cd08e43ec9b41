/** From the `key: value` record of `get_file_info` to typed information. */
import * as Option from "effect/Option"
import type { FileInfo, FileKind } from "../../session/SessionFileSystem.js"
import { baseName } from "./paths.js"

type Raw = Readonly<Record<string, string>>

const timePattern =
  /^(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{2}:\d{2})(:\d{2})?([.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?:\s.*)?$/i

const hasZone = (text: string): boolean => timePattern.exec(text)?.[5] !== undefined

const zoneOf = (text: string | undefined): string =>
  text === undefined || /^[A-Z]/i.test(text)
    ? "Z"
    : text.includes(":")
      ? text
      : `${text.slice(0, 3)}:${text.slice(3)}`

const validDate = (input: string | number): Option.Option<Date> => {
  // The type of times in @effect/platform's own FileSystem.
  // @effect-diagnostics-next-line globalDate:off
  const date = new Date(input)
  return Number.isNaN(date.getTime()) ? Option.none() : Option.some(date)
}

/** Times without a zone are read as UTC; numbers count seconds, or milliseconds where they are too large for it. */
export const parseFileTime = (text: string): Option.Option<Date> => {
  if (/^\d{9,}(\.\d+)?$/.test(text)) {
    const value = Number(text)
    return validDate(value < 1e11 ? value * 1000 : value)
  }
  const match = timePattern.exec(text)
  if (match === null) return Option.none()
  const [, date, minutes = "00:00", seconds = ":00", fraction = ""] = match
  return validDate(`${date}T${minutes}${seconds}${fraction.replace(",", ".").slice(0, 4)}${zoneOf(match[5])}`)
}

const present = (raw: Raw, key: string): string | undefined => (raw[key] === "" ? undefined : raw[key])

const timeOf = (raw: Raw, keys: ReadonlyArray<string>): Option.Option<Date> => {
  const texts = keys.flatMap((key) => present(raw, key) ?? [])
  // Of several spellings of one moment, the one that names its zone leaves nothing to guess.
  const best = texts.find(hasZone) ?? texts[0]
  return best === undefined ? Option.none() : parseFileTime(best)
}

const symbolic = /^[-dlbcps]?([r-][w-][xsS-])([r-][w-][xsS-])([r-][w-][xtT-])/

const triad = (text: string): number =>
  (text.startsWith("r") ? 4 : 0) + (text[1] === "w" ? 2 : 0) + (/[xst]$/.test(text) ? 1 : 0)

/** Permission bits from octal digits or from the form of `ls -l`. */
export const parseMode = (text: string): Option.Option<number> => {
  const octal = /^(?:0o?)?([0-7]{3,6})$/.exec(text)?.[1]
  if (octal !== undefined) return Option.some(Number.parseInt(octal, 8) & 0o7777)
  const match = symbolic.exec(text)
  if (match === null) return Option.none()
  const [, user = "", group = "", other = ""] = match
  const special =
    (/[sS]$/.test(user) ? 0o4000 : 0) +
    (/[sS]$/.test(group) ? 0o2000 : 0) +
    (/[tT]$/.test(other) ? 0o1000 : 0)
  return Option.some(special + triad(user) * 64 + triad(group) * 8 + triad(other))
}

const isTrue = (text: string | undefined): boolean => text?.toLowerCase() === "true"

const kindOf = (raw: Raw): FileKind =>
  isTrue(raw.isSymlink) || isTrue(raw.isSymbolicLink)
    ? "symlink"
    : isTrue(raw.isDirectory)
      ? "directory"
      : isTrue(raw.isFile) || raw.isFile === undefined
        ? "file"
        : "other"

/** None when the record does not even say what kind of thing it describes, or how large a file is. */
export const parseFileInfo = (raw: Raw, path: string): Option.Option<FileInfo> => {
  if (raw.isDirectory === undefined && raw.isFile === undefined) return Option.none()
  const kind = kindOf(raw)
  const sizeText = present(raw, "size")
  const size = sizeText === undefined && kind === "directory" ? 0 : Number(sizeText)
  if (!Number.isSafeInteger(size) || size < 0) return Option.none()
  const fullPath = present(raw, "path") ?? path
  return Option.some({
    name: present(raw, "name") ?? baseName(fullPath),
    path: fullPath,
    size,
    kind,
    created: timeOf(raw, ["created", "birthTime", "createTime"]),
    modified: timeOf(raw, ["modified", "modTime", "mtime"]),
    accessed: timeOf(raw, ["accessed", "accessTime", "atime"]),
    mode: Option.flatMap(
      Option.fromNullable(
        [raw.mode, raw.permissions].find((text) => text !== undefined && Option.isSome(parseMode(text)))
      ),
      parseMode
    ),
    owner: Option.fromNullable(present(raw, "owner")),
    group: Option.fromNullable(present(raw, "group")),
    raw
  })
}
