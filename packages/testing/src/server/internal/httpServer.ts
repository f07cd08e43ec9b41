/** A gateway behind a port: HTTP or TLS, on Node's own server. */

import * as http from "node:http"
import * as https from "node:https"
import type { AddressInfo } from "node:net"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  BrokenBody,
  type Doors,
  type GatewayRequest,
  type GatewayResponse,
  isUpload,
  type RequestHead
} from "../../cloud/Gateway.js"
import { lengthOf } from "../../cloud/internal/body.js"
import type { Certificate } from "./certificate.js"
import { forward } from "./forwarding.js"
import { serveUpgrades } from "./upgrades.js"

/**
 * The server could not listen.
 */
export class ListenError extends Data.TaggedError("ListenError")<{
  readonly host: string
  readonly port: number
  readonly code: string
  readonly cause: unknown
}> {
  override get message(): string {
    const help =
      this.code === "EADDRINUSE"
        ? "Another program uses the port: choose another one, or 0 for any."
        : this.code === "EACCES"
          ? "Ports below 1024 belong to the system: choose a higher one, or 0 for any."
          : "Check host and port."
    return `Cannot listen on ${this.host}:${this.port} (${this.code}). ${help}`
  }
}

export interface Listener {
  readonly port: number
  /** Serves requests from now on; those that came before wait. */
  readonly serve: (doors: Doors) => Effect.Effect<void>
}

/** A VPC call carries its arguments in the request line, percent-encoded: 64 KiB of text become 600 KB. */
const maxHeaderBytes = 4 * 1024 * 1024

/** The largest request body: what a machine can take as one file. */
const maxBodyBytes = 512 * 1024 * 1024

/** Longer than clients keep idle connections, which would otherwise meet a closing one. */
const keepAliveMs = 75_000

const collect = (request: http.IncomingMessage): Promise<Uint8Array | "too large"> =>
  new Promise((resolve, reject) => {
    const chunks: Array<Buffer> = []
    let size = 0
    request.on("data", (chunk: Buffer) => {
      size += chunk.byteLength
      if (size <= maxBodyBytes) chunks.push(chunk)
      else chunks.length = 0
    })
    request.on("end", () => resolve(size > maxBodyBytes ? "too large" : Buffer.concat(chunks, size)))
    request.on("error", reject)
    request.on("close", () => reject(new Error("the client went away")))
  })

/** The body of a request: collected, or as it arrives where it need not be. */
const bodyOf = async (
  request: http.IncomingMessage
): Promise<Pick<GatewayRequest, "body" | "upload"> | "too large"> => {
  const { method = "GET", url = "/" } = request
  if (isUpload({ method, url })) {
    const upload = Stream.fromAsyncIterable<Uint8Array, BrokenBody>(
      request,
      (cause) => new BrokenBody({ detail: String(cause) })
    )
    return { body: new Uint8Array(0), upload }
  }
  const body = await collect(request)
  return body === "too large" ? body : { body }
}

const headersOf = (request: http.IncomingMessage): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : value
    ])
  )

const headOf = (request: http.IncomingMessage): RequestHead => ({
  method: request.method ?? "GET",
  url: request.url ?? "/",
  headers: headersOf(request)
})

const send = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  answer: GatewayResponse
): void => {
  const { body } = answer
  // An answer to HEAD tells the length of what it leaves out; one that says "not modified" has none to tell.
  const length = answer.status === 304 ? {} : { "content-length": String(lengthOf(answer)) }
  response.writeHead(answer.status, { ...length, ...answer.headers })
  if (request.method === "HEAD") response.end()
  else if (typeof body === "string" || body instanceof Uint8Array) response.end(body)
  // Whoever goes away ends the stream; a stream that breaks ends the connection.
  else pipeline(Readable.from(Stream.toAsyncIterable(body)), response).catch(() => request.socket.destroy())
}

const tooLarge: GatewayResponse = {
  status: 413,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({
    Code: "RequestTooLarge",
    Message: `A request body has at most ${maxBodyBytes} bytes.`
  })
}

/**
 * Listens at once, so that the port is known before there is a cloud to serve. When the scope closes, the port and
 * all connections are closed.
 */
export const listen = (options: {
  readonly host: string
  readonly port: number
  readonly tls: Certificate | undefined
}): Effect.Effect<Listener, ListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const runtime = yield* Effect.runtime<never>()
    const run = Runtime.runFork(runtime)
    let serve: (doors: Doors) => void = () => undefined
    const ready = new Promise<Doors>((resolve) => {
      serve = resolve
    })

    const handle = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
      const { forward: find, gateway } = await ready
      const asked = headOf(request)
      const passage = find(asked)
      if (Option.isSome(passage)) {
        const passing = run(forward(request, response, passage.value))
        response.once("close", () => run(Fiber.interruptFork(passing)))
        return
      }
      const body = await bodyOf(request)
      if (body === "too large") return send(request, response, tooLarge)
      const call = gateway({ ...asked, ...body })
      run(call).addObserver((exit) => {
        // Without an answer the connection breaks, which is all that a refused one can look like from here.
        if (Exit.isFailure(exit)) request.socket.destroy()
        else if (!response.destroyed) send(request, response, exit.value)
      })
    }

    const listener: http.RequestListener = (request, response) => {
      handle(request, response).catch(() => request.socket.destroy())
    }
    const common = { maxHeaderSize: maxHeaderBytes, keepAliveTimeout: keepAliveMs, requestTimeout: 0 }
    const server =
      options.tls === undefined
        ? http.createServer(common, listener)
        : https.createServer({ ...common, ...options.tls }, listener)

    yield* Effect.acquireRelease(
      Effect.async<void, ListenError>((resume) => {
        server.once("error", (cause: NodeJS.ErrnoException) => {
          const { host, port } = options
          resume(Effect.fail(new ListenError({ host, port, code: cause.code ?? "unknown", cause })))
        })
        server.listen(options.port, options.host, () => resume(Effect.void))
      }),
      () =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    // Upgraded connections are none of the server's any more, which would wait for them all the same: they end first.
    yield* serveUpgrades({
      server,
      event: options.tls === undefined ? "connection" : "secureConnection",
      doors: ready,
      headOf
    })
    const { port } = server.address() as AddressInfo
    return { port, serve: (doors) => Effect.sync(() => serve(doors)) }
  })
