/**
 * The applications of a desktop session, as the first generation of the service has them: `session.application`. New
 * programs find the same in `session.computer`, except what is declared here.
 *
 * Source: session automation modules, section 9.1.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as ApplicationTools from "../contract/tools/ApplicationTools.js"
import { type ApplicationOperations, makeApplicationOperations } from "../internal/desktop/applications.js"
import { makeModuleCall } from "../internal/moduleCall.js"
import type { SessionComputer } from "./SessionComputer.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionApplication extends Context.Tag("@effect-agentbay/core/SessionApplication")<
  SessionApplication,
  SessionApplication.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionApplication {
  /**
   * Failures are those of `SessionComputer`. `getInstalledApps` lists by default what lies on the desktop.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service extends ApplicationOperations {
    /** All processes. Newer services do not have it (`ToolError`). */
    readonly getRunningProcesses: Effect.Effect<
      ReadonlyArray<ApplicationTools.AppProcess>,
      SessionComputer.CallFailure
    >
    /** Another name of `listVisibleApps`. */
    readonly getVisibleApps: ApplicationOperations["listVisibleApps"]
  }
}

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionApplication.Service => {
  const module = makeModuleCall(runtime, "SessionApplication")
  return {
    ...makeApplicationOperations(module, { startMenu: false, desktop: true }),
    getRunningProcesses: module.ask("getRunningProcesses", ApplicationTools.listRunningProcesses, {}),
    getVisibleApps: module.ask("getVisibleApps", ApplicationTools.listVisibleApps, {})
  }
}
