/**
 * Connections from the host to the ports of a session. The session has a network of its own, so its agent connects to
 * the port and then, by a socket in a directory shown to the session, to the host: the host follows no path that the
 * session could have laid.
 *
 * @since 0.1.0
 */
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { createServer, type Server, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { MachineError } from "../../Machine.js"

/** Characters of the key with which a connection says which one it is. */
const KEY_LENGTH = 32
/** The agent sends the key at once. */
const KEY_LIMIT_MS = 30_000

/**
 * Connects to a port on which a program of the session listens. Closing the scope breaks the connection. Fails with
 * `NotFound` where nothing listens.
 *
 * @since 0.1.0
 * @category models
 */
export type Connect = (port: number) => Effect.Effect<Duplex, MachineError, Scope.Scope>

const failure = (cause: unknown): MachineError =>
  new MachineError({ reason: "Unknown", detail: `no connection into the session: ${String(cause)}` })

/** Reads the key and nothing after it. */
const onceKeyed = (socket: Socket, use: (key: string) => void): void => {
  const limit = setTimeout(() => socket.destroy(), KEY_LIMIT_MS)
  const read = () => {
    const key: Buffer | null = socket.read(KEY_LENGTH)
    if (key === null) return
    socket.off("readable", read)
    clearTimeout(limit)
    use(key.toString("latin1"))
  }
  socket.on("error", () => {})
  socket.once("close", () => clearTimeout(limit))
  socket.on("readable", read)
}

const listen = (
  directory: string,
  waiting: Map<string, (socket: Socket) => void>
): Effect.Effect<void, MachineError, Scope.Scope> =>
  Effect.gen(function* () {
    // The address of a socket has room for 107 characters, fewer than the path of a directory may need.
    const descriptor = yield* Effect.acquireRelease(
      Effect.try({ try: () => fs.openSync(directory, "r"), catch: failure }),
      (descriptor) => Effect.sync(() => fs.closeSync(descriptor))
    )
    const open = new Set<Socket>()
    yield* Effect.acquireRelease(
      Effect.async<Server, MachineError>((resume) => {
        const server = createServer({ allowHalfOpen: true }, (socket) => {
          open.add(socket)
          socket.once("close", () => open.delete(socket))
          onceKeyed(socket, (key) => {
            const wanted = waiting.get(key)
            waiting.delete(key)
            if (wanted === undefined) socket.destroy()
            else wanted(socket)
          })
        })
        server.once("error", (cause) => resume(Effect.fail(failure(cause))))
        server.listen(`/proc/self/fd/${descriptor}/host`, () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          for (const socket of open) socket.destroy()
        })
    )
  })

/**
 * Nothing listens before the first connection is asked for; `ask` is the agent's operation. The directory must be the
 * one that the session is shown.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  directory: string,
  ask: (operation: {
    readonly op: "connect"
    readonly port: number
    readonly key: string
  }) => Effect.Effect<unknown, MachineError>
): Effect.Effect<Connect, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const waiting = new Map<string, (socket: Socket) => void>()
    const listening = yield* listen(directory, waiting).pipe(
      Effect.provideService(Scope.Scope, scope),
      Effect.uninterruptible,
      Effect.cached
    )
    const arrival = (port: number) =>
      Effect.suspend(() => {
        const key = randomBytes(KEY_LENGTH / 2).toString("hex")
        let arrived: Socket | undefined
        const waited = Effect.async<Socket>((resume) => {
          waiting.set(key, (socket) => {
            arrived = socket
            resume(Effect.succeed(socket))
          })
        })
        // The connection may come before the agent's word of it, and both before whoever asked gives up.
        return Effect.zipRight(ask({ op: "connect", port, key }), waited, { concurrent: true }).pipe(
          Effect.timeoutFail({
            duration: KEY_LIMIT_MS,
            onTimeout: () => failure("its agent did not connect")
          }),
          Effect.onExit((exit) =>
            Effect.sync(() => {
              waiting.delete(key)
              if (exit._tag === "Failure") arrived?.destroy()
            })
          )
        )
      })
    return (port) =>
      Effect.acquireRelease(Effect.interruptible(Effect.zipRight(listening, arrival(port))), (socket) =>
        Effect.sync(() => socket.destroy())
      )
  })
