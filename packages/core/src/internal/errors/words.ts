/** What the messages of errors have in common. */

/** Commands may be long; a message needs only enough to recognise one. */
export const shortened = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 200)}…`)

export const joined = (parts: ReadonlyArray<string | undefined>, separator: string): string =>
  parts.filter((part) => part !== undefined && part !== "").join(separator)
