/** The frames of a live channel. Both readings of the official clients are taken where they disagree. */
import * as Either from "effect/Either"
import { isRecord, parseJson } from "../json.js"

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>

/** The gateway itself, as the source of a frame. */
export const gateway = "WEBSOCKET_SERVER"

/** What a message turned out to be. */
export type Incoming =
  | {
      readonly _tag: "Frame"
      readonly id: string
      readonly source: string
      readonly target: string
      readonly data: JsonObject
      /** What the gateway, or the addressed server, says went wrong. */
      readonly error: string | undefined
    }
  /** Cannot be read; `id` is the invocation it belongs to, as far as that can be told. */
  | { readonly _tag: "Damaged"; readonly id: string | undefined; readonly detail: string }
  /** Belongs to nothing, such as the answer to a text ping. */
  | { readonly _tag: "Nothing" }

const nothing: Incoming = { _tag: "Nothing" }

const text = (value: unknown): string => (typeof value === "string" ? value : "")

const objectOf = (value: unknown): JsonObject | undefined => {
  const parsed = typeof value === "string" ? Either.getOrElse(parseJson(value), () => undefined) : value
  return isRecord(parsed) ? parsed : undefined
}

/** The id in a text that is no JSON, such as a frame that was cut off. */
const idIn = (message: string): string | undefined =>
  /"(?:invocationId|requestId)"\s*:\s*"([^"\\]+)"/.exec(message)?.[1]

const decoder = new TextDecoder()

export const parseFrame = (message: string | Uint8Array): Incoming => {
  const content = typeof message === "string" ? message : decoder.decode(message)
  const parsed = parseJson(content)
  if (Either.isLeft(parsed)) return { _tag: "Damaged", id: idIn(content), detail: "a frame is not JSON" }
  const frame = parsed.right
  if (!isRecord(frame)) return { _tag: "Damaged", id: undefined, detail: "a frame is no JSON object" }
  const id = text(frame.invocationId) || text(frame.requestId)
  if (id === "") return nothing
  const source = text(frame.source)
  const fromGateway = source === gateway
  const data = objectOf(frame.data) ?? (fromGateway ? {} : undefined)
  if (data === undefined) return { _tag: "Damaged", id, detail: "the data of a frame is no JSON object" }
  const error = (fromGateway ? text(frame.error) : "") || text(data.error)
  return {
    _tag: "Frame",
    id,
    source,
    target: text(frame.target),
    data,
    error: error === "" ? undefined : error
  }
}

/** The name under which a push is delivered. */
export const routeOf = ({ source, target }: { readonly source: string; readonly target: string }): string =>
  target === "SDK" && source !== "" && source !== "SDK" ? source : target

/** Exactly four members, as every official client sends them. */
export const encodeFrame = (invocationId: string, target: string, data: JsonObject): string =>
  JSON.stringify({ invocationId, source: "SDK", target, data })

/** Keeps the connection awake where control frames cannot be sent. */
export const textPing = JSON.stringify({ type: "ping" })
