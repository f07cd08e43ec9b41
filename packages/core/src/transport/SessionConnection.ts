/**
 * What a transport must know of a session to reach it.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { ToolEntry } from "../contract/ToolEntry.js"

/**
 * The tools of a session and the servers that provide them. Sessions of one image share one list.
 *
 * @since 0.1.0
 * @category models
 */
export interface ToolDirectory {
  readonly entries: ReadonlyArray<ToolEntry>
  /** The server of the first entry of that name which has one. */
  readonly serverOf: (tool: string) => Option.Option<string>
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const makeToolDirectory = (entries: ReadonlyArray<ToolEntry>): ToolDirectory => {
  const servers = new Map<string, string>()
  for (const { name, server } of entries) {
    if (server !== "" && !servers.has(name)) servers.set(name, server)
  }
  return { entries, serverOf: (tool) => Option.fromNullable(servers.get(tool)) }
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const emptyToolDirectory: ToolDirectory = makeToolDirectory([])

/**
 * Addresses and credentials of one session. Everything that opens the session is redacted.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionConnection {
  readonly sessionId: string
  readonly isVpc: boolean
  readonly networkInterfaceIp: Option.Option<string>
  readonly httpPort: Option.Option<number>
  readonly token: Option.Option<Redacted.Redacted>
  readonly linkUrl: Option.Option<Redacted.Redacted>
  /** Of the live channel. */
  readonly wsUrl?: Option.Option<Redacted.Redacted> | undefined
  readonly tools: ToolDirectory
}
