/** The bytes of context files behind presigned URLs, as an object store serves them. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Outcome } from "../Call.js"
import type { StoredFile } from "../ContextStore.js"
import type { GatewayRequest, GatewayResponse } from "../Gateway.js"
import { type Exchange, reply, splitUrl } from "./exchange.js"
import { objectsPath, verify } from "./presigned.js"
import { refusal } from "./refusal.js"
import type { State } from "./state.js"

const escapeXml = (text: string): string =>
  text.replace(/[<>&]/g, (character) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;" })[character] ?? "")

const headersOf = (file: StoredFile): Record<string, string> => ({
  etag: `"${file.etag}"`,
  "last-modified": new Date(file.modifiedMs).toUTCString(),
  "accept-ranges": "bytes",
  "content-type": "application/octet-stream"
})

type Range = { readonly start: number; readonly end: number } | "whole" | "unsatisfiable"

/** One range of bytes; several ranges, and anything that is not understood, ask for the whole. */
const readRange = (header: string | undefined, size: number): Range => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "")
  const [, first = "", last = ""] = match ?? []
  if (first === "" && last === "") return "whole"
  if (first === "") {
    return Number(last) === 0 || size === 0
      ? "unsatisfiable"
      : { start: Math.max(0, size - Number(last)), end: size - 1 }
  }
  const start = Number(first)
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== "" && Number(last) < start) return "whole"
  return start >= size ? "unsatisfiable" : { start, end }
}

const serve = (file: StoredFile, content: Uint8Array, request: GatewayRequest): GatewayResponse => {
  const headers = headersOf(file)
  const range = readRange(request.headers.range, file.size)
  if (range === "unsatisfiable") {
    return { status: 416, headers: { ...headers, "content-range": `bytes */${file.size}` }, body: "" }
  }
  if (range === "whole") {
    return { status: 200, headers: { ...headers, "content-length": String(file.size) }, body: content }
  }
  const { end, start } = range
  return {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(end - start + 1),
      "content-range": `bytes ${start}-${end}/${file.size}`
    },
    body: content.subarray(start, end + 1)
  }
}

/** True for the paths that lead here, whatever stands before them. */
export const objectsAt = (path: string): number => path.indexOf(objectsPath)

export const objectExchange = (state: State, request: GatewayRequest): Exchange => {
  const { path, query } = splitUrl(request)
  const rest = path.slice(objectsAt(path) + objectsPath.length)
  const requestId = state.ids.requestId()
  const { method } = request
  const refuse: Exchange["refuse"] = (status, code, message) => ({
    status,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message><RequestId>${requestId}</RequestId></Error>`
  })
  const work = Effect.gen(function* () {
    if (method !== "GET" && method !== "HEAD" && method !== "PUT") {
      return yield* refusal(405, "MethodNotAllowed", "Only GET, HEAD and PUT are served here.")
    }
    const verdict = verify(state, method, rest, new URLSearchParams(query), yield* Clock.currentTimeMillis)
    if (verdict._tag === "Denied") return yield* refusal(403, "AccessDenied", verdict.problem)
    const { contextId, path: file } = verdict
    if (method === "PUT") {
      const [stored] = yield* state.store.write(contextId, [{ path: file, content: request.body }])
      if (stored === undefined) return yield* refusal(404, "NoSuchBucket", "The context does not exist.")
      return { status: 200, headers: { etag: `"${stored.etag}"`, "content-length": "0" }, body: "" }
    }
    const found = yield* state.store.read(contextId, file)
    if (Option.isNone(found)) return yield* refusal(404, "NoSuchKey", "The specified key does not exist.")
    const response = serve(found.value.file, found.value.content, request)
    return method === "HEAD" ? { ...response, body: "" } : response
  })
  const parameters = {
    method,
    path: `/${rest.split("/").slice(1).join("/")}`,
    contextId: rest.split("/")[0] ?? ""
  }
  return {
    arrival: { route: "presigned", parameters },
    requestId,
    run: reply(work, refuse, (response) => ({
      response,
      outcome: Outcome.Succeeded({ status: response.status })
    })),
    refuse,
    // An object store has no successful answer that is a failure.
    soften: (code, message) => refuse(403, code, message)
  }
}
