/** Connections as any client makes them, by Node's own means. */
import * as http from "node:http"
import * as https from "node:https"
import type { Duplex } from "node:stream"
import { Effect, type Scope } from "effect"

const ask = (url: string, ca: string | undefined): http.ClientRequest =>
  (url.startsWith("wss:") ? https : http).request(url.replace(/^ws/, "http"), {
    ca,
    headers: {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="
    }
  })

/** The status with which a WebSocket is refused; 101 when it is not. */
export const statusOf = (url: string): Effect.Effect<number> =>
  Effect.async((resume) => {
    const request = ask(url, undefined)
    request.once("error", (error) => resume(Effect.die(error)))
    request.once("response", (response) => {
      response.resume()
      resume(Effect.succeed(response.statusCode ?? 0))
    })
    request.once("upgrade", (response, socket) => {
      socket.destroy()
      resume(Effect.succeed(response.statusCode ?? 0))
    })
    request.end()
  })

/** The bytes of an upgraded connection, until the scope closes. `ca` is the certificate of a server with TLS. */
export const upgraded = (url: string, ca?: string): Effect.Effect<Duplex, Error, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<Duplex, Error>((resume) => {
      const request = ask(url, ca)
      request.once("error", (error) => resume(Effect.fail(error)))
      request.once("response", ({ statusCode }) => resume(Effect.fail(new Error(`status ${statusCode}`))))
      request.once("upgrade", (_, socket, head) => {
        socket.unshift(head)
        resume(Effect.succeed(socket))
      })
      request.end()
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )
