/**
 * The mouse, keyboard, screen, windows and applications of a desktop session: `session.computer`.
 *
 * Positions and sizes are whole pixels, counted from the upper left corner of the screen. Source: session automation
 * modules, sections 4 and 5; newer features, section 13.1.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { InvalidArgument, SessionError, ToolError, VpcUnavailable } from "../AgentBayError.js"
import type * as ApplicationTools from "../contract/tools/ApplicationTools.js"
import * as DesktopTools from "../contract/tools/DesktopTools.js"
import * as WindowTools from "../contract/tools/WindowTools.js"
import { makeApplicationOperations } from "../internal/desktop/applications.js"
import { makeInputOperations } from "../internal/desktop/input.js"
import { makeWindowOperations, orNoWindow } from "../internal/desktop/windows.js"
import { makeModuleCall } from "../internal/moduleCall.js"
import { takeScreenshot, takeScreenshotUrl } from "../internal/screen/capture.js"
import type * as image from "../internal/screen/image.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * `double_left` is a double click.
 *
 * @since 0.1.0
 * @category models
 */
export type MouseButton = typeof DesktopTools.ClickButton.Type

/**
 * @since 0.1.0
 * @category models
 */
export type DragButton = typeof DesktopTools.DragButton.Type

/**
 * @since 0.1.0
 * @category models
 */
export type ScrollDirection = typeof DesktopTools.ScrollDirection.Type

/**
 * Pixels from the upper left corner of the screen.
 *
 * @since 0.1.0
 * @category models
 */
export type Point = typeof DesktopTools.CursorText.Type

/**
 * Pixels; `dpiScalingFactor` is none where the service does not say it, which is not the same as 1.
 *
 * @since 0.1.0
 * @category models
 */
export type ScreenSize = typeof DesktopTools.ScreenSizeText.Type

/**
 * A picture of the screen as a file, with its media type.
 *
 * @since 0.1.0
 * @category models
 */
export type Screenshot = image.Screenshot

/**
 * A window: id, title, place, process, and the windows inside it.
 *
 * @since 0.1.0
 * @category models
 */
export type WindowInfo = WindowTools.WindowInfo

/**
 * @since 0.1.0
 * @category models
 */
export type InstalledApp = ApplicationTools.InstalledApp

/**
 * @since 0.1.0
 * @category models
 */
export type AppProcess = ApplicationTools.AppProcess

/**
 * @since 0.1.0
 * @category models
 */
export interface ScreenshotOptions {
  /** Default `png`. A session without a link has PNG only, and says so in `mediaType`. */
  readonly format?: "png" | "jpeg" | "jpg" | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface WindowListOptions {
  /** How long the session may look for windows. Default 3 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * Which applications to list.
 *
 * @since 0.1.0
 * @category models
 */
export interface InstalledAppsOptions {
  /** Those of the start menu. */
  readonly startMenu?: boolean | undefined
  /** Those that lie on the desktop. */
  readonly desktop?: boolean | undefined
  /** Leave out what belongs to the system. Default true. */
  readonly ignoreSystemApps?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface StartAppOptions {
  /** Where the program starts. Default: where the session starts programs. */
  readonly workDirectory?: string | undefined
  /** An activity of the application; Android only. */
  readonly activity?: string | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionComputer extends Context.Tag("@effect-agentbay/core/SessionComputer")<
  SessionComputer,
  SessionComputer.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionComputer {
  /**
   * What reading from the desktop can fail with: `ToolError` when the session refuses, or has no desktop;
   * `VpcUnavailable` when the VPC route cannot be taken; `SessionError` when the service, or the way to it, failed,
   * and with reason `Decode` when the answer lacks something, such as a coordinate.
   *
   * @since 0.1.0
   * @category errors
   */
  export type CallFailure = SessionError | VpcUnavailable | ToolError

  /**
   * The same, and `InvalidArgument` for an argument that is refused before anything is sent.
   *
   * @since 0.1.0
   * @category errors
   */
  export type Failure = CallFailure | InvalidArgument

  /**
   * Every operation needs an image with a desktop, such as `linux_latest` or `windows_latest`. Positions are whole
   * numbers; they may be negative, where a second screen lies to the left. Whether they lie on a screen is for the
   * session to say.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /** Clicks at a position. `button` is `left` (the default), `right`, `middle` or `double_left`. */
    readonly clickMouse: (x: number, y: number, button?: MouseButton) => Effect.Effect<void, Failure>
    readonly moveMouse: (x: number, y: number) => Effect.Effect<void, Failure>
    /** Moves from one position to another while a button is held: `left` (the default), `right` or `middle`. */
    readonly dragMouse: (
      fromX: number,
      fromY: number,
      toX: number,
      toY: number,
      button?: DragButton
    ) => Effect.Effect<void, Failure>
    /** Turns the wheel at a position by `amount` notches, 1 or more. Default: one notch up. */
    readonly scroll: (
      x: number,
      y: number,
      direction?: ScrollDirection,
      amount?: number
    ) => Effect.Effect<void, Failure>
    /** Types a text into whatever has the focus. */
    readonly inputText: (text: string) => Effect.Effect<void, Failure>
    /**
     * Presses keys together, such as `["Ctrl", "c"]`, by the names of `KeyName`, in any capitalisation. With `hold`
     * they stay down until `releaseKeys`; see `withKeysHeld`. Default: they are released at once.
     */
    readonly pressKeys: (
      keys: ReadonlyArray<string>,
      options?: { readonly hold?: boolean | undefined }
    ) => Effect.Effect<void, Failure>
    /** Releases keys that are held; their names are understood as `pressKeys` does. */
    readonly releaseKeys: (keys: ReadonlyArray<string>) => Effect.Effect<void, Failure>
    /**
     * Holds keys while an effect runs, and releases them however it ends, also when it is interrupted. Releasing is
     * tried up to three times where the way to the session fails.
     *
     * Fails as the effect does, and as pressing or releasing does.
     *
     * @example
     * ```ts
     * import { SessionComputer } from "@effect-agentbay/core"
     * import { Effect } from "effect"
     *
     * // selects everything between two points of a list
     * const selectRange = Effect.gen(function* () {
     *   const computer = yield* SessionComputer.SessionComputer
     *   yield* computer.clickMouse(80, 120)
     *   yield* computer.withKeysHeld(["Shift"], computer.clickMouse(80, 480))
     * })
     * ```
     */
    readonly withKeysHeld: <A, E, R>(
      keys: ReadonlyArray<string>,
      effect: Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E | Failure, R>

    readonly getCursorPosition: Effect.Effect<Point, CallFailure>
    readonly getScreenSize: Effect.Effect<ScreenSize, CallFailure>
    /**
     * The screen as a picture, in one form whichever way the session sends it: a session with a link sends the
     * picture itself, the others a link to a PNG, which is fetched. `mediaType` says what the bytes are.
     *
     * Fails with `InvalidArgument` for an unknown format, and with `SessionError`, reason `Decode`, when what comes
     * is no picture of the kind it should be.
     *
     * @example
     * ```ts
     * import { SessionComputer } from "@effect-agentbay/core"
     * import { Effect } from "effect"
     *
     * const picture = Effect.gen(function* () {
     *   const computer = yield* SessionComputer.SessionComputer
     *   const { bytes, mediaType } = yield* computer.screenshot({ format: "jpeg" })
     *   return new Blob([new Uint8Array(bytes)], { type: mediaType })
     * })
     * ```
     */
    readonly screenshot: (options?: ScreenshotOptions) => Effect.Effect<Screenshot, Failure>
    /**
     * A link to a PNG of the screen, which the service keeps for about an hour. Whoever has it sees the picture. A
     * session with a link of its own may refuse (`ToolError`); `screenshot` works everywhere.
     */
    readonly screenshotUrl: Effect.Effect<Redacted.Redacted, CallFailure>

    /** The windows of the screen. */
    readonly listRootWindows: (
      options?: WindowListOptions
    ) => Effect.Effect<ReadonlyArray<WindowInfo>, Failure>
    /** The window that has the focus; none when no window has it. */
    readonly getActiveWindow: Effect.Effect<Option.Option<WindowInfo>, CallFailure>
    /** Gives a window the focus. An id that no window has makes this and the next ones fail with `ToolError`. */
    readonly activateWindow: (id: number) => Effect.Effect<void, Failure>
    readonly closeWindow: (id: number) => Effect.Effect<void, Failure>
    readonly maximizeWindow: (id: number) => Effect.Effect<void, Failure>
    readonly minimizeWindow: (id: number) => Effect.Effect<void, Failure>
    /** Gives a window back the size and place that it had. */
    readonly restoreWindow: (id: number) => Effect.Effect<void, Failure>
    readonly fullscreenWindow: (id: number) => Effect.Effect<void, Failure>
    /** Changes the size of a window, 1 pixel or more. Restore a maximised one first. */
    readonly resizeWindow: (id: number, width: number, height: number) => Effect.Effect<void, Failure>
    /** While it is on, other windows do not take the focus. */
    readonly focusMode: (on: boolean) => Effect.Effect<void, Failure>

    /** The applications that are installed: by default those of the start menu. */
    readonly getInstalledApps: (
      options?: InstalledAppsOptions
    ) => Effect.Effect<ReadonlyArray<InstalledApp>, Failure>
    /** Starts a program by its command line and tells which processes that made. */
    readonly startApp: (
      command: string,
      options?: StartAppOptions
    ) => Effect.Effect<ReadonlyArray<AppProcess>, Failure>
    /** Stops the processes of a name, as `AppProcess.name` has it. */
    readonly stopAppByPName: (name: string) => Effect.Effect<void, Failure>
    /** Stops a process by its number, 1 or more. */
    readonly stopAppByPID: (pid: number) => Effect.Effect<void, Failure>
    /** Runs the command that stops an application, such as `InstalledApp.stopCommand`. */
    readonly stopAppByCmd: (command: string) => Effect.Effect<void, Failure>
    /** The processes that have a window. */
    readonly listVisibleApps: Effect.Effect<ReadonlyArray<AppProcess>, CallFailure>
  }
}

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionComputer.Service => {
  const module = makeModuleCall(runtime, "SessionComputer")
  return {
    ...makeInputOperations(module),
    getCursorPosition: module.ask("getCursorPosition", DesktopTools.getCursorPosition, {}),
    getScreenSize: module.ask("getScreenSize", DesktopTools.getScreenSize, {}),
    screenshot: (options) => takeScreenshot(runtime, "SessionComputer.screenshot", options?.format),
    screenshotUrl: takeScreenshotUrl(runtime, "SessionComputer.screenshotUrl"),
    ...makeWindowOperations(module),
    getActiveWindow: orNoWindow(module.ask("getActiveWindow", WindowTools.getActiveWindow, {})),
    ...makeApplicationOperations(module, { startMenu: true, desktop: false })
  }
}
