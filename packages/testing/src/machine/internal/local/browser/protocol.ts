/**
 * The Chrome DevTools Protocol, as far as pages need it.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { MachineError } from "../../../Machine.js"

/**
 * Sends one command to the browser, or to the page with which `sessionId` was attached. What the browser refuses fails
 * with `Invalid`.
 *
 * @since 0.1.0
 * @category models
 */
export type Protocol = <A, I>(
  result: Schema.Schema<A, I>,
  method: string,
  params?: Readonly<Record<string, unknown>>,
  sessionId?: string
) => Effect.Effect<A, MachineError>
