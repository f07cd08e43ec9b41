/**
 * The windows of a desktop session, as the first generation of the service has them: `session.window`. New programs
 * find the same in `session.computer`, except what is declared here.
 *
 * Source: session automation modules, section 9.3.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as WindowTools from "../contract/tools/WindowTools.js"
import {
  listWindows,
  makeWindowOperations,
  orNoWindow,
  type WindowOperations,
  windowId,
  withTimeout
} from "../internal/desktop/windows.js"
import { checked, makeModuleCall, pixels } from "../internal/moduleCall.js"
import type { SessionComputer, WindowListOptions } from "./SessionComputer.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionWindow extends Context.Tag("@effect-agentbay/core/SessionWindow")<
  SessionWindow,
  SessionWindow.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionWindow {
  /**
   * Failures, units and limits are those of `SessionComputer`.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service extends WindowOperations {
    /** The windows of the screen and those inside them. Newer services do not have it (`ToolError`). */
    readonly listAllWindows: (
      options?: WindowListOptions
    ) => Effect.Effect<ReadonlyArray<WindowTools.WindowInfo>, SessionComputer.Failure>
    /** One window by its id. Newer services do not have it (`ToolError`). */
    readonly getWindowInfo: (
      id: number
    ) => Effect.Effect<Option.Option<WindowTools.WindowInfo>, SessionComputer.Failure>
    /** The window that has the focus; none when no window has it. */
    readonly getActiveWindow: (
      options?: WindowListOptions
    ) => Effect.Effect<Option.Option<WindowTools.WindowInfo>, SessionComputer.Failure>
    /** Moves the upper left corner of a window. Newer services do not have it (`ToolError`). */
    readonly moveWindow: (id: number, x: number, y: number) => Effect.Effect<void, SessionComputer.Failure>
  }
}

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionWindow.Service => {
  const module = makeModuleCall(runtime, "SessionWindow")
  return {
    ...makeWindowOperations(module),
    listAllWindows: listWindows(module, "listAllWindows", WindowTools.listAllWindows),
    getWindowInfo: (id) =>
      module.call("getWindowInfo", WindowTools.getWindowInfo, checked({ window_id: id }, windowId(id))),
    getActiveWindow: (options) =>
      orNoWindow(module.call("getActiveWindow", WindowTools.getActiveWindow, withTimeout(options?.timeout))),
    moveWindow: (id, x, y) =>
      Effect.asVoid(
        module.call(
          "moveWindow",
          WindowTools.moveWindow,
          checked({ window_id: id, x, y }, windowId(id), pixels({ x, y }))
        )
      )
  }
}
