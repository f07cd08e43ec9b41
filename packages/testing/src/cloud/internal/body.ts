/** Bodies of answers, whatever their form. */
import * as Stream from "effect/Stream"
import { BrokenBody, type GatewayResponse } from "../Gateway.js"

type Bytes = Stream.Stream<Uint8Array, BrokenBody>

export const bytesOf = ({ body }: GatewayResponse): Bytes =>
  typeof body === "string"
    ? Stream.make(new TextEncoder().encode(body))
    : body instanceof Uint8Array
      ? Stream.make(body)
      : body

/** The first bytes of a stream; pieces are cut where the limit falls into one. */
export const firstBytes = (stream: Bytes, limit: number): Bytes =>
  limit <= 0
    ? Stream.empty
    : stream.pipe(
        Stream.mapAccum(0, (before, piece): readonly [number, readonly [Uint8Array, boolean]] => {
          const after = before + piece.byteLength
          return [after, [piece.subarray(0, limit - before), after >= limit]]
        }),
        Stream.takeUntil(([, isLast]) => isLast),
        Stream.map(([piece]) => piece)
      )

/** How many bytes a body has; a stream says it in the headers. */
export const lengthOf = ({ body, headers }: GatewayResponse): number =>
  typeof body === "string"
    ? Buffer.byteLength(body)
    : body instanceof Uint8Array
      ? body.byteLength
      : Number(headers["content-length"] ?? 0)

/** The answer announces all of its body; the connection breaks after this many bytes. */
export const brokenAfter = (response: GatewayResponse, bytes: number): GatewayResponse => ({
  ...response,
  headers: { ...response.headers, "content-length": String(lengthOf(response)) },
  body: Stream.concat(
    firstBytes(bytesOf(response), bytes),
    Stream.fail(new BrokenBody({ detail: `cut off after ${bytes} bytes` }))
  )
})
