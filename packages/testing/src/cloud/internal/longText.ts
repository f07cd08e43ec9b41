/** JSON with a long text in it, as fast as copying the text where nothing in it is escaped. */

/** Shorter texts gain nothing. */
const least = 16 * 1024

/** Printable ASCII but the quotation mark and the backslash: JSON writes it as it is, however deep. */
const plain = /^[ !#-[\]-~]*$/

/** Contains nothing that JSON escapes, and is in no text of a service that is asked for less than this. */
const mark = "<the long text stands here>"

/** The JSON that `write` makes of something with `text` in it, once or several times, also as JSON in JSON. */
export const jsonWith = (text: string, write: (text: string) => string): string =>
  text.length >= least && plain.test(text) ? write(mark).split(mark).join(text) : write(text)
