/** Which route a request takes, and what happens on the way: faults, the journal, the answer. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as FiberRefs from "effect/FiberRefs"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import { Outcome } from "../Call.js"
import type { Gateway, GatewayRequest } from "../Gateway.js"
import { actionHandlers } from "./actions.js"
import { makeControlRoute } from "./controlRoute.js"
import { linkExchange, vpcExchange } from "./directRoutes.js"
import { type Exchange, type Reply, splitUrl } from "./exchange.js"
import { collide, type Faults } from "./faults.js"
import type { Journal } from "./journal.js"
import { objectExchange, objectsAt } from "./objectRoute.js"
import type { State } from "./state.js"
import type { CallTool } from "./toolCalls.js"

const linkPath = /\/link\/([^/]+)\/callTool$/

export interface Parts {
  readonly state: State
  readonly callTool: CallTool
  readonly faults: Faults
  readonly journal: Journal
}

/**
 * Runs calls in fibers of their own, which go on when the caller gives up and can be interrupted whatever the caller
 * allows. `end` interrupts those that run. A call that waits for nothing has ended before there is anything to keep.
 */
const makeDetached = () => {
  const running = new Set<Fiber.RuntimeFiber<unknown, unknown>>()
  const run = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.withFiberRuntime((caller, { runtimeFlags }) => {
      const fiber = Runtime.runFork(
        Runtime.make({
          context: Context.empty(),
          runtimeFlags: RuntimeFlags.enable(runtimeFlags, RuntimeFlags.Interruption),
          fiberRefs: FiberRefs.forkAs(caller.getFiberRefs(), FiberId.unsafeMake())
        }),
        effect
      )
      const exit = fiber.unsafePoll()
      if (exit !== null) return exit
      running.add(fiber)
      fiber.addObserver(() => running.delete(fiber))
      return Fiber.join(fiber)
    })
  return { run, end: Effect.suspend(() => Fiber.interruptAll([...running])) }
}

export interface OpenGateway {
  readonly serve: Gateway
  /** Ends the calls that are being served. */
  readonly close: Effect.Effect<void>
}

export const makeGateway = ({ callTool, faults, journal, state }: Parts): OpenGateway => {
  const detached = makeDetached()
  const control = makeControlRoute(state, actionHandlers(state, callTool))

  const read = (request: GatewayRequest): Exchange => {
    const { path } = splitUrl(request)
    if (objectsAt(path) !== -1) return objectExchange(state, request)
    if (state.pictures.isAt(path)) return state.pictures.exchange(request)
    if (path.endsWith("/callTool")) {
      const sessionId = linkPath.exec(path)?.[1]
      if (sessionId !== undefined && request.method === "POST") {
        return linkExchange(state, callTool, request, sessionId)
      }
      if (request.method === "GET") return vpcExchange(state, callTool, request)
    }
    return control(request)
  }

  /** A bug in here must not look like silence. */
  const guarded = (exchange: Exchange): Exchange => ({
    ...exchange,
    run: Effect.catchAllCause(exchange.run, (cause): Effect.Effect<Reply> => {
      if (Cause.isInterruptedOnly(cause)) return Effect.failCause(cause)
      const refused = {
        status: 500,
        code: "InternalError",
        message: "The local cloud failed to serve the call."
      }
      return Effect.as(Effect.logError("a call could not be served", cause), {
        response: exchange.refuse(refused.status, refused.code, refused.message),
        outcome: Outcome.Refused(refused)
      })
    })
  })

  const serve: Gateway = (request) =>
    Effect.gen(function* () {
      const startedAt = yield* Clock.currentTimeMillis
      const exchange = guarded(read(request))
      const fault = yield* faults.next(exchange.arrival)
      const note = (outcome: Outcome) =>
        journal.note(exchange.arrival, exchange.requestId, startedAt, outcome)
      const answer = fault === undefined ? exchange.run : collide(exchange, fault)
      const { outcome, response } = yield* Effect.tapError(answer, () =>
        fault === undefined ? Effect.void : note(Outcome.Faulted({ fault }))
      )
      yield* note(fault === undefined ? outcome : Outcome.Faulted({ fault }))
      return response
    }).pipe(detached.run)

  return { serve, close: detached.end }
}
