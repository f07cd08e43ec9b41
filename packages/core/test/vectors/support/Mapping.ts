/** How a recorded call is made with our API. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { type Success, success } from "./Outcome.js"
import { type Case, isObject, type Json, type JsonObject } from "./Vector.js"
import type { World } from "./World.js"

export interface Mapping {
  readonly run: (world: World, args: ReadonlyArray<Json>) => Effect.Effect<Success, unknown, Scope.Scope>
  /** The recorded result of a call that succeeded, in the terms of `run`. */
  readonly recorded: (result: Json, one: Case) => Success
}

/** Mappings by target and method, as in `session.command executeCommand`. */
export type Mappings = Readonly<Record<string, Mapping>>

/** Makes a mapping: our call, how its value is read, and what the recorded result is in the same terms. */
export const mapping = <A>(options: {
  readonly call: (world: World, args: ReadonlyArray<Json>) => Effect.Effect<A, unknown, Scope.Scope>
  readonly read: (value: A, world: World) => Success
  readonly recorded: (result: JsonObject, one: Case) => Success
}): Mapping => ({
  run: (world, args) => Effect.map(options.call(world, args), (value) => options.read(value, world)),
  recorded: (result, one) => options.recorded(isObject(result) ? result : { result }, one)
})

/** For operations that return nothing: success is all there is to compare. */
export const nothing = {
  read: (): Success => success({}),
  recorded: (): Success => success({})
}

/** Options as their values or absent, secrets as their texts: the notation of the recording. */
export const plain = (value: unknown): unknown => {
  if (Option.isOption(value)) return Option.isSome(value) ? plain(value.value) : undefined
  if (Redacted.isRedacted(value)) return plain(Redacted.value(value))
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      const inner = plain(member)
      return inner === undefined ? [] : [[key, inner]]
    })
  )
}

/** Compares the named members only: the other client does not know the rest. */
export const partly = (value: unknown): unknown => ({ $partly: value })

/** Without members that are empty texts, which stand for absent ones in the recorded models. */
export const withoutBlanks = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== ""))

export const text = (value: Json | undefined): string => (typeof value === "string" ? value : String(value))

/** An argument that may have been left out. */
export const optional = <A>(value: Json | undefined, read: (value: Json) => A): A | undefined =>
  value === undefined || value === null || (isObject(value) && value["$undefined"] === true)
    ? undefined
    : read(value)

export const optionalText = (value: Json | undefined): string | undefined => optional(value, text)

export const optionalNumber = (value: Json | undefined): number | undefined => optional(value, Number)

export const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
