/**
 * The handle on an in-memory or local cloud: what was called, what is left alive, and what shall go wrong.
 *
 * @since 0.1.0
 */
import type { ActionName } from "@effect-agentbay/core/Actions"
import type { ToolName } from "@effect-agentbay/core/Tools"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { Agents } from "./cloud/AgentScript.js"
import type { Arrival, Call, Route } from "./cloud/Call.js"
import type { Fault } from "./cloud/Fault.js"
import type { SocketFault } from "./cloud/SocketFault.js"
import type { AndroidState } from "./machine/Android.js"
import type { DesktopState } from "./machine/Desktop.js"
import type { Machine } from "./machine/Machine.js"

/**
 * A session as the cloud sees it. Times in milliseconds since 1970.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionView {
  readonly sessionId: string
  readonly imageId: string
  readonly labels: Readonly<Record<string, string>>
  readonly status: "RUNNING" | "PAUSING" | "PAUSED" | "RESUMING" | "DELETING" | "FINISH"
  readonly createdMs: number
  /** Absent while the session is alive. */
  readonly endedMs?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ContextView {
  readonly contextId: string
  readonly name: string
  /** Absolute session paths, sorted. */
  readonly files: ReadonlyArray<string>
}

/**
 * Which calls a fault concerns: those that fit every member given; `{}` means every call.
 *
 * @since 0.1.0
 * @category models
 */
export interface Target {
  readonly action?: ActionName | undefined
  readonly tool?: ToolName | (string & {}) | undefined
  readonly route?: Route | undefined
  readonly sessionId?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface FaultOptions {
  /** How many calls meet the fault. Default 1; `Infinity` for all until `clearFaults`. */
  readonly times?: number | undefined
  /** How likely a call meets the fault, from 0 to 1, decided by Effect's `Random`. Default 1. */
  readonly probability?: number | undefined
  /** A further condition. */
  readonly when?: ((arrival: Arrival) => boolean) | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface FaultRule extends FaultOptions {
  readonly target: Target
  readonly fault: Fault
}

/**
 * A frame of a live channel: `in` from the client, `out` to it. `target` is the server that is addressed or speaks.
 *
 * @since 0.1.0
 * @category models
 */
export interface SocketFrame {
  /** Counts the frames of this cloud, from 1. */
  readonly index: number
  /** Milliseconds since 1970, on the clock of the cloud. */
  readonly atMs: number
  readonly sessionId: string
  readonly direction: "in" | "out"
  readonly target: string
  /** The frame; a text when it was no JSON. */
  readonly frame: unknown
  /** What it met. */
  readonly fault?: SocketFault | undefined
}

/**
 * Which connections or frames a fault of a live channel concerns: those that fit every member given.
 *
 * @since 0.1.0
 * @category models
 */
export interface SocketTarget {
  readonly sessionId?: string | undefined
  readonly target?: string | undefined
  readonly direction?: "in" | "out" | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface SocketFaultOptions {
  /** How many that fit are spared first. Default 0. */
  readonly skip?: number | undefined
  /** How many meet the fault. Default 1; `Infinity` for all until `clearFaults`. */
  readonly times?: number | undefined
  /** How likely one meets the fault, from 0 to 1, decided by Effect's `Random`. Default 1. */
  readonly probability?: number | undefined
  /** A further condition on a frame. */
  readonly when?: ((frame: unknown) => boolean) | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface SocketRule extends SocketFaultOptions {
  readonly target: SocketTarget
  readonly fault: SocketFault
}

/**
 * What a scripted tool answers: a text, or a text that is marked as an error, or a whole MCP result.
 *
 * @since 0.1.0
 * @category models
 */
export type ScriptedAnswer =
  | string
  | { readonly text: string; readonly isError: boolean }
  | {
      readonly content: ReadonlyArray<{
        readonly type: string
        readonly text?: string | undefined
        readonly blob?: string | undefined
        readonly data?: string | undefined
        readonly mimeType?: string | undefined
      }>
      readonly isError: boolean
    }

/**
 * @since 0.1.0
 * @category models
 */
export interface ScriptedCall {
  readonly tool: string
  readonly sessionId: string
  readonly args: unknown
}

/**
 * Answers in place of a tool: a function of the call, or answers that are given one after the other, after which the
 * real tool answers again.
 *
 * @since 0.1.0
 * @category models
 */
export type Script = ReadonlyArray<ScriptedAnswer> | ((call: ScriptedCall) => Effect.Effect<ScriptedAnswer>)

/**
 * What the browser of a session says by itself: it meets a captcha, a login or a payment that it needs a human for, or
 * begins or ends to solve a captcha or to log in on its own.
 *
 * @since 0.1.0
 * @category models
 */
export type BrowserNews =
  | "notice"
  | "captcha"
  | "login"
  | "pay"
  | "captchaSolvingStarted"
  | "captchaSolvingFinished"
  | "autoLoginStarted"
  | "autoLoginFinished"

/**
 * What became of it: it was said; a human has done what was asked for; nobody has in time; or the browser does not say
 * such things, because it was not initialized with `callForUser`, `solveCaptchas` or `autoLogin`.
 *
 * @since 0.1.0
 * @category models
 */
export type NewsOutcome = "said" | "done" | "expired" | "off"

/**
 * @since 0.1.0
 * @category tags
 */
export class TestCloud extends Context.Tag("@effect-agentbay/testing/TestCloud")<
  TestCloud,
  TestCloud.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace TestCloud {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /** Every call that has ended, in that order. The oldest are forgotten beyond the cloud's `journalLimit`. */
    readonly journal: Effect.Effect<ReadonlyArray<Call>>
    readonly clearJournal: Effect.Effect<void>
    /** The sessions that are alive, in the order of their creation. */
    readonly sessions: Effect.Effect<ReadonlyArray<SessionView>>
    /** The sessions that have ended, in that order: the latest 1,000. */
    readonly endedSessions: Effect.Effect<ReadonlyArray<SessionView>>
    /** What runs inside a session that is alive. */
    readonly machine: (sessionId: string) => Effect.Effect<Option.Option<Machine>>
    /**
     * What is on the screen of a session that is alive: windows and what was typed into them, keys that are held.
     * None for an Android session, and on machines of real processes: there, take a screenshot.
     */
    readonly desktop: (sessionId: string) => Effect.Effect<Option.Option<DesktopState>>
    /** What the Android device of a session that is alive is doing. None for every other image. */
    readonly android: (sessionId: string) => Effect.Effect<Option.Option<AndroidState>>
    /** In the order of their creation, without those that belong to one session. */
    readonly contexts: Effect.Effect<ReadonlyArray<ContextView>>
    readonly contextFile: (contextId: string, path: string) => Effect.Effect<Option.Option<Uint8Array>>
    /** Puts a file into a context, which must exist. */
    readonly putContextFile: (contextId: string, path: string, content: Uint8Array) => Effect.Effect<void>
    /** An object of a bucket. */
    readonly object: (bucket: string, name: string) => Effect.Effect<Option.Option<Uint8Array>>
    /** Puts an object into a bucket; false when the cloud has no such bucket. */
    readonly putObject: (bucket: string, name: string, content: Uint8Array) => Effect.Effect<boolean>
    /** A URL that allows one method on an object. Default for `lifetime`: the cloud's `urlLifetime`. */
    readonly presignObject: (
      method: "GET" | "PUT",
      bucket: string,
      name: string,
      lifetime?: Duration.DurationInput
    ) => Effect.Effect<string>
    /** What agents do with tasks that begin from now on; `undefined` for the usual. */
    readonly setAgents: (agents: Agents | undefined) => Effect.Effect<void>
    /** Says whether something is bound to a network; new networks are offline. */
    readonly setNetworkOnline: (networkId: string, online: boolean) => Effect.Effect<void>
    /** Puts HTML where the in-memory browser looks for a URL, in place of what was there. */
    readonly setPage: (url: string, html: string) => Effect.Effect<void>
    /**
     * Answers calls of a tool, over every route, instead of the tool itself; the tool need not exist. A later script
     * for the same tool replaces an earlier one.
     */
    readonly scriptTool: (tool: ToolName | (string & {}), script: Script) => Effect.Effect<void>
    readonly clearScripts: Effect.Effect<void>
    /** Lets the next call that fits meet a fault; several rules are tried in the order in which they were set. */
    readonly fail: (target: Target, fault: Fault, options?: FaultOptions) => Effect.Effect<void>
    /** Of calls and of live channels. */
    readonly clearFaults: Effect.Effect<void>
    /** The frames of all live channels, in their order, up to the cloud's `journalLimit`; `clearJournal` forgets them. */
    readonly frames: Effect.Effect<ReadonlyArray<SocketFrame>>
    /**
     * Lets the next connection or frame of a live channel that fits meet a fault; several rules are tried in the order in
     * which they were set.
     */
    readonly failSocket: (
      target: SocketTarget,
      fault: SocketFault,
      options?: SocketFaultOptions
    ) => Effect.Effect<void>
    /** The session of every live channel that is open. */
    readonly sockets: Effect.Effect<ReadonlyArray<string>>
    /** Breaks the live channels of a session that are open now. */
    readonly dropSockets: (sessionId: string) => Effect.Effect<void>
    /** Lets a server of a session say something by itself, to every live channel of it. */
    readonly push: (
      sessionId: string,
      target: string,
      data: Readonly<Record<string, unknown>>
    ) => Effect.Effect<void>
    /**
     * Lets the browser of a session say something to every live channel of it. Where a human is needed it ends when one
     * has done it, or the time for that has passed: `maxWait`, default 3 minutes.
     */
    readonly notifyBrowser: (
      sessionId: string,
      news: BrowserNews,
      options?: { readonly maxWait?: Duration.DurationInput | undefined }
    ) => Effect.Effect<NewsOutcome>
  }
}
