/**
 * Environment variables of a session: `session.env`.
 *
 * They stay until the session ends. Every command, process and run of code that starts afterwards sees them; for one
 * command there is `env` of `session.command`.
 *
 * Source: newer features, section 5.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { InvalidArgument, SessionError, ToolError, VpcUnavailable } from "../AgentBayError.js"
import { getEnv, setEnv } from "../contract/tools/SystemTools.js"
import { checkEnvironment } from "../internal/commandInput.js"
import { ensure, ensureText } from "../internal/validate.js"
import type { SecretInput } from "./SessionOss.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionEnv extends Context.Tag("@effect-agentbay/core/SessionEnv")<
  SessionEnv,
  SessionEnv.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionEnv {
  /**
   * Every way in which an operation can fail.
   *
   * @since 0.1.0
   * @category errors
   */
  export type Failure = InvalidArgument | SessionError | VpcUnavailable | ToolError

  /**
   * Both fail with `InvalidArgument` for names that cannot be and for empty lists (nothing is sent), `ToolError` when
   * the session says no, `VpcUnavailable` when the VPC route cannot be taken, and `SessionError` when the service, or
   * the way to it, failed.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Sets variables; those that were set before and are not named stay. None can be removed: set it to an empty text.
     * Redacted values appear in no error.
     *
     * @example
     * ```ts
     * import { SessionCommand, SessionEnv } from "@effect-agentbay/core"
     * import { Config, Effect } from "effect"
     *
     * const deploy = Effect.gen(function* () {
     *   const env = yield* SessionEnv.SessionEnv
     *   const command = yield* SessionCommand.SessionCommand
     *   yield* env.set({ STAGE: "test", API_TOKEN: yield* Config.redacted("API_TOKEN") })
     *   return yield* command.run("./deploy.sh")
     * })
     * ```
     */
    readonly set: (variables: Readonly<Record<string, SecretInput>>) => Effect.Effect<void, Failure>
    /**
     * The variables that were set: all, or those named. What is not set is missing. An answer that cannot be read is a
     * failure (`SessionError`, reason `Decode`), not an empty one.
     */
    readonly get: (names?: ReadonlyArray<string>) => Effect.Effect<Readonly<Record<string, string>>, Failure>
  }
}

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionEnv.Service => {
  /** Lists of tools leave these out, though the link knows them. */
  const connection = () => {
    const known = runtime.connection()
    const serverOf = (tool: string) => Option.orElseSome(known.tools.serverOf(tool), () => setEnv.server)
    return { ...known, tools: { entries: known.tools.entries, serverOf } }
  }
  const { toolTransport } = runtime.account
  return {
    set: Effect.fn("SessionEnv.set")(function* (variables) {
      const operation = "SessionEnv.set"
      const envs = Object.entries(variables).map(([key, value]) => ({
        key,
        value: Redacted.isRedacted(value) ? Redacted.value(value) : value
      }))
      yield* ensure(envs.length > 0, operation, "variables", variables, "it must have at least one variable")
      yield* checkEnvironment(
        operation,
        "variables",
        envs.map(({ key, value }) => [key, value] as const)
      )
      yield* toolTransport.call(
        connection(),
        setEnv,
        { envs },
        {
          operation,
          secrets: Object.values(variables).filter((value) => Redacted.isRedacted(value))
        }
      )
    }),
    get: Effect.fn("SessionEnv.get")(function* (names) {
      const operation = "SessionEnv.get"
      if (names !== undefined) {
        yield* ensure(names.length > 0, operation, "names", names, "it must name at least one variable")
        yield* Effect.forEach(names, (name, index) => ensureText(operation, `names.${index}`, name), {
          discard: true
        })
      }
      const { value } = yield* toolTransport.call(
        connection(),
        getEnv,
        names === undefined ? {} : { keys: names },
        { operation }
      )
      return value
    })
  }
}
