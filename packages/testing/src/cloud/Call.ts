/**
 * What the cloud remembers of one call: where it went, what it asked for, how it ended. Credentials are left out.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type { Fault } from "./Fault.js"

/**
 * The way a call took into the cloud: `api` is a tool call through the action `CallMcpTool`, `link` and `vpc` are
 * the direct routes of a tool call, `presigned` moves the bytes of a context file or of a picture, `control` is every
 * other action.
 *
 * @since 0.1.0
 * @category models
 */
export type Route = "control" | "api" | "link" | "vpc" | "presigned"

/**
 * How a call ended: `Succeeded`; `ToolFailed`, the tool ran and said no; `Refused`, the service said no;
 * `Faulted`, an injected fault stood in the way.
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome = Data.TaggedEnum<{
  Succeeded: { readonly status: number }
  ToolFailed: { readonly text: string }
  Refused: { readonly status: number; readonly code: string; readonly message: string }
  Faulted: { readonly fault: Fault }
}>

/**
 * @since 0.1.0
 * @category constructors
 */
export const Outcome = Data.taggedEnum<Outcome>()

/**
 * What is known of a call when it arrives.
 *
 * @since 0.1.0
 * @category models
 */
export interface Arrival {
  readonly route: Route
  /** The action of the control API; absent on the direct and presigned routes. */
  readonly action?: string | undefined
  readonly tool?: string | undefined
  readonly sessionId?: string | undefined
  /** Parameters by wire name as they travelled, without the api key, tokens and signatures. */
  readonly parameters: Readonly<Record<string, string | ReadonlyArray<string>>>
  /** The decoded arguments of a tool call. */
  readonly args?: unknown
}

/**
 * One call that has ended. `startedAt` is in milliseconds since 1970, on the clock of the cloud.
 *
 * @since 0.1.0
 * @category models
 */
export interface Call extends Arrival {
  /** Counts the calls of this cloud in the order in which they ended, from 1. */
  readonly index: number
  readonly requestId: string
  readonly startedAt: number
  readonly durationMs: number
  readonly outcome: Outcome
}
