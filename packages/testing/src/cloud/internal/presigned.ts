/** URLs that carry their own permission: one method on one file of one context, until a time. */
import { createHmac, timingSafeEqual } from "node:crypto"
import type { State } from "./state.js"

export type PresignedMethod = "GET" | "PUT"

export const objectsPath = "/objects/"

const sign = (
  state: State,
  method: PresignedMethod,
  contextId: string,
  path: string,
  expires: number
): string =>
  createHmac("sha256", state.secret)
    .update(JSON.stringify(["object", method, contextId, path, expires]))
    .digest("hex")

const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/")

export const presign = (
  state: State,
  method: PresignedMethod,
  contextId: string,
  path: string,
  nowMs: number,
  lifetimeMs: number = state.settings.urlLifetimeMs
): { readonly url: string; readonly expires: number } => {
  const expires = Math.floor((nowMs + lifetimeMs) / 1000)
  const signature = sign(state, method, contextId, path, expires)
  const query = `method=${method}&expires=${expires}&signature=${signature}`
  return { url: `${state.addresses.base}${objectsPath}${contextId}${encodePath(path)}?${query}`, expires }
}

export type Verdict =
  | { readonly _tag: "Valid"; readonly contextId: string; readonly path: string }
  | { readonly _tag: "Denied"; readonly problem: string }

const decodePath = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

/** Reads what stands after `/objects/` and says whether the request may be served. */
export const verify = (
  state: State,
  method: string,
  rest: string,
  query: URLSearchParams,
  nowMs: number
): Verdict => {
  const denied = (problem: string): Verdict => ({ _tag: "Denied", problem })
  const slash = rest.indexOf("/")
  const path = slash === -1 ? undefined : decodePath(rest.slice(slash))
  if (path === undefined) return denied("The path is not one of a file.")
  const contextId = rest.slice(0, slash)
  // Whoever may read a file may ask for its headers alone.
  const wanted: PresignedMethod = method === "PUT" ? "PUT" : "GET"
  const expires = Number(query.get("expires") ?? Number.NaN)
  const expected = Buffer.from(sign(state, wanted, contextId, path, expires))
  const given = Buffer.from(query.get("signature") ?? "")
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
    return denied("The signature does not match the request.")
  }
  if (nowMs >= expires * 1000) return denied("Request has expired.")
  return { _tag: "Valid", contextId, path }
}
