import { readFileSync } from "node:fs"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import type * as Scope from "effect/Scope"

/** A one-time event: opened by a callback, awaited by a fiber. */
export interface Latch<A> {
  readonly open: (value: A) => void
  readonly await: Effect.Effect<A>
}

export const latch = <A = void>(): Latch<A> => {
  const deferred = Deferred.unsafeMake<A>(FiberId.none)
  return {
    open: (value) => Deferred.unsafeDone(deferred, Exit.succeed(value)),
    await: Deferred.await(deferred)
  }
}

/** A server on a free port of the loopback interface, which knows its sockets. */
export interface TestServer {
  readonly url: string
  readonly port: number
  readonly open: ReadonlySet<Net.Socket>
  /** Sockets ever accepted. */
  readonly accepted: () => number
  /** Waits until no socket is open. */
  readonly quiet: Effect.Effect<void>
}

const listen = (server: Net.Server, scheme: string): Effect.Effect<TestServer, never, Scope.Scope> => {
  const open = new Set<Net.Socket>()
  let accepted = 0
  let waiting: Array<() => void> = []
  server.on("connection", (socket) => {
    accepted++
    open.add(socket)
    socket.on("error", () => undefined)
    socket.on("close", () => {
      open.delete(socket)
      if (open.size > 0) return
      for (const done of waiting) done()
      waiting = []
    })
  })
  const quiet = Effect.async<void>((resume) => {
    if (open.size === 0) resume(Effect.void)
    else waiting.push(() => resume(Effect.void))
  })
  return Effect.acquireRelease(
    Effect.async<TestServer>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(
          Effect.succeed({
            url: `${scheme}://127.0.0.1:${port}`,
            port,
            open,
            accepted: () => accepted,
            quiet
          })
        )
      })
    }),
    () =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of open) socket.destroy()
      })
  )
}

export const serve = (handler: Http.RequestListener) =>
  // Idle connections are the client's to close, so that a test can see what the client does.
  Effect.suspend(() => listen(Http.createServer({ keepAliveTimeout: 0 }, handler), "http"))

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8")

export const certificate = fixture("localhost.cert.pem")

export const serveTls = (handler: Http.RequestListener) =>
  Effect.suspend(() =>
    listen(
      Https.createServer(
        { keepAliveTimeout: 0, key: fixture("localhost.key.pem"), cert: certificate },
        handler
      ),
      "https"
    )
  )

/** Accepts connections, listens, and never says anything: a TLS handshake with it does not end. */
export const serveSilence = Effect.suspend(() =>
  listen(
    Net.createServer((socket) => socket.resume()),
    "https"
  )
)

/** Everything the other side sent. */
export const received = (request: Http.IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => resolve(Buffer.concat(chunks)))
    request.on("error", reject)
  })
