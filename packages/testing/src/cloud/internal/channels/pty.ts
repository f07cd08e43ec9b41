/** Terminals. */
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Mailbox from "effect/Mailbox"
import * as Scope from "effect/Scope"
import type { Channel, Exchange, JsonObject } from "./channel.js"

const isRecord = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined

const size = (value: unknown): number | undefined =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 500 ? Number(value) : undefined

/** Characters that are cut in two travel as bytes. */
const encode = (bytes: Uint8Array): JsonObject => {
  try {
    return {
      encoding: "utf8",
      data: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
    }
  } catch {
    return { encoding: "base64", data: Buffer.from(bytes).toString("base64") }
  }
}

const create = (params: JsonObject, { push, reply, session, state }: Exchange): Effect.Effect<void> =>
  Effect.gen(function* () {
    const cols = size(params.cols)
    const rows = size(params.rows)
    if (cols === undefined || rows === undefined)
      return yield* reply({ error: "cols and rows go from 1 to 500" })
    const envs = isRecord(params.envs) ? params.envs : {}
    const env = Object.fromEntries(Object.entries(envs).map(([name, value]) => [name, String(value)]))
    const ptySessionId = `pty-${state.ids.requestId().toLowerCase()}`
    // A program shows without waiting; clients hear of it after the answer, in order.
    const news = yield* Mailbox.make<JsonObject>()
    const scope = yield* Scope.fork(session.scope, ExecutionStrategy.sequential)
    const outcome = yield* Effect.either(
      Scope.extend(
        session.machine.terminal({
          cols,
          rows,
          cwd: text(params.cwd),
          env,
          shell: text(params.shell),
          onOutput: (bytes) => {
            news.unsafeOffer({ eventType: "pty.output", ptySessionId, ...encode(bytes) })
          },
          onExit: (exitCode) => {
            session.terminals.delete(ptySessionId)
            news.unsafeOffer({ eventType: "pty.exit", ptySessionId, exitCode })
            news.unsafeDone(Exit.void)
          }
        }),
        scope
      )
    )
    if (outcome._tag === "Left") {
      yield* Scope.close(scope, Exit.void)
      return yield* reply({ error: outcome.left.message })
    }
    session.terminals.set(ptySessionId, outcome.right)
    yield* reply({ result: { ptySessionId } })
    // Not part of the request: a terminal in which nothing happens leaves its session idle.
    yield* Effect.forever(Effect.flatMap(news.take, push)).pipe(
      Effect.ignore,
      Effect.zipRight(Scope.close(scope, Exit.void)),
      Effect.forkIn(session.scope)
    )
  })

export const pty: Channel = {
  target: "PTY_SERVER",
  handle: (data, exchange) =>
    Effect.suspend(() => {
      const { reply, session } = exchange
      const params = isRecord(data.params) ? data.params : {}
      const ptySessionId = text(params.ptySessionId) ?? ""
      const terminal = session.terminals.get(ptySessionId)
      const unknown = reply({ error: `no such terminal: ${ptySessionId}` })
      switch (data.method) {
        case "pty.create":
          return create(params, exchange)
        case "pty.list":
          return reply({ result: { ptySessionIds: [...session.terminals.keys()] } })
        case "pty.connect":
          return terminal === undefined ? unknown : reply({ result: { ptySessionId } })
        case "pty.kill":
          return terminal === undefined
            ? unknown
            : Effect.suspend(() => {
                // It is as good as gone, though its program may need a moment to end.
                session.terminals.delete(ptySessionId)
                return Effect.zipRight(terminal.kill, reply({ result: { ptySessionId } }))
              })
        // Messages are not answered, whatever becomes of them.
        case "pty.input": {
          const bytes = Buffer.from(String(params.data), params.encoding === "base64" ? "base64" : "utf8")
          return terminal?.input(new Uint8Array(bytes)) ?? Effect.void
        }
        case "pty.resize": {
          const [cols, rows] = [size(params.cols), size(params.rows)]
          return cols === undefined || rows === undefined
            ? Effect.void
            : (terminal?.resize(cols, rows) ?? Effect.void)
        }
        default:
          return reply({ error: `unknown method: ${String(data.method)}` })
      }
    })
}
