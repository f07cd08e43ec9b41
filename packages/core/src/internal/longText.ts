/**
 * The long text of an answer, taken out of the bytes that arrived. JSON in JSON looks at each character of a megabyte
 * four times and copies it as often, which says nothing where nothing is escaped, as in base64.
 */

import { joinBytes, sizeOf } from "./joinBytes.js"

/** Shorter answers gain nothing. */
const least = 16 * 1024

/** Where the text of a result begins, in JSON that is a text of JSON itself. Deeper marks have more backslashes. */
const opening = /\\"text\\":\s{0,4}\\"/

/** How many bytes stand before the text and after it at most. */
const surroundings = 1024

const backslash = 0x5c
const quotationMark = 0x22

/** Stands for what was taken out. */
export const placeholder = "[the long text]"

export interface LongText {
  /** The answer with the placeholder in place of the text. */
  readonly around: string
  /** What stands in the text, as it arrived; parts of the chunks of the answer. */
  readonly pieces: ReadonlyArray<Uint8Array>
}

const utf8 = new TextDecoder()
const latin1 = new TextDecoder("latin1")

/** The chunks up to the first backslash, and those from there on. */
const splitAtBackslash = (chunks: ReadonlyArray<Uint8Array>) => {
  const index = chunks.findIndex((chunk) => chunk.includes(backslash))
  const last = chunks[index]
  if (last === undefined) return undefined
  const end = last.indexOf(backslash)
  return {
    pieces: [...chunks.slice(0, index), last.subarray(0, end)],
    after: [last.subarray(end), ...chunks.slice(index + 1)]
  }
}

/** Undefined when the answer is short, of another form, or something in its text is escaped. */
export const takeOut = (chunks: ReadonlyArray<Uint8Array>): LongText | undefined => {
  const [first, ...others] = chunks
  if (first === undefined || sizeOf(chunks) < least) return undefined
  const found = opening.exec(latin1.decode(first.subarray(0, surroundings)))
  if (found === null) return undefined
  const begin = found.index + found[0].length
  const split = splitAtBackslash([first.subarray(begin), ...others])
  if (split === undefined || sizeOf(split.pieces) < least || sizeOf(split.after) > surroundings)
    return undefined
  const [before, after] = [utf8.decode(first.subarray(0, begin)), utf8.decode(joinBytes(split.after))]
  const isWhole = after.charCodeAt(1) === quotationMark
  // Nothing else may be taken for it.
  return isWhole && !before.includes(placeholder) && !after.includes(placeholder)
    ? { around: `${before}${placeholder}${after}`, pieces: split.pieces }
    : undefined
}
