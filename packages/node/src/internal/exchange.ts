import { Readable } from "node:stream"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import { type Dispatcher, errors } from "undici"
import { codeOf, describe } from "./error.js"
import * as requestBody from "./requestBody.js"
import { ClientResponse } from "./response.js"
import { ResponseBody, type UnreadLimits } from "./responseBody.js"

type Answer = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError>

/** The request itself is at fault, not the way to the server: a forbidden header, a body of an unknown kind. */
export const malformed: ReadonlySet<unknown> = new Set<unknown>([
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
  "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH"
])

/**
 * One request and its response, as undici's dispatcher reports them. It is the dispatch handler itself: no stream,
 * promise or abort signal of its own stands between the socket and the fiber.
 */
class Exchange implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined
  private body: ResponseBody | undefined
  private abandoned: Error | undefined

  constructor(
    private readonly request: HttpClientRequest.HttpClientRequest,
    private readonly upload: Readable | undefined,
    private readonly unread: UnreadLimits,
    private settle: ((answer: Answer) => void) | undefined
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Nothing was written yet: throwing drops the request and spares the connection, aborting would close it.
    if (this.abandoned !== undefined) throw this.abandoned
    this.controller = controller
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | Array<string> | undefined>
  ): void {
    // Informational responses (103 Early Hints) precede the one that counts.
    if (status < 200) return
    const body = new ResponseBody(controller, this.unread)
    const response = new ClientResponse(this.request, status, headers, body)
    this.body = body
    this.answer(
      Effect.sync(() => {
        // By the time the fiber runs, a short body has arrived completely and needs no watching.
        body.expectReader()
        return response
      })
    )
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.body?.push(chunk)
  }

  onResponseEnd(): void {
    this.body?.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error)
  }

  /** Stops the exchange in whatever phase it is; does nothing when it is over. */
  abort(): void {
    if (this.body !== undefined) return this.body.abort(new errors.RequestAbortedError())
    if (this.abandoned !== undefined) return
    this.abandoned = new errors.RequestAbortedError()
    if (this.controller !== undefined) this.controller.abort(this.abandoned)
    else this.fail(this.abandoned)
  }

  /** Stops the exchange; nobody waits for its answer any more. */
  interrupt(): void {
    this.settle = undefined
    this.abort()
  }

  private fail(error: Error): void {
    if (this.upload !== undefined && !this.upload.destroyed) this.upload.destroy()
    if (this.body !== undefined) this.body.fail(error)
    else this.answer(Effect.fail(this.requestError(error)))
  }

  private answer(answer: Answer): void {
    const settle = this.settle
    // The connection must not keep the fiber reachable, or a dropped response could never be collected.
    this.settle = undefined
    settle?.(answer)
  }

  private requestError(error: Error): HttpClientError.RequestError {
    const { request } = this
    if (error instanceof requestBody.RequestBodyFailure) {
      return new HttpClientError.RequestError({ request, reason: "Encode", cause: error.cause })
    }
    return new HttpClientError.RequestError({
      request,
      reason: malformed.has(codeOf(error)) ? "Encode" : "Transport",
      cause: error,
      description: this.controller === undefined ? `not sent, ${describe(error)}` : describe(error)
    })
  }
}

/**
 * `signal` stands for what interruption does not cover: a response that was garbage collected, and a scope
 * (`HttpClient.withScope`) that closed.
 */
const send = (
  dispatcher: Dispatcher,
  unread: UnreadLimits,
  request: HttpClientRequest.HttpClientRequest,
  url: URL,
  body: requestBody.WireBody,
  signal: AbortSignal | undefined
): Answer =>
  Effect.uninterruptibleMask((restore) => {
    let exchange: Exchange | undefined
    const answer: Answer = Effect.async((resume) => {
      exchange = new Exchange(request, body instanceof Readable ? body : undefined, unread, resume)
      if (signal?.aborted === true) return exchange.abort()
      signal?.addEventListener("abort", () => exchange?.abort(), { once: true })
      dispatcher.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: request.method,
          headers: request.headers,
          body
        },
        exchange
      )
    })
    // Cheaper than a canceller of `Effect.async`, whose bookkeeping runs for successes too.
    return Effect.catchAllCause(restore(answer), (cause) => {
      exchange?.interrupt()
      return Effect.failCause(cause)
    })
  })

/** How `dispatcher` makes one request. */
export const makeExchange =
  (dispatcher: Dispatcher, unread: UnreadLimits) =>
  (request: HttpClientRequest.HttpClientRequest, url: URL, signal: AbortSignal | undefined): Answer => {
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      return Effect.fail(
        new HttpClientError.RequestError({
          request,
          reason: "InvalidUrl",
          description: `the protocol must be http: or https:, not ${url.protocol}`
        })
      )
    }
    if (request.body._tag === "Stream") {
      return Effect.flatMap(requestBody.fromStream(request.body.stream), (body) =>
        send(dispatcher, unread, request, url, body, signal)
      )
    }
    return send(dispatcher, unread, request, url, requestBody.encode(request.body), signal)
  }
