/** What keys do: to the text of the window that has the focus, and to the windows. */
import * as KeyName from "@effect-agentbay/core/KeyName"
import { insert, selectAll, selectedText, strike } from "./textField.js"
import { isShown, type OpenWindow, type Windows } from "./windows.js"

const modifiers = Object.keys(KeyName.groups.modifiers)

const named = new Set(Object.values(KeyName.groups).flatMap((group) => Object.keys(group)))

/** The names as the service writes them, or the first that is no key. */
export const readKeys = (
  keys: ReadonlyArray<string>
): { readonly names: ReadonlyArray<string>; readonly unknown: undefined } | { readonly unknown: string } => {
  const names = keys.map(KeyName.normalize)
  const unknown = names.find((name) => !named.has(name) && Array.from(name).length !== 1)
  return unknown === undefined ? { names, unknown } : { unknown }
}

export interface Keyboard {
  readonly held: () => ReadonlyArray<string>
  /** Names as the service writes them. */
  readonly press: (names: ReadonlyArray<string>, hold: boolean) => void
  readonly release: (names: ReadonlyArray<string>) => void
  readonly type: (text: string) => void
}

export const makeKeyboard = (windows: Windows): Keyboard => {
  let held: ReadonlyArray<string> = []
  let clipboard = ""

  const edit = (change: (window: OpenWindow) => OpenWindow["field"]): void => {
    const window = windows.active()
    if (window !== undefined) window.field = change(window)
  }

  const withControl = (key: string): void => {
    switch (key) {
      case "a":
        return edit(({ field }) => selectAll(field))
      case "c":
      case "x":
        return edit(({ field }) => {
          const selected = selectedText(field)
          if (selected === "") return field
          clipboard = selected
          return key === "x" ? insert(field, "") : field
        })
      case "v":
        return edit(({ field }) => insert(field, clipboard))
    }
  }

  const withAlt = (key: string): void => {
    const active = windows.active()
    if (key === "F4" && active !== undefined) windows.change(active, "close")
    // The lowest window comes to the top: struck again and again it shows each of them.
    if (key === "Tab") windows.focus(windows.stacked().filter(isShown)[0])
  }

  /** Modifiers that are down give a key another meaning; other modifiers than these leave it none. */
  const struck = (key: string, down: ReadonlyArray<string>): void => {
    const others = down.filter((name) => name !== "Shift")
    if (others.length === 0) return edit(({ field }) => strike(field, key, down.includes("Shift")))
    if (others.length > 1) return
    if (others[0] === "Ctrl") withControl(key)
    if (others[0] === "Alt") withAlt(key)
  }

  const modifiersOf = (names: ReadonlyArray<string>) => names.filter((name) => modifiers.includes(name))

  return {
    held: () => held,
    press: (names, hold) => {
      const down = modifiersOf([...new Set([...held, ...names])])
      for (const key of names) {
        if (!modifiers.includes(key)) struck(key, down)
      }
      if (hold) held = [...new Set([...held, ...names])]
    },
    release: (names) => {
      held = held.filter((name) => !names.includes(name))
    },
    type: (text) => {
      const down = modifiersOf(held).filter((name) => name !== "Shift")
      if (down.length === 0) return edit(({ field }) => insert(field, text))
      for (const character of text) struck(KeyName.normalize(character), down)
    }
  }
}
