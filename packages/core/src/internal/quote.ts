/** POSIX shell quoting. */

/**
 * The text as one word of a POSIX shell command, whatever it contains. A NUL character cannot be part of a
 * command at all; what sends commands refuses it.
 */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** The words, each quoted, separated by spaces. */
export const quoteAll = (words: ReadonlyArray<string>): string => words.map(quote).join(" ")
