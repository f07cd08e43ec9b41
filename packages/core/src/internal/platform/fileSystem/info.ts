/** What `stat` prints, and what it means. */

import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { bySystem, type Call } from "./failure.js"

/** Numbers first: a file system may know no time of birth, and some programs print `-` or `?` for it. */
export const statFormat = "%f %s %d %i %h %u %g %b %o %t %T|%x|%y|%w"

/** `2026-11-22 18:57:54.123456789 +0000` */
const timePattern = /^(\d{4,}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(\.\d+)?(?: \+0000)?$/

const parseTime = (text: string): Option.Option<Date> => {
  const match = timePattern.exec(text.trim())
  if (match === null) return Option.none()
  const [, date, time, fraction = "0"] = match
  // The type of times in @effect/platform's FileSystem. Node rounds to the nearest millisecond, too.
  // @effect-diagnostics-next-line globalDate:off
  const moment = new Date(Date.parse(`${date}T${time}Z`) + Math.round(Number(fraction) * 1000))
  return Number.isNaN(moment.getTime()) ? Option.none() : Option.some(moment)
}

/** By the upper bits of a mode. */
const types: Readonly<Record<number, FileSystem.File.Type>> = {
  8: "File",
  4: "Directory",
  10: "SymbolicLink",
  6: "BlockDevice",
  2: "CharacterDevice",
  1: "FIFO",
  12: "Socket"
}

/** A device number as the C library of Linux packs it. */
const deviceNumber = (major: number, minor: number): number =>
  (major & 0xfff) * 256 + (minor & 0xff) + (minor >>> 8) * 2 ** 20

export const parseInfo = (call: Call, output: string): Effect.Effect<FileSystem.File.Info, PlatformError> => {
  const [numbers = "", accessed = "", modified = "", born = ""] = output.trim().split("|")
  const fields = numbers.split(" ")
  const decimal = (index: number): number => Number(fields[index] || Number.NaN)
  const hexadecimal = (index: number): number => Number.parseInt(fields[index] ?? "", 16)
  const optional = (value: number): Option.Option<number> =>
    Number.isFinite(value) ? Option.some(value) : Option.none()
  const mode = hexadecimal(0)
  const size = decimal(1)
  if (!Number.isSafeInteger(mode) || !Number.isSafeInteger(size)) {
    return Effect.fail(bySystem(call, "InvalidData", "the session's stat does not describe a file"))
  }
  const device = deviceNumber(hexadecimal(9), hexadecimal(10))
  return Effect.succeed({
    type: types[mode >>> 12] ?? "Unknown",
    mtime: parseTime(modified),
    atime: parseTime(accessed),
    birthtime: parseTime(born),
    dev: Option.getOrElse(optional(decimal(2)), () => 0),
    ino: optional(decimal(3)),
    mode,
    nlink: optional(decimal(4)),
    uid: optional(decimal(5)),
    gid: optional(decimal(6)),
    rdev: optional(device),
    size: FileSystem.Size(size),
    blksize: Option.map(optional(decimal(8)), FileSystem.Size),
    blocks: optional(decimal(7))
  })
}
