/** Requests that are passed on to a server inside a session, and its answers: both as they arrive. */
import * as http from "node:http"
import { pipeline } from "node:stream/promises"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { NotAdmitted, type Passage } from "../../cloud/Gateway.js"

/** What is about this connection, and not about the request. */
const ofConnection =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|http2-settings)$/i

const passedOn = (rawHeaders: ReadonlyArray<string>): Array<string> => {
  const kept: Array<string> = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = rawHeaders.slice(at, at + 2)
    if (!ofConnection.test(name) && name.toLowerCase() !== "host") kept.push(name, value)
  }
  return kept
}

const exchange = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { host, path, stream }: Passage
): Effect.Effect<void, NotAdmitted> =>
  Effect.async<void, NotAdmitted>((resume) => {
    const hasBody =
      request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined
    const headers = [...passedOn(request.rawHeaders), "Host", host, "Connection", "close"]
    const isChunked = request.headers["transfer-encoding"] !== undefined
    const inner = http.request({
      createConnection: () => stream,
      method: request.method,
      path,
      headers: isChunked ? [...headers, "Transfer-Encoding", "chunked"] : headers
    })
    inner.once("error", (cause) => {
      if (response.headersSent) response.destroy()
      resume(
        response.headersSent
          ? Effect.void
          : Effect.fail(
              new NotAdmitted({ status: 502, detail: `the server in the session: ${cause.message}` })
            )
      )
    })
    inner.once("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedOn(answer.rawHeaders))
      // Whoever waits for the first event of a stream gets the headers before it.
      response.flushHeaders()
      pipeline(answer, response).then(
        () => resume(Effect.void),
        () => {
          response.destroy()
          resume(Effect.void)
        }
      )
    })
    if (hasBody) request.pipe(inner)
    else inner.end()
    response.once("close", () => {
      inner.destroy()
      resume(Effect.void)
    })
  })

/** Answers the request by the server that the passage leads to; refuses it where there is none. */
export const forward = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  passage: Effect.Effect<Passage, NotAdmitted, Scope.Scope>
): Effect.Effect<void> =>
  Effect.flatMap(passage, (found) => exchange(request, response, found)).pipe(
    Effect.scoped,
    Effect.catchAll(({ detail = "", status }) =>
      Effect.sync(() => {
        request.resume()
        response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(detail)
      })
    )
  )
