import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import { failureOf } from "../../src/internal/httpFailure.js"
import * as HttpExchange from "../../src/transport/HttpExchange.js"

/** The same client, which also offers the shorter way. It runs by the clock of whoever makes it. */
export const offering = (client: HttpClient.HttpClient): Effect.Effect<HttpClient.HttpClient> =>
  Effect.map(Effect.runtime<never>(), (runtime) => {
    const exchange: HttpExchange.HttpExchange = ({ body, headers, method, origin, path }, onEnd) => {
      const bare = HttpClientRequest.setHeaders(HttpClientRequest.make(method)(`${origin}${path}`), headers)
      const request =
        body === undefined ? bare : HttpClientRequest.bodyText(bare, body, headers["content-type"])
      const answer = Effect.flatMap(client.execute(request), (response) =>
        Effect.map(response.text, (text): HttpExchange.ExchangeAnswer => {
          const { headers, status } = response
          const bytes = new TextEncoder().encode(text)
          const middle = Math.floor(bytes.length / 2)
          return {
            _tag: "Answer",
            status,
            headers,
            text,
            chunks: [bytes.subarray(0, middle), bytes.subarray(middle)]
          }
        })
      )
      let isStopped = false
      const fiber = Runtime.runFork(runtime)(Effect.withTracerEnabled(answer, false))
      fiber.addObserver((exit) => {
        if (isStopped) return
        if (Exit.isSuccess(exit)) return onEnd(exit.value)
        onEnd(failureOf(Option.getOrThrow(Cause.failureOption(exit.cause))))
      })
      return () => {
        isStopped = true
        fiber.unsafeInterruptAsFork(FiberId.none)
      }
    }
    return HttpExchange.offer(
      HttpClient.mapRequest(client, (request) => request),
      exchange
    )
  })
