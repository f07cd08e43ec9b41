/**
 * Names of keys, as `SessionComputer.pressKeys` and `releaseKeys` take them: in any capitalisation, and with the
 * usual short forms. Both operations, and the same tools called by name, write them in one way.
 *
 * Source: session automation modules, section 5.
 *
 * @since 0.1.0
 */

const functionKeys = Object.fromEntries(
  Array.from({ length: 24 }, (_, index) => [`F${index + 1}`, [`f${index + 1}`]])
)

/**
 * The names that are known besides single characters, by group: how a name is written, and from what.
 *
 * @since 0.1.0
 * @category names
 */
export const groups: Readonly<
  Record<
    "modifiers" | "editing" | "arrows" | "functionKeys" | "punctuation",
    Readonly<Record<string, ReadonlyArray<string>>>
  >
> = {
  modifiers: {
    Ctrl: ["ctrl", "control"],
    Alt: ["alt"],
    Shift: ["shift"],
    Win: ["win", "windows"],
    Meta: ["meta"],
    Super: ["super"],
    Command: ["command", "cmd"]
  },
  editing: {
    Tab: ["tab"],
    Enter: ["enter", "return"],
    Escape: ["escape", "esc"],
    Backspace: ["backspace"],
    Delete: ["delete", "del"],
    Insert: ["insert", "ins"],
    Home: ["home"],
    End: ["end"],
    PageUp: ["pageup", "pgup"],
    PageDown: ["pagedown", "pgdn"],
    Space: ["space"],
    CapsLock: ["capslock"],
    NumLock: ["numlock"],
    ScrollLock: ["scrolllock"],
    PrintScreen: ["printscreen", "prtsc"],
    Pause: ["pause", "break"]
  },
  arrows: {
    ArrowUp: ["arrowup", "up"],
    ArrowDown: ["arrowdown", "down"],
    ArrowLeft: ["arrowleft", "left"],
    ArrowRight: ["arrowright", "right"]
  },
  functionKeys,
  punctuation: {
    "-": ["minus"],
    "=": ["equal"],
    "[": ["leftbracket"],
    "]": ["rightbracket"],
    "\\": ["backslash"],
    ";": ["semicolon"],
    "'": ["quote"],
    ",": ["comma"],
    ".": ["period"],
    "/": ["slash"],
    "`": ["backtick"]
  }
}

const names: ReadonlyMap<string, string> = new Map(
  Object.values(groups).flatMap((group) =>
    Object.entries(group).flatMap(([name, spellings]) =>
      spellings.map((spelling) => [spelling, name] as const)
    )
  )
)

/**
 * A name as the service writes it: `CTRL` and `control` become `Ctrl`, `A` becomes `a`. A name that is not known
 * stays as it is.
 *
 * @since 0.1.0
 * @category names
 * @example
 * ```ts
 * import { KeyName } from "@effect-agentbay/core"
 *
 * const keys = ["CONTROL", "shift", "Esc", "A"].map(KeyName.normalize)
 * // ["Ctrl", "Shift", "Escape", "a"]
 * ```
 */
export const normalize = (name: string): string =>
  /^[A-Z]$/.test(name) ? name.toLowerCase() : (names.get(name.toLowerCase()) ?? name)
