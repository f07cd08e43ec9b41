import { assert } from "@effect/vitest"

/** The fields of a failure, of which only the named ones are compared. */
export const hasFields = (actual: unknown, expected: Readonly<Record<string, unknown>>, about?: string): void => {
  const fields: Record<string, unknown> = { ...(actual as object) }
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, fields[name]])), { ...expected }, about)
}
