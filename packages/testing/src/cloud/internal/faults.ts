/** Injected faults: which call meets which, and what it then looks like. */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { FaultRule } from "../../TestCloud.js"
import { type Arrival, Outcome } from "../Call.js"
import * as Fault from "../Fault.js"
import { type GatewayResponse, NoAnswer } from "../Gateway.js"
import { brokenAfter, bytesOf, firstBytes, lengthOf } from "./body.js"
import { type Exchange, json, type Reply } from "./exchange.js"

interface Armed {
  readonly rule: FaultRule
  left: number
}

export interface Faults {
  readonly arm: (rule: FaultRule) => void
  readonly clear: () => void
  /** The fault that this call meets, if any; rules that were set earlier come first. */
  readonly next: (arrival: Arrival) => Effect.Effect<Fault.Fault | undefined>
}

const none = Effect.succeed(undefined)

const concerns = ({ rule }: Armed, arrival: Arrival): boolean => {
  const { action, route, sessionId, tool } = rule.target
  return (
    (action === undefined || action === arrival.action) &&
    (tool === undefined || tool === arrival.tool) &&
    (route === undefined || route === arrival.route) &&
    (sessionId === undefined || sessionId === arrival.sessionId) &&
    (rule.when?.(arrival) ?? true)
  )
}

export const makeFaults = (): Faults => {
  let armed: Array<Armed> = []
  return {
    arm: (rule) => {
      armed.push({ rule, left: rule.times ?? 1 })
    },
    clear: () => {
      armed = []
    },
    next: (arrival) => {
      if (armed.length === 0) return none
      return Effect.gen(function* () {
        for (const candidate of armed) {
          if (!concerns(candidate, arrival)) continue
          const { fault, probability } = candidate.rule
          if (probability !== undefined && (yield* Random.next) >= probability) continue
          candidate.left -= 1
          if (candidate.left <= 0) armed = armed.filter((other) => other !== candidate)
          return fault
        }
        return undefined
      })
    }
  }
}

const page = (status: number): GatewayResponse => ({
  status,
  headers: { "content-type": "text/html" },
  body: `<html>\n<head><title>${status}</title></head>\n<body><center><h1>${status}</h1></center><hr><center>gateway</center></body>\n</html>\n`
})

const throttled = (exchange: Exchange, retryAfterMs: number | undefined): GatewayResponse => {
  const response = exchange.refuse(429, "Throttling", "Request was denied due to request throttling.")
  return retryAfterMs === undefined
    ? response
    : {
        ...response,
        headers: {
          ...response.headers,
          "retry-after": String(retryAfterMs / 1000),
          "x-acs-retry-after": String(retryAfterMs)
        }
      }
}

const halved = (response: GatewayResponse): GatewayResponse => {
  const half = Math.floor(lengthOf(response) / 2)
  // The length is that of what is sent, or a client would wait for the rest.
  const headers = { ...response.headers, "content-length": String(half) }
  return { status: response.status, headers, body: firstBytes(bytesOf(response), half) }
}

/** Runs a call into a fault. Faults before the service leave the call without effect. */
export const collide = (exchange: Exchange, fault: Fault.Fault): Effect.Effect<Reply, NoAnswer> => {
  const outcome = Outcome.Faulted({ fault })
  const instead = (response: GatewayResponse) => Effect.succeed({ response, outcome })
  return Fault.match(fault, {
    Refused: () => Effect.fail(new NoAnswer({ reason: "refused" })),
    Lost: () => Effect.zipRight(exchange.run, Effect.fail(new NoAnswer({ reason: "lost" }))),
    Slow: ({ durationMs }) => Effect.tap(exchange.run, () => Effect.sleep(durationMs)),
    Throttled: ({ retryAfterMs }) => instead(throttled(exchange, retryAfterMs)),
    ServerError: ({ code, status }) =>
      instead(exchange.refuse(status, code, "The service failed to serve the request.")),
    Html: ({ status }) => instead(page(status)),
    TruncatedJson: () =>
      Effect.map(exchange.run, ({ response }) => ({ response: halved(response), outcome })),
    CutOff: ({ afterBytes }) =>
      Effect.map(exchange.run, ({ response }) => ({ response: brokenAfter(response, afterBytes), outcome })),
    WrongShape: ({ body }) => Effect.as(exchange.run, { response: json(200, body), outcome }),
    SoftFailure: ({ code, message }) => instead(exchange.soften(code, message))
  })
}
