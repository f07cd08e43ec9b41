/** The `code` of an error of Node or undici. */
export const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined

/** One line. An `AggregateError` (every address of a host refused) has a code but no message. */
export const describe = (error: unknown): string =>
  error instanceof Error ? error.message || String(codeOf(error) ?? error.name) : String(error)
