/** Names for new things: unguessable ones, or short ones that are the same in every run of a test. */
import { randomBytes, randomUUID } from "node:crypto"

export interface Identifiers {
  readonly sessionId: () => string
  readonly contextId: () => string
  readonly networkId: () => string
  readonly volumeId: () => string
  readonly requestId: () => string
  /** A credential. */
  readonly token: () => string
}

export const randomIdentifiers = (prefix: string): Identifiers => {
  const hex = (bytes: number) => randomBytes(bytes).toString("hex")
  return {
    sessionId: () => `${prefix}${hex(12)}`,
    contextId: () => `SdkCtx-${hex(12)}`,
    networkId: () => `net-${hex(12)}`,
    volumeId: () => `vol-${hex(12)}`,
    requestId: () => randomUUID().toUpperCase(),
    token: () => hex(32)
  }
}

export const sequentialIdentifiers = (prefix: string): Identifiers => {
  const counter = (start: string) => {
    let last = 0
    return () => {
      last += 1
      return `${start}${String(last).padStart(6, "0")}`
    }
  }
  return {
    sessionId: counter(prefix),
    contextId: counter("SdkCtx-"),
    networkId: counter("net-"),
    volumeId: counter("vol-"),
    requestId: counter("request-"),
    token: counter("token-of-the-in-memory-cloud-")
  }
}
