/** Bytes of a terminal as the channel carries them. */
import { decodeBase64, encodeBase64 } from "../files/base64.js"

/** One message carries at most so many bytes: as base64 in JSON they stay far below what servers take. */
const most = 32_768

const encoder = new TextEncoder()

/** Takes nothing but whole characters, and keeps every one of them. */
const whole = () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

export interface EncodedBytes {
  readonly encoding: "utf8" | "base64"
  readonly data: string
}

const encodePiece = (bytes: Uint8Array): EncodedBytes => {
  try {
    return { encoding: "utf8", data: whole().decode(bytes) }
  } catch {
    return { encoding: "base64", data: encodeBase64(bytes) }
  }
}

export const encodeInput = (data: string | Uint8Array): ReadonlyArray<EncodedBytes> => {
  const bytes = typeof data === "string" ? encoder.encode(data) : data
  const pieces: Array<EncodedBytes> = []
  for (let at = 0; at < bytes.length; at += most) pieces.push(encodePiece(bytes.subarray(at, at + most)))
  return pieces
}

/** Nothing for base64 that is damaged. */
export const decodeOutput = (encoding: unknown, data: unknown): Uint8Array | undefined =>
  typeof data !== "string" ? undefined : encoding === "base64" ? decodeBase64(data) : encoder.encode(data)
