/** Page tokens: opaque to clients, and refused when they were not made here. */

import { createHmac, timingSafeEqual } from "node:crypto"
import * as Either from "effect/Either"
import { invalidParameter, type Refusal } from "./refusal.js"

const seal = (secret: Uint8Array, text: string): string =>
  createHmac("sha256", secret).update(`page ${text}`).digest("base64url").slice(0, 22)

/** A page holds at least one item. */
export const pageSize = (name: string, given: number): Either.Either<number, Refusal> =>
  given >= 1 ? Either.right(given) : Either.left(invalidParameter(name, "it must be at least 1"))

/** The token of the page that follows the item with this key. */
export const pageToken = (secret: Uint8Array, after: string): string =>
  `${Buffer.from(after, "utf8").toString("base64url")}.${seal(secret, after)}`

/** The key which a token stands for; none for the first page. */
export const readPageToken = (
  secret: Uint8Array,
  token: string | undefined
): Either.Either<string | undefined, Refusal> => {
  if (token === undefined || token === "") return Either.right(undefined)
  const [encoded = "", mark = ""] = token.split(".")
  const after = Buffer.from(encoded, "base64url").toString("utf8")
  const expected = Buffer.from(seal(secret, after))
  const given = Buffer.from(mark)
  return expected.length === given.length && timingSafeEqual(expected, given)
    ? Either.right(after)
    : Either.left(invalidParameter("NextToken", "it was not issued by this service"))
}

export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly nextToken: string | undefined
}

/**
 * The items after the one with key `after` in their order, at most `size` of them. Items that appear or vanish
 * between two pages move no other item.
 */
export const pageOf = <A>(
  secret: Uint8Array,
  items: ReadonlyArray<A>,
  options: {
    readonly key: (item: A) => string
    readonly isAfter: (item: A, key: string) => boolean
    readonly after: string | undefined
    readonly size: number
  }
): Page<A> => {
  const { after, isAfter, key, size } = options
  const rest = after === undefined ? items : items.filter((item) => isAfter(item, after))
  const page = rest.slice(0, size)
  const last = page.at(-1)
  return {
    items: page,
    nextToken: last !== undefined && rest.length > size ? pageToken(secret, key(last)) : undefined
  }
}
