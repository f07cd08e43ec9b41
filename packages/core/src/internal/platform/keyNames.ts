/**
 * Names of files for keys that may be any text: the key itself where that is a safe name, otherwise escaped.
 *
 * `%` with two digits is a byte of UTF-8, `%u` with four a surrogate without its other half, `%` alone the empty key. What
 * is too long for one name goes on in directories, whose names end with `%d`, so that no key is a directory of another.
 */

const safe = /^[A-Za-z0-9_-]$/

const hexadecimal = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

const escaped = (character: string, index: number): string => {
  if (safe.test(character) || (character === "." && index > 0)) return character
  const unit = character.charCodeAt(0)
  return character.length === 1 && unit >= 0xd800 && unit < 0xe000
    ? `%u${hexadecimal(unit, 4)}`
    : [...new TextEncoder().encode(character)].map((byte) => `%${hexadecimal(byte, 2)}`).join("")
}

/** A file system takes 255 bytes for a name; the end mark of a directory takes two of them. */
const longestPart = 250

/** Object stores take 1,023 bytes for a path; the directory of the store is part of it. */
export const longestName = 800

const directoryMark = "%d"

export const encodeKey = (key: string): string => {
  const parts: Array<string> = []
  let part = ""
  for (const [index, character] of [...key].entries()) {
    const piece = escaped(character, index)
    if (part.length + piece.length > longestPart) {
      parts.push(part + directoryMark)
      part = ""
    }
    part += piece
  }
  return [...parts, key === "" ? "%" : part].join("/")
}

/** Undefined for what no key is encoded to. */
export const decodeKey = (name: string): string | undefined => {
  const whole = name === "%" ? "" : name.replaceAll(`${directoryMark}/`, "")
  let key: string
  try {
    key = whole
      .split(/(%u[0-9a-f]{4})/)
      .map((part, index) =>
        index % 2 === 1 ? String.fromCharCode(Number.parseInt(part.slice(2), 16)) : decodeURIComponent(part)
      )
      .join("")
  } catch {
    return undefined
  }
  return encodeKey(key) === name ? key : undefined
}
