/** One request of ours and its answer, over whatever the HTTP client offers. */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import * as HttpExchange from "../transport/HttpExchange.js"
import { makeDeadlines } from "./deadline.js"
import { failureOf } from "./httpFailure.js"
import { quietClient } from "./quietClient.js"
import { below } from "./telemetry.js"
import * as Wire from "./wire.js"

/** What is sent, and what becomes of it. */
export interface Call<A, E> {
  readonly request: HttpExchange.ExchangeRequest
  /** `nowMs`: when the answer came. */
  readonly onAnswer: (answer: HttpExchange.ExchangeAnswer, nowMs: number) => Exit.Exit<A, E>
  readonly onFailure: (failure: HttpExchange.ExchangeFailure) => E
  readonly onTimeout: () => E
  /** When the answer is here as a whole: whoever waits for that goes on before it is read. Throws nothing. */
  readonly onArrival?: (() => void) | undefined
}

export interface Options {
  readonly timeout: Duration.Duration
  /** The span of the call: what the client does goes below it. */
  readonly span?: Tracer.AnySpan | undefined
}

/** A call is made anew whenever the effect runs. Exchanges end in time, also where interruption is switched off. */
export type Exchange = <A, E>(call: (nowMs: number) => Call<A, E>, options: Options) => Effect.Effect<A, E>

/** What is not a URL stays as it is: sending it says what is wrong with it. */
export const splitUrl = (text: string): Pick<HttpExchange.ExchangeRequest, "origin" | "path"> =>
  Option.match(Option.liftThrowable(() => new URL(text))(), {
    onNone: () => ({ origin: text, path: "" }),
    onSome: ({ origin, pathname, search }) => ({ origin, path: pathname + search })
  })

const nothing = (): void => {}

/** Defects are the caller's to hear of, not the client's, whose callback this may be. */
const orDie = <A, E>(make: () => Exit.Exit<A, E>): Exit.Exit<A, E> => {
  try {
    return make()
  } catch (defect) {
    return Exit.die(defect)
  }
}

const platformRequest = (request: HttpExchange.ExchangeRequest) => {
  const { body, headers, method, origin, path } = request
  const bare = HttpClientRequest.setHeaders(HttpClientRequest.make(method)(`${origin}${path}`), headers)
  return body === undefined ? bare : HttpClientRequest.bodyText(bare, body, headers["content-type"])
}

export const makeExchange = (httpClient: HttpClient.HttpClient): Exchange => {
  const client = quietClient(httpClient)
  const deadlines = makeDeadlines()
  const exchange = HttpExchange.of(httpClient)

  if (exchange !== undefined) {
    return <A, E>(call: (nowMs: number) => Call<A, E>, { timeout }: Options) =>
      Wire.make<A, E>((fiber, end) => {
        const clock = Context.get(fiber.getFiberRef(DefaultServices.currentServices), Clock.Clock)
        const made = orDie(() => Exit.succeed(call(clock.unsafeCurrentTimeMillis())))
        if (Exit.isFailure(made)) {
          end(Exit.failCause(made.cause))
          return nothing
        }
        const { onAnswer, onArrival, onFailure, onTimeout, request } = made.value
        let abort = nothing
        let isStopped = false
        const unwatch = deadlines.watch(fiber, timeout, () => {
          abort()
          end(Exit.fail(onTimeout()))
        })
        const read = (result: HttpExchange.ExchangeAnswer | HttpExchange.ExchangeFailure) =>
          end(
            orDie(() =>
              result._tag === "Answer"
                ? onAnswer(result, clock.unsafeCurrentTimeMillis())
                : Exit.fail(onFailure(result))
            )
          )
        abort = exchange(request, (result) => {
          unwatch()
          if (onArrival === undefined || result._tag === "Failure") return read(result)
          onArrival()
          fiber.getFiberRef(FiberRef.currentScheduler).scheduleTask(() => {
            if (!isStopped) read(result)
          }, fiber.getFiberRef(FiberRef.currentSchedulingPriority))
        })
        return () => {
          isStopped = true
          unwatch()
          abort()
        }
      })
  }

  return (call, { span, timeout }) =>
    Effect.clockWith((clock) => {
      const { onAnswer, onArrival, onFailure, onTimeout, request } = call(clock.unsafeCurrentTimeMillis())
      const answer = Effect.flatMap(client.execute(platformRequest(request)), (response) =>
        Effect.map(response.text, (text) => {
          const { headers, status } = response
          onArrival?.()
          return { _tag: "Answer", status, headers, text } as const
        })
      )
      const read = Effect.matchEffect(answer, {
        onFailure: (error) => Effect.fail(onFailure(failureOf(error))),
        onSuccess: (result) => onAnswer(result, clock.unsafeCurrentTimeMillis())
      })
      return deadlines.within(below(span, read), timeout, onTimeout)
    })
}
