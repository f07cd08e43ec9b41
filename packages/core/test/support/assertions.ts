/**
 * Assertions for tests of Effect values. The deep comparison of chai walks iterators and takes `Option.none()` and
 * `Option.some(1)` for equal; that of Node compares prototypes and own members.
 */

import * as node from "node:assert"
import { assert as chai } from "@effect/vitest"

const pick = (actual: unknown, names: ReadonlyArray<string>): Readonly<Record<string, unknown>> => {
  const fields: Record<string, unknown> = { ...(actual as object) }
  return Object.fromEntries(names.map((name) => [name, fields[name]]))
}

/** Compares the named fields only. */
export const hasFields = (actual: unknown, expected: object, about?: string): void =>
  node.deepStrictEqual(pick(actual, Object.keys(expected)), { ...expected }, about)

const unequal = (actual: unknown, expected: unknown, about?: string): void => {
  if (about === undefined) return node.deepStrictEqual(actual, expected)
  try {
    node.deepStrictEqual(actual, expected)
  } catch (error) {
    throw new node.AssertionError({
      message: `${about}: ${String(error)}`,
      actual,
      expected,
      operator: "deepStrictEqual"
    })
  }
}

export const assert: typeof chai = Object.assign(Object.create(chai), {
  deepStrictEqual: unequal,
  deepEqual: unequal,
  deepInclude: hasFields
})
