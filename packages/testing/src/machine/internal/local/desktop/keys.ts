/**
 * The keys of the X Window System: keysyms, by their name or as `U` with a code point in hexadecimal.
 *
 * @since 0.1.0
 */
import * as KeyName from "@effect-agentbay/core/KeyName"
import * as Either from "effect/Either"
import { MachineError } from "../../../Machine.js"

/** The keysyms of the names that the service writes. */
const keysyms: Readonly<Record<string, string>> = {
  Ctrl: "Control_L",
  Alt: "Alt_L",
  Shift: "Shift_L",
  Win: "Super_L",
  Meta: "Super_L",
  Super: "Super_L",
  Command: "Super_L",
  Tab: "Tab",
  Enter: "Return",
  Escape: "Escape",
  Backspace: "BackSpace",
  Delete: "Delete",
  Insert: "Insert",
  Home: "Home",
  End: "End",
  PageUp: "Prior",
  PageDown: "Next",
  Space: "space",
  CapsLock: "Caps_Lock",
  NumLock: "Num_Lock",
  ScrollLock: "Scroll_Lock",
  PrintScreen: "Print",
  Pause: "Pause",
  ArrowUp: "Up",
  ArrowDown: "Down",
  ArrowLeft: "Left",
  ArrowRight: "Right",
  ...Object.fromEntries(Array.from({ length: 24 }, (_, index) => [`F${index + 1}`, `F${index + 1}`]))
}

/** Characters that a keyboard has a key for which makes no letter. */
const controls: Readonly<Record<string, string>> = {
  "\n": "Return",
  "\r": "Return",
  "\t": "Tab",
  "\b": "BackSpace",
  "\u001b": "Escape",
  "\u007f": "Delete"
}

const invalid = (detail: string) => Either.left(new MachineError({ reason: "Invalid", detail }))

/** The keysym of one character; none for what is no character or a control character without a key. */
const ofCharacter = (character: string): string | undefined => {
  const control = controls[character]
  if (control !== undefined) return control
  const codePoint = character.codePointAt(0) ?? 0
  const isSurrogate = codePoint >= 0xd800 && codePoint < 0xe000
  const isText = codePoint >= 0x20 && !(codePoint >= 0x80 && codePoint < 0xa0) && !isSurrogate
  return isText ? `U${codePoint.toString(16).toUpperCase().padStart(4, "0")}` : undefined
}

/**
 * The keys with names of the service, in any case; a single character is the key that makes it, and a letter that
 * key without Shift.
 *
 * @since 0.1.0
 * @category conversions
 */
export const named = (names: ReadonlyArray<string>): Either.Either<ReadonlyArray<string>, MachineError> =>
  Either.all(
    names.map((given) => {
      const name = KeyName.normalize(given)
      if (Object.hasOwn(keysyms, name)) return Either.right(keysyms[name] ?? "")
      const keysym = [...name].length === 1 ? ofCharacter(name) : undefined
      return keysym === undefined
        ? invalid(`no such key: ${JSON.stringify(given)}: such are Ctrl, Enter, ArrowUp, F5, a`)
        : Either.right(keysym)
    })
  )

/**
 * The keys that type a text; a line break of whatever form is Enter.
 *
 * @since 0.1.0
 * @category conversions
 */
export const typing = (text: string): Either.Either<ReadonlyArray<string>, MachineError> =>
  Either.all(
    [...text.replaceAll("\r\n", "\n")].map((character) => {
      const keysym = ofCharacter(character)
      return keysym === undefined
        ? invalid(`no key types ${JSON.stringify(character)}: a text may hold no such control characters`)
        : Either.right(keysym)
    })
  )
