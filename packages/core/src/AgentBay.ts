/**
 * The account: creates, finds, lists and ends sessions; holds what outlives them.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import * as AgentBayConfig from "./AgentBayConfig.js"
import type {
  ContextSyncError,
  CreateAmbiguous,
  InvalidArgument,
  SessionError,
  ToolError,
  VpcUnavailable
} from "./AgentBayError.js"
import { makeSessions } from "./internal/makeSessions.js"
import type { Reaped } from "./Lease.js"
import * as Networks from "./Networks.js"
import type { Session } from "./Session.js"
import type { SessionHandle } from "./SessionHandle.js"
import type * as SessionParams from "./SessionParams.js"
import * as Skills from "./Skills.js"
import * as Contexts from "./storage/Contexts.js"
import * as Extensions from "./storage/Extensions.js"
import * as MobileSimulation from "./storage/MobileSimulation.js"
import * as ControlPlane from "./transport/ControlPlane.js"
import * as LinkTransport from "./transport/LinkTransport.js"
import * as Retries from "./transport/Retries.js"
import { SocketConnector } from "./transport/SocketConnector.js"
import * as ToolTransport from "./transport/ToolTransport.js"
import type * as VpcTransport from "./transport/VpcTransport.js"
import * as Volumes from "./Volumes.js"

/**
 * What a session should be like; see `SessionParams.CreateParams` for every member.
 *
 * @since 0.1.0
 * @category models
 */
export type CreateParams = SessionParams.CreateParams

/**
 * Why a session could not be created. Whatever was created before the failure has been deleted again. A
 * session whose creation was not answered is looked for by its lease and taken over.
 *
 * - `InvalidArgument`: a parameter was refused before anything was sent.
 * - `SessionError`: the service refused or could not be reached.
 * - `CreateAmbiguous`: the request was sent but not answered, and no session with its lease was found; the only case
 *   in which a session may have been left behind. It names the lease to look for.
 * - `ContextSyncError`: the files of a mounted context did not arrive.
 * - `ToolError`, `VpcUnavailable`: the settings of an Android session could not be applied.
 *
 * @since 0.1.0
 * @category errors
 */
export type CreateError =
  | SessionError
  | InvalidArgument
  | CreateAmbiguous
  | ContextSyncError
  | ToolError
  | VpcUnavailable

/**
 * A state by which sessions can be listed.
 *
 * @since 0.1.0
 * @category models
 */
export type SessionStatusFilter = SessionParams.SessionStatusFilter

/**
 * Which sessions to list. Every given label must match.
 *
 * @since 0.1.0
 * @category models
 */
export interface ListFilter {
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly status?: SessionStatusFilter | undefined
  readonly imageId?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface SessionSummary {
  readonly sessionId: string
  /** `UNKNOWN` when the service does not tell. */
  readonly status: string
  readonly imageId: Option.Option<string>
  readonly appInstanceId: Option.Option<string>
}

/**
 * One page. `nextToken` leads to the next one; none on the last page.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionPage {
  readonly sessions: ReadonlyArray<SessionSummary>
  readonly nextToken: Option.Option<string>
  readonly maxResults: Option.Option<number>
  readonly totalCount: Option.Option<number>
  readonly requestId: string
}

/**
 * @since 0.1.0
 * @category tags
 */
export class AgentBay extends Context.Tag("@effect-agentbay/core/AgentBay")<AgentBay, AgentBay.Service>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace AgentBay {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * A session that is deleted when the scope closes: on success, on failure, on interruption, and at once when
     * anything fails after it was created. Interrupting waits for an answer to the creation request, because a
     * session whose id is not known yet cannot be deleted.
     *
     * @example
     * ```ts
     * import { AgentBay } from "@effect-agentbay/core"
     * import { Effect } from "effect"
     *
     * const program = Effect.gen(function* () {
     *   const bay = yield* AgentBay.AgentBay
     *   const session = yield* bay.session({ imageId: "code_latest", labels: { job: "demo" } })
     *   const result = yield* session.code.run("python", "print(6 * 7)")
     *   return result.stdout
     * }).pipe(Effect.scoped)
     * ```
     */
    readonly session: (params?: CreateParams) => Effect.Effect<Session.Service, CreateError, Scope.Scope>
    /**
     * A session that lives until someone deletes it. Prefer `session`. When this effect fails or is interrupted,
     * no session is left behind.
     */
    readonly create: (params?: CreateParams) => Effect.Effect<Session.Service, CreateError>
    /** A session that exists already. Fails with `SessionError`, reason `NotFound`, when there is none. */
    readonly get: (sessionId: string) => Effect.Effect<Session.Service, SessionError | InvalidArgument>
    /** A session known by its handle; sends nothing. */
    readonly attach: (handle: SessionHandle) => Session.Service
    /**
     * One page of the sessions that are alive: `maxResults` 1 or more, default 10. With `nextToken` of another
     * page one request; with `page` (from 1) one request per page up to that one. A page that does not exist fails
     * with `SessionError`, reason `NotFound`.
     */
    readonly list: (
      options?: ListFilter & {
        readonly maxResults?: number | undefined
        readonly nextToken?: string | undefined
        readonly page?: number | undefined
      }
    ) => Effect.Effect<SessionPage, SessionError | InvalidArgument>
    /** All sessions that are alive, page by page as they are consumed. */
    readonly listAll: (
      options?: ListFilter & { readonly pageSize?: number | undefined }
    ) => Stream.Stream<SessionSummary, SessionError | InvalidArgument>
    /** Ends a session and waits for the confirmation; already gone is success. See `Session.delete`. */
    readonly delete: (
      sessionId: string,
      options?: { readonly timeout?: Duration.DurationInput | undefined }
    ) => Effect.Effect<void, SessionError | InvalidArgument>
    /**
     * Deletes the sessions of an owner (`lease.owner` of the configuration) whose lease ran out: those that a scope
     * held whose program crashed, was killed, or lost its machine. Sessions of `create` have no end and are left alone.
     * Tells what it did to each, as it is done; a failed deletion is an element, too.
     *
     * Safe to run from many machines at once, and beside programs that use such sessions: what is renewed in time is
     * not touched. Fails with `SessionError` when the sessions cannot be listed, `InvalidArgument` for a blank owner.
     *
     * @example
     * ```ts
     * import { AgentBay } from "@effect-agentbay/core"
     * import { Console, Effect, Stream } from "effect"
     *
     * const program = Effect.gen(function* () {
     *   const bay = yield* AgentBay.AgentBay
     *   yield* bay.reap({ owner: "nightly-tests" }).pipe(Stream.runForEach((one) => Console.log(one._tag, one.sessionId)))
     * })
     * ```
     */
    readonly reap: (options: {
      readonly owner: string
      /** How long a lease must have been over, for clocks that differ. Default 1 minute. */
      readonly grace?: Duration.DurationInput | undefined
      /** How many sessions are looked at and deleted at once. Default 4. */
      readonly concurrency?: number | undefined
    }) => Stream.Stream<Reaped, SessionError | InvalidArgument>
    /** File stores that outlive sessions. */
    readonly contexts: Contexts.Contexts
    /** Browser extensions that sessions install. */
    readonly extensions: Extensions.Extensions
    /** Private networks (beta). */
    readonly networks: Networks.Networks
    /** Descriptions of devices that Android sessions can be made to look like. */
    readonly mobileSimulation: MobileSimulation.MobileSimulation
    /** Instructions for agents that sessions load (beta). */
    readonly skills: Skills.Skills
    /** Storage of an image that sessions are created with (beta). */
    readonly volumes: Volumes.Volumes
  }
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<
  AgentBay.Service,
  never,
  | AgentBayConfig.AgentBayConfig
  | ControlPlane.ControlPlane
  | ToolTransport.ToolTransport
  | HttpClient.HttpClient
> = Effect.gen(function* () {
  const account = {
    config: yield* AgentBayConfig.AgentBayConfig,
    controlPlane: yield* ControlPlane.ControlPlane,
    toolTransport: yield* ToolTransport.ToolTransport,
    httpClient: yield* HttpClient.HttpClient,
    socketConnector: Option.getOrUndefined(yield* Effect.serviceOption(SocketConnector))
  }
  const contexts = Contexts.make(account)
  return {
    ...makeSessions(account),
    contexts,
    extensions: Extensions.make(account, contexts),
    networks: Networks.make(account),
    mobileSimulation: MobileSimulation.make(account, contexts),
    skills: Skills.make(account),
    volumes: Volumes.make(account)
  }
})

/**
 * The account over any `HttpClient`, with the VPC route of your choice (`VpcTransport.layer` or
 * `VpcTransport.layerUnavailable`). Live channels need a `SocketConnector` beside them; without one, what goes over them
 * fails with `ChannelUnavailable`.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { AgentBay, AgentBayConfig, VpcTransport } from "@effect-agentbay/core"
 * import { FetchHttpClient } from "@effect/platform"
 * import { Layer } from "effect"
 *
 * const live = AgentBay.layer.pipe(
 *   Layer.provide([AgentBayConfig.layerEnv(), FetchHttpClient.layer, VpcTransport.layerUnavailable])
 * )
 * ```
 */
export const layer: Layer.Layer<
  AgentBay,
  never,
  AgentBayConfig.AgentBayConfig | HttpClient.HttpClient | VpcTransport.VpcTransport
> = Layer.effect(AgentBay, make).pipe(
  Layer.provide(ToolTransport.layer),
  Layer.provide([ControlPlane.layer, LinkTransport.layer]),
  Layer.provide(Retries.layer)
)
