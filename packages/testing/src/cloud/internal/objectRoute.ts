/** The objects behind presigned URLs, as an object store serves them: files of contexts, and objects of buckets. */
import { createHash } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Outcome } from "../Call.js"
import type { OpenFile } from "../ContextStore.js"
import type { BrokenBody, GatewayRequest, GatewayResponse } from "../Gateway.js"
import { condition, etagHeader, readRange } from "./byteRange.js"
import { type Exchange, reply, splitUrl } from "./exchange.js"
import { objectsPath, verify } from "./presigned.js"
import { type Refusal, refusal } from "./refusal.js"
import type { State } from "./state.js"

const escapeXml = (text: string): string =>
  text.replace(/[<>&]/g, (character) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;" })[character] ?? "")

/** The largest object that one request may bring: 5 GiB, the limit of the service's object store. */
const maxObjectBytes = 5 * 1024 ** 3

const md5Header = (etag: string): string => Buffer.from(etag, "hex").toString("base64")

const serve = ({ bytes, file }: OpenFile, request: GatewayRequest): GatewayResponse => {
  const headers = {
    etag: etagHeader(file),
    "last-modified": new Date(file.modifiedMs).toUTCString(),
    "accept-ranges": "bytes",
    "content-type": "application/octet-stream"
  }
  const instead = condition(request.headers, file)
  if (instead !== undefined) return { status: instead, headers, body: "" }
  const range = readRange(request.headers, file)
  if (range === "unsatisfiable") {
    return { status: 416, headers: { ...headers, "content-range": `bytes */${file.size}` }, body: "" }
  }
  if (range === "whole") {
    return {
      status: 200,
      headers: { ...headers, "content-length": String(file.size), "content-md5": md5Header(file.etag) },
      body: bytes(0, file.size)
    }
  }
  const { end, start } = range
  const length = end - start + 1
  return {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(length),
      "content-range": `bytes ${start}-${end}/${file.size}`
    },
    body: bytes(start, length)
  }
}

/** The body of an upload, which fails when it is not what its headers announce. */
const checked = (request: GatewayRequest): Stream.Stream<Uint8Array, Refusal | BrokenBody> => {
  const content: Stream.Stream<Uint8Array, Refusal | BrokenBody> = request.upload ?? Stream.make(request.body)
  const announced = request.headers["content-md5"]
  const hash = announced === undefined ? undefined : createHash("md5")
  let size = 0
  return content.pipe(
    Stream.tap((piece) => {
      size += piece.byteLength
      hash?.update(piece)
      return size > maxObjectBytes
        ? refusal(400, "EntityTooLarge", `An object has at most ${maxObjectBytes} bytes.`)
        : Effect.void
    }),
    Stream.concat(
      Stream.suspend(() =>
        hash === undefined || hash.digest("base64") === announced
          ? Stream.empty
          : Stream.fail(refusal(400, "InvalidDigest", "The Content-MD5 you specified is invalid."))
      )
    )
  )
}

const receive = (state: State, request: GatewayRequest, contextId: string, path: string) =>
  Effect.gen(function* () {
    const stored = yield* Effect.catchTag(
      state.store.receive(contextId, path, checked(request)),
      "BrokenBody",
      () => refusal(400, "IncompleteBody", "The body ended before it was complete.")
    )
    if (Option.isNone(stored)) {
      return yield* refusal(404, "NoSuchBucket", "The specified bucket does not exist.")
    }
    const { etag } = stored.value
    return {
      status: 200,
      headers: { etag: etagHeader(stored.value), "content-md5": md5Header(etag), "content-length": "0" },
      body: ""
    }
  })

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
    if (method === "PUT") return yield* receive(state, request, contextId, file)
    const found = yield* state.store.open(contextId, file)
    if (Option.isNone(found)) return yield* refusal(404, "NoSuchKey", "The specified key does not exist.")
    const response = serve(found.value, request)
    return method === "HEAD" ? { ...response, body: "" } : response
  })
  const parameters = {
    method,
    path: `/${rest.split("/").slice(1).join("/")}`,
    contextId: rest.split("/")[0] ?? "",
    ...(request.headers.range === undefined ? {} : { range: request.headers.range })
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
