/**
 * Watching the files of a session of real processes.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { MachineError } from "../../Machine.js"
import type { AgentConnection } from "./agentConnection.js"

const Said = Schema.Struct({
  started: Schema.optional(Schema.Boolean),
  changed: Schema.optional(Schema.Boolean)
})
const decodeSaid = Schema.decodeUnknownOption(Said)

/**
 * @since 0.1.0
 * @category constructors
 */
export const watch = (
  { request }: AgentConnection,
  path: string,
  onChange: () => void
): Effect.Effect<void, MachineError, Scope.Scope> =>
  Effect.gen(function* () {
    const started = yield* Deferred.make<void, MachineError>()
    yield* request(Schema.Unknown, { op: "watch", path }, undefined, (event) => {
      const said = decodeSaid(event)
      if (said._tag === "None") return
      if (said.value.started === true) Deferred.unsafeDone(started, Effect.void)
      if (said.value.changed === true) onChange()
    }).pipe(
      // After the start only a session that has ended gets here.
      Effect.catchAll((error) => Deferred.fail(started, error)),
      Effect.interruptible,
      Effect.forkScoped
    )
    yield* Deferred.await(started)
  })
