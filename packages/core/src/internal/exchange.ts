/** One request of ours and its answer, over whatever the HTTP client offers. */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import * as HttpExchange from "../transport/HttpExchange.js"
import { makeDeadlines } from "./deadline.js"
import { failureOf } from "./httpFailure.js"
import { quietClient } from "./quietClient.js"
import { below } from "./telemetry.js"

/** What becomes of an exchange. */
export interface Outcome<A, E> {
  /** The span of the call: what the client does goes below it. */
  readonly span: Tracer.AnySpan | undefined
  readonly timeout: Duration.Duration
  readonly onAnswer: (answer: HttpExchange.ExchangeAnswer) => Effect.Effect<A, E>
  readonly onFailure: (failure: HttpExchange.ExchangeFailure) => E
  readonly onTimeout: () => E
}

/** Exchanges end in time, also where interruption is switched off. */
export type Exchange = <A, E>(
  request: HttpExchange.ExchangeRequest,
  outcome: Outcome<A, E>
) => Effect.Effect<A, E>

/** What is not a URL stays as it is: sending it says what is wrong with it. */
export const splitUrl = (text: string): Pick<HttpExchange.ExchangeRequest, "origin" | "path"> =>
  Option.match(Option.liftThrowable(() => new URL(text))(), {
    onNone: () => ({ origin: text, path: "" }),
    onSome: ({ origin, pathname, search }) => ({ origin, path: pathname + search })
  })

const nothing = (): void => {}

const platformRequest = (request: HttpExchange.ExchangeRequest) => {
  const { body, headers, method, origin, path } = request
  const bare = HttpClientRequest.setHeaders(HttpClientRequest.make(method)(`${origin}${path}`), headers)
  return body === undefined ? bare : HttpClientRequest.bodyText(bare, body, headers["content-type"])
}

export const makeExchange = (httpClient: HttpClient.HttpClient): Exchange => {
  const client = quietClient(httpClient)
  const deadlines = makeDeadlines()

  const byClient: Exchange = (request, { onAnswer, onFailure, onTimeout, span, timeout }) => {
    const failed = (error: HttpClientError.HttpClientError) => Effect.fail(onFailure(failureOf(error)))
    const answer = Effect.flatMap(
      Effect.matchEffect(
        Effect.flatMap(client.execute(platformRequest(request)), (response) =>
          Effect.map(response.text, (text) => ({ response, text }))
        ),
        {
          onFailure: failed,
          onSuccess: ({ response: { headers, status }, text }) =>
            Effect.succeed({ _tag: "Answer", status, headers, text } as const)
        }
      ),
      onAnswer
    )
    return deadlines.within(below(span, answer), timeout, onTimeout)
  }

  const exchange = HttpExchange.of(httpClient)
  if (exchange === undefined) return byClient

  return (request, { onAnswer, onFailure, onTimeout, timeout }) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.withFiberRuntime((fiber) => {
        let stop = nothing
        const answer = Effect.async<
          Effect.Effect.Success<ReturnType<typeof onAnswer>>,
          Effect.Effect.Error<ReturnType<typeof onAnswer>>
        >((resume) => {
          let abort = nothing
          const unwatch = deadlines.watch(fiber, timeout, () => {
            abort()
            resume(Effect.fail(onTimeout()))
          })
          abort = exchange(request, (end) => {
            unwatch()
            resume(end._tag === "Answer" ? onAnswer(end) : Effect.fail(onFailure(end)))
          })
          stop = () => {
            unwatch()
            abort()
          }
        })
        // Cheaper than a canceller of `Effect.async`, whose bookkeeping runs for successes too.
        return Effect.catchAllCause(restore(answer), (cause) => {
          stop()
          return Effect.failCause(cause)
        })
      })
    )
}
