/** Changes of files, told while they happen. The journal behind `get_file_change` goes on regardless. */
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Mailbox from "effect/Mailbox"
import * as Scope from "effect/Scope"
import type { MachineError } from "../../../machine/Machine.js"
import { compare, type Look, lookAt } from "../fileChanges.js"
import type { SessionRecord } from "../state.js"
import type { Channel, Exchange, JsonObject } from "./channel.js"

const isRecord = (value: unknown): value is JsonObject => typeof value === "object" && value !== null

/** Pushes what is different from look to look. A directory that is gone has lost everything in it. */
const tellChanges = (
  path: string,
  { connection, session }: Exchange,
  first: Look,
  changed: Effect.Effect<unknown, unknown>
) => {
  let before = first
  return changed.pipe(
    Effect.zipRight(
      Effect.suspend(() => lookAt(session, path, before)).pipe(Effect.orElseSucceed((): Look => new Map()))
    ),
    Effect.flatMap((after) => {
      const events = compare(before, after)
      before = after
      return events.length === 0 ? Effect.void : connection.push({ eventType: "file_change", path, events })
    }),
    Effect.forever
  )
}

const subscriptionsOf = ({ subscriptions }: SessionRecord, connection: Scope.Scope) => {
  const known = subscriptions.get(connection)
  if (known !== undefined) return Effect.succeed(known)
  const own = new Map<string, Scope.CloseableScope>()
  subscriptions.set(connection, own)
  return Effect.as(
    Scope.addFinalizer(
      connection,
      Effect.sync(() => subscriptions.delete(connection))
    ),
    own
  )
}

const subscribe = (path: string, exchange: Exchange): Effect.Effect<void, MachineError> =>
  Effect.gen(function* () {
    const { connection, session } = exchange
    const own = yield* subscriptionsOf(session, connection.scope)
    if (own.has(path)) return
    const scope = yield* Scope.fork(connection.scope, ExecutionStrategy.sequential)
    own.set(path, scope)
    yield* Effect.gen(function* () {
      const changed = yield* Mailbox.make<void>({ capacity: 1, strategy: "dropping" })
      yield* session.machine.watch(path, () => {
        changed.unsafeOffer()
      })
      const first = yield* lookAt(session, path)
      yield* tellChanges(path, exchange, first, changed.take).pipe(
        Effect.ignore,
        Effect.interruptible,
        Effect.forkScoped
      )
    }).pipe(
      Scope.extend(scope),
      Effect.onError(() =>
        Effect.zipRight(
          Effect.sync(() => own.delete(path)),
          Scope.close(scope, Exit.void)
        )
      )
    )
  })

const unsubscribe = (path: string, { connection, session }: Exchange): Effect.Effect<void> =>
  Effect.suspend(() => {
    const own = session.subscriptions.get(connection.scope)
    const scope = own?.get(path)
    own?.delete(path)
    return scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
  })

export const files: Channel = {
  target: "wuying_filesystem",
  handle: (data, exchange) =>
    Effect.suspend(() => {
      const { path } = isRecord(data.params) ? data.params : {}
      const isPath = typeof path === "string" && path !== ""
      switch (data.method) {
        case "subscribe_file_change":
          return isPath
            ? subscribe(path, exchange).pipe(
                Effect.matchEffect({
                  onFailure: ({ message }) => exchange.reply({ error: message }),
                  onSuccess: () => exchange.reply({ phase: "end" })
                })
              )
            : exchange.reply({ error: "the path is missing" })
        // A message, which is not answered.
        case "unsubscribe_file_change":
          return isPath ? unsubscribe(path, exchange) : Effect.void
        default:
          return exchange.reply({ error: `unknown method: ${String(data.method)}` })
      }
    })
}
