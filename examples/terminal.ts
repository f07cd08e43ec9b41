/**
 * Your own terminal, attached to a shell in a session: keys go there, what it shows comes back, and so does a change of
 * the size. Leave it with `exit`.
 */
import { AgentBay, type SessionPty } from "@effect-agentbay/core"
import { Effect, Stream } from "effect"
import { runExample } from "./support/run.js"

/** What a person sits before. */
export interface Seat {
  readonly size: SessionPty.Size
  readonly keys: Stream.Stream<string | Uint8Array>
  readonly sizes: Stream.Stream<SessionPty.Size>
  readonly show: (bytes: Uint8Array) => Effect.Effect<void>
}

/** Runs a shell until it ends, for its exit code. */
export const attach = (seat: Seat) =>
  Effect.gen(function* () {
    const bay = yield* AgentBay.AgentBay
    const { pty } = yield* bay.session()
    const terminal = yield* pty.create(seat.size)
    yield* Effect.forkScoped(Stream.runForEach(seat.keys, terminal.input))
    yield* Effect.forkScoped(Stream.runForEach(seat.sizes, terminal.resize))
    yield* Stream.runForEach(terminal.output, seat.show)
    return yield* terminal.wait
  }).pipe(Effect.scoped)

const { stdin, stdout } = process

const sizeNow = (): SessionPty.Size => ({ cols: stdout.columns ?? 80, rows: stdout.rows ?? 24 })

/** In raw mode every key comes as it is pressed, Ctrl-C among them. */
const ownSeat = Effect.as(
  Effect.acquireRelease(
    Effect.sync(() => {
      if (stdin.isTTY) stdin.setRawMode(true)
    }),
    () =>
      Effect.sync(() => {
        if (stdin.isTTY) stdin.setRawMode(false)
        stdin.pause()
      })
  ),
  {
    size: sizeNow(),
    keys: Stream.asyncPush<Uint8Array>((emit) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          const press = (keys: Uint8Array) => void emit.single(keys)
          stdin.on("data", press)
          return press
        }),
        (press) => Effect.sync(() => stdin.off("data", press))
      )
    ),
    sizes: Stream.asyncPush<SessionPty.Size>((emit) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          const change = () => void emit.single(sizeNow())
          stdout.on("resize", change)
          return change
        }),
        (change) => Effect.sync(() => stdout.off("resize", change))
      )
    ),
    show: (bytes) =>
      Effect.async<void>((resume) => {
        stdout.write(bytes, () => resume(Effect.void))
      })
  } satisfies Seat
)

runExample(import.meta.url, Effect.scoped(Effect.flatMap(ownSeat, attach)))
