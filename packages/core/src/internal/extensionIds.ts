/**
 * Ids of browser extensions. An id is the name of the stored archive, and the only place where the name of the
 * uploaded file can be kept: `ext_<32 hex digits>_<name>.zip`, the name with every byte but letters, digits, `-` and
 * `.` written as `~` and two hexadecimal digits.
 */
import * as Option from "effect/Option"

const own = /^ext_[0-9a-f]{32}_(.+)\.zip$/

/** File systems end a name at 255 bytes. */
const longestName = 200

const encode = (name: string): string =>
  Array.from(new TextEncoder().encode(name), (byte) => {
    const character = String.fromCharCode(byte)
    return /[A-Za-z0-9.-]/.test(character) ? character : `~${byte.toString(16).padStart(2, "0")}`
  }).join("")

const decode = (encoded: string): Option.Option<string> => {
  if (!/^(?:[A-Za-z0-9.-]|~[0-9a-f]{2})+$/.test(encoded)) return Option.none()
  const bytes = Uint8Array.from(encoded.match(/~..|./g) ?? [], (piece) =>
    piece.length === 1 ? piece.charCodeAt(0) : Number.parseInt(piece.slice(1), 16)
  )
  return Option.liftThrowable(() =>
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  )()
}

/** The id for an archive; a name that is too long is left out. */
export const extensionId = (unique: string, fileName: string): string => {
  const name = encode(fileName.replace(/\.zip$/i, ""))
  return name === "" || name.length > longestName ? `ext_${unique}.zip` : `ext_${unique}_${name}.zip`
}

/** The name under which an archive was uploaded, as far as its id tells; else the id. */
export const extensionName = (id: string): string =>
  Option.match(
    Option.flatMapNullable(Option.fromNullable(own.exec(id)), ([, name]) => name).pipe(
      Option.flatMap(decode)
    ),
    {
      onNone: () => id,
      onSome: (name) => `${name}.zip`
    }
  )
