/** An `HttpClient` that leads straight into a cloud: no sockets, but every byte of a request and its answer. */
import type * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FiberRef from "effect/FiberRef"
import * as Stream from "effect/Stream"
import type { Gateway, NoAnswer } from "../cloud/Gateway.js"
import { MemoryResponse } from "./memoryResponse.js"

const nothing = new Uint8Array(0)

const joined = (chunks: Iterable<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat([...chunks]))

const fromWeb = (body: BodyInit) => Effect.promise(() => new Response(body).arrayBuffer())

const bytesOf = (
  request: HttpClientRequest.HttpClientRequest,
  body: HttpBody.HttpBody
): Effect.Effect<Uint8Array, HttpClientError.RequestError> => {
  switch (body._tag) {
    case "Empty":
      return Effect.succeed(nothing)
    case "Uint8Array":
      return Effect.succeed(body.body)
    case "Raw":
      return Effect.map(fromWeb(body.body as BodyInit), (buffer) => new Uint8Array(buffer))
    case "FormData":
      return Effect.map(fromWeb(body.formData), (buffer) => new Uint8Array(buffer))
    case "Stream":
      return Effect.mapBoth(Stream.runCollect(body.stream), {
        onFailure: (cause) => new HttpClientError.RequestError({ request, reason: "Encode", cause }),
        onSuccess: joined
      })
  }
}

const connectionErrors: Readonly<
  Record<NoAnswer["reason"], { readonly code: string; readonly message: string }>
> = {
  refused: { code: "ECONNREFUSED", message: "connect ECONNREFUSED" },
  lost: { code: "ECONNRESET", message: "socket hang up" }
}

const broken = (request: HttpClientRequest.HttpClientRequest, reason: NoAnswer["reason"]) => {
  const { code, message } = connectionErrors[reason]
  return new HttpClientError.RequestError({
    request,
    reason: "Transport",
    // As sockets report it: clients tell by the code whether anything was sent.
    cause: Object.assign(new Error(message), { code })
  })
}

/**
 * Serves every host: the cloud is all there is. Addresses of VPC sessions are hosts like others, and a closed one
 * refuses connections, which `isOpen` tells.
 */
export const memoryClient = (gateway: Gateway, isOpen: (host: string) => boolean): HttpClient.HttpClient => {
  const exchange = (
    request: HttpClientRequest.HttpClientRequest,
    url: URL
  ): Effect.Effect<MemoryResponse, HttpClientError.HttpClientError> =>
    isOpen(url.host)
      ? bytesOf(request, request.body).pipe(
          Effect.flatMap((body) =>
            Effect.mapError(
              gateway({
                method: request.method,
                url: url.pathname + url.search,
                headers: { ...request.headers, host: url.host },
                body
              }),
              ({ reason }) => broken(request, reason)
            )
          ),
          Effect.map((answer) => new MemoryResponse(request, answer))
        )
      : Effect.fail(broken(request, "refused"))
  const traced = HttpClient.make(exchange)
  // Nothing here needs aborting: where no span is wanted, the platform's wrapping would only cost time.
  return HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap((request) =>
      Effect.withFiberRuntime<
        MemoryResponse | HttpClientResponse.HttpClientResponse,
        HttpClientError.HttpClientError
      >((fiber) => {
        const isTraced =
          fiber.getFiberRef(FiberRef.currentTracerEnabled) &&
          !fiber.getFiberRef(HttpClient.currentTracerDisabledWhen)(request)
        if (isTraced) return traced.execute(request)
        const url = UrlParams.makeUrl(request.url, request.urlParams, request.hash)
        return Either.isRight(url)
          ? exchange(request, url.right)
          : Effect.fail(new HttpClientError.RequestError({ request, reason: "InvalidUrl", cause: url.left }))
      })
    ),
    Effect.succeed
  )
}
