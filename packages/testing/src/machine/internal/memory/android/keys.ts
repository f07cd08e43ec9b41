/** What the keys of Android mean to the model. */
import { KeyCode, type KeyName } from "@effect-agentbay/core/KeyCode"

const names = new Map(
  Object.entries(KeyCode).map(([name, code]): readonly [number, KeyName] => [code, name as KeyName])
)

/** Keys that edit a text, by the names that editing knows. */
const editing: Partial<Record<KeyName, string>> = {
  SPACE: " ",
  TAB: "\t",
  COMMA: ",",
  PERIOD: ".",
  GRAVE: "`",
  MINUS: "-",
  EQUALS: "=",
  LEFT_BRACKET: "[",
  RIGHT_BRACKET: "]",
  BACKSLASH: "\\",
  SEMICOLON: ";",
  APOSTROPHE: "'",
  SLASH: "/",
  AT: "@",
  STAR: "*",
  POUND: "#",
  PLUS: "+",
  NUMPAD_DIVIDE: "/",
  NUMPAD_MULTIPLY: "*",
  NUMPAD_SUBTRACT: "-",
  NUMPAD_ADD: "+",
  NUMPAD_DOT: ".",
  NUMPAD_COMMA: ",",
  NUMPAD_EQUALS: "=",
  NUMPAD_LEFT_PAREN: "(",
  NUMPAD_RIGHT_PAREN: ")",
  DEL: "Backspace",
  FORWARD_DEL: "Delete",
  DPAD_LEFT: "ArrowLeft",
  DPAD_RIGHT: "ArrowRight",
  MOVE_HOME: "Home",
  MOVE_END: "End"
}

export type Meaning =
  /** A key of a keyboard. */
  | { readonly _tag: "Edit"; readonly key: string }
  /** Everything else, by name. */
  | { readonly _tag: "Key"; readonly name: KeyName }

export const meaningOf = (code: number): Meaning | undefined => {
  const name = names.get(code)
  if (name === undefined) return undefined
  const character = /^(?:DIGIT_|NUMPAD_)?([A-Z0-9])$/.exec(name)?.[1]?.toLowerCase()
  const key = editing[name] ?? character
  return key === undefined ? { _tag: "Key", name } : { _tag: "Edit", key }
}
