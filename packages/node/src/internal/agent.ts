import * as Net from "node:net"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Agent, buildConnector, errors } from "undici"
import type { Options } from "../UndiciHttpClient.js"

/** Milliseconds as undici counts them: 0 is for ever. */
export const limit = (input: Duration.DurationInput | undefined, otherwise: number): number => {
  if (input === undefined) return otherwise
  const duration = Duration.decode(input)
  return Duration.isFinite(duration) ? Math.ceil(Duration.toMillis(duration)) : 0
}

const LONGEST_TIMER = 2_147_483_647

/** undici refuses 0 here, where "for ever" is as long as a timer can be. */
const positive = (input: Duration.DurationInput | undefined, otherwise: number): number => {
  const millis = limit(input, otherwise)
  return millis === 0 ? LONGEST_TIMER : millis
}

/** Connects like undici, and remembers the sockets that are still connecting: `destroy` overlooks those. */
const makeConnector = (options: Options | undefined) => {
  const connecting = new Set<Net.Socket>()
  const connect = buildConnector({
    ...options?.tls,
    timeout: limit(options?.connectTimeout, 10_000)
  })
  const connector: buildConnector.connector = (target, callback) => {
    const socket: unknown = connect(target, (...result) => {
      if (socket instanceof Net.Socket) connecting.delete(socket)
      callback(...result)
    })
    if (socket instanceof Net.Socket) connecting.add(socket)
  }
  const abandon = () => {
    for (const socket of connecting) socket.destroy(new errors.ClientDestroyedError())
  }
  return { connector, abandon }
}

/** An agent whose connections, made or in the making, end with the scope. */
export const make = (options: Options | undefined): Effect.Effect<Agent, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const { abandon, connector } = makeConnector(options)
        const agent = new Agent({
          connect: connector,
          headersTimeout: limit(options?.headersTimeout, 0),
          bodyTimeout: limit(options?.bodyTimeout, 0),
          keepAliveTimeout: positive(options?.keepAliveTimeout, 4_000),
          keepAliveMaxTimeout: positive(options?.keepAliveMaxTimeout, 600_000),
          connections: options?.connections ?? null
        })
        return { agent, abandon }
      }),
      ({ agent, abandon }) =>
        Effect.promise(() => {
          const destroyed = agent.destroy()
          abandon()
          return destroyed
        })
    ),
    ({ agent }) => agent
  )
