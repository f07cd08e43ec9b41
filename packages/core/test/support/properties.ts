import * as fc from "effect/FastCheck"

/** Looks for a counterexample of a synchronous property. */
export const check = <A>(property: fc.IProperty<A>, parameters?: fc.Parameters<A>): void =>
  fc.assert(property, parameters)
