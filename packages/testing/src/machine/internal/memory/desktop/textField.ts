/** A text that is edited with a keyboard: a caret, a selection, and what keys do to them. */

/** The selection lies between `anchor` and `caret`, both positions in `text`. */
export interface TextField {
  readonly text: string
  readonly caret: number
  readonly anchor: number
}

export const emptyField: TextField = { text: "", caret: 0, anchor: 0 }

const rangeOf = ({ anchor, caret }: TextField) => [Math.min(anchor, caret), Math.max(anchor, caret)] as const

export const selectedText = (field: TextField): string => field.text.slice(...rangeOf(field))

/** The selection, or nothing at the caret, becomes `inserted`. */
export const insert = (field: TextField, inserted: string): TextField => {
  const [start, end] = rangeOf(field)
  const caret = start + inserted.length
  return { text: field.text.slice(0, start) + inserted + field.text.slice(end), caret, anchor: caret }
}

export const selectAll = ({ text }: TextField): TextField => ({ text, anchor: 0, caret: text.length })

/** One character left or right; a pair of surrogates is one character. */
const beside = (text: string, at: number, step: -1 | 1): number => {
  const next = Math.min(text.length, Math.max(0, at + step))
  const code = text.charCodeAt(next)
  return code >= 0xdc00 && code <= 0xdfff && next > 0 && next < text.length ? next + step : next
}

const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1

const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf("\n", at)
  return end === -1 ? text.length : end
}

/** The same column in the line above or below; the end of that line where it is shorter. */
const inLine = (text: string, at: number, step: -1 | 1): number => {
  const start = lineStart(text, at)
  const column = at - start
  if (step === -1 && start === 0) return 0
  if (step === 1 && lineEnd(text, at) === text.length) return text.length
  const other = step === -1 ? lineStart(text, start - 1) : lineEnd(text, at) + 1
  return Math.min(other + column, lineEnd(text, other))
}

const moves: Readonly<Record<string, (field: TextField) => number>> = {
  ArrowLeft: ({ caret, text }) => beside(text, caret, -1),
  ArrowRight: ({ caret, text }) => beside(text, caret, 1),
  ArrowUp: ({ caret, text }) => inLine(text, caret, -1),
  ArrowDown: ({ caret, text }) => inLine(text, caret, 1),
  Home: ({ caret, text }) => lineStart(text, caret),
  End: ({ caret, text }) => lineEnd(text, caret)
}

const erase = (field: TextField, step: -1 | 1): TextField =>
  insert(
    field.anchor === field.caret ? { ...field, anchor: beside(field.text, field.caret, step) } : field,
    ""
  )

const written: Readonly<Record<string, string>> = { Enter: "\n", Tab: "\t", Space: " " }

const upper = new Map(
  Array.from("`1234567890-=[]\\;',./", (key, index) => [key, '~!@#$%^&*()_+{}|:"<>?'[index]])
)

/** What a key writes, by the layout of an American keyboard. */
const characterOf = (key: string, shift: boolean): string | undefined =>
  written[key] ?? ([...key].length !== 1 ? undefined : shift ? (upper.get(key) ?? key.toUpperCase()) : key)

/** The field after a key was struck, alone or with Shift. Keys that mean nothing to a text change nothing. */
export const strike = (field: TextField, key: string, shift: boolean): TextField => {
  const move = moves[key]
  if (move !== undefined) {
    const caret = move(field)
    return { ...field, caret, anchor: shift ? field.anchor : caret }
  }
  if (key === "Backspace") return erase(field, -1)
  if (key === "Delete") return erase(field, 1)
  const character = characterOf(key, shift)
  return character === undefined ? field : insert(field, character)
}
