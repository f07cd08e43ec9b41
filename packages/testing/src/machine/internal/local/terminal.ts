/**
 * Terminals of a session of real processes.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { MachineError, Terminal, TerminalRequest } from "../../Machine.js"
import type { AgentConnection } from "./agentConnection.js"

const Ended = Schema.Struct({ exitCode: Schema.Int })

const Said = Schema.Struct({
  started: Schema.optional(Schema.Boolean),
  shown: Schema.optional(Schema.Boolean)
})
const decodeSaid = Schema.decodeUnknownOption(Said)

/**
 * @since 0.1.0
 * @category constructors
 */
export const open = (
  { request }: AgentConnection,
  terminal: number,
  { onExit, onOutput, ...options }: TerminalRequest
): Effect.Effect<Terminal, MachineError, Scope.Scope> =>
  Effect.gen(function* () {
    const started = yield* Deferred.make<void, MachineError>()
    yield* request(Ended, { op: "terminal", terminal, ...options }, undefined, (event, body) => {
      const said = decodeSaid(event)
      if (said._tag === "None") return
      if (said.value.started === true) Deferred.unsafeDone(started, Effect.void)
      if (said.value.shown === true) onOutput(new Uint8Array(body))
    }).pipe(
      Effect.matchEffect({
        onSuccess: ({ value }) => Effect.sync(() => onExit(value.exitCode)),
        // After the start only a session that has ended gets here, and its terminals with it.
        onFailure: (error) =>
          Effect.map(Deferred.fail(started, error), (isNew) => {
            if (!isNew) onExit(-9)
          })
      }),
      Effect.interruptible,
      Effect.forkScoped
    )
    yield* Deferred.await(started)
    const tell = (operation: { readonly op: string; readonly [name: string]: unknown }, body?: Uint8Array) =>
      Effect.ignore(request(Schema.Unknown, { terminal, ...operation }, body))
    return {
      input: (bytes) => tell({ op: "terminalInput" }, bytes),
      resize: (cols, rows) => tell({ op: "terminalResize", cols, rows }),
      kill: tell({ op: "terminalKill" })
    }
  })
