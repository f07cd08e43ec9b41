/**
 * The touch screen, keys, user interface, applications and configuration of an Android session: `session.mobile`.
 *
 * Needs an Android image such as `mobile_latest`. Positions are whole pixels from the upper left corner of the
 * screen.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { InvalidArgument, SessionError, ToolError, VpcUnavailable } from "../AgentBayError.js"
import type { AppProcess, InstalledApp } from "../contract/tools/ApplicationTools.js"
import { makeApplicationOperations } from "../internal/desktop/applications.js"
import { makeInputText } from "../internal/desktop/input.js"
import { getAdbUrl } from "../internal/mobile/adb.js"
import { makeConfigurationOperations } from "../internal/mobile/configuration.js"
import { makeTouchOperations } from "../internal/mobile/touch.js"
import { makeModuleCall } from "../internal/moduleCall.js"
import { takeLongScreenshot, takeScreenshot, takeScreenshotUrl } from "../internal/screen/capture.js"
import type { Screenshot } from "../internal/screen/image.js"
import * as uiElements from "../internal/uiElements.js"
import { makeTypeCheck } from "../internal/validate.js"
import { type DeviceSettings, PackageName, type SimulateMode } from "../MobileConfiguration.js"
import type { KeyName } from "./KeyCode.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * A part of the screen in pixels from its upper left corner; `right` and `bottom` lie outside. `centerX` and
 * `centerY` are whole: where to tap.
 *
 * @since 0.1.0
 * @category models
 */
export type Rectangle = uiElements.Rectangle

/**
 * One element of the user interface and what it contains.
 *
 * @since 0.1.0
 * @category models
 */
export type UiElement = uiElements.UiElement

/**
 * @since 0.1.0
 * @category models
 */
export interface UiElementsOptions {
  /** How long the session may look for elements. Positive and finite. Default 5 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface SettingOptions {
  /** How long each command that applies a setting may take. Positive and finite. Default 10 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * Where `adb` finds the session. `command` is the line to run: `adb connect <host>:<port>`. It contains no
 * credential: a connection needs the private key that belongs to the public one.
 *
 * @since 0.1.0
 * @category models
 */
export interface AdbAddress {
  readonly host: string
  readonly port: number
  readonly command: string
  readonly requestId: string
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionMobile extends Context.Tag("@effect-agentbay/core/SessionMobile")<
  SessionMobile,
  SessionMobile.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionMobile {
  /**
   * What an operation can fail with: `InvalidArgument` for bad input, before anything is sent; `ToolError` when the
   * session says no; `VpcUnavailable` when the VPC route cannot be taken; `SessionError` when the service, or the
   * way to it, failed.
   *
   * @since 0.1.0
   * @category errors
   */
  export type Failure = InvalidArgument | SessionError | VpcUnavailable | ToolError

  /**
   * Reads the user interface, as elements or as an XML document, which is given as text: reading XML is left to
   * the parser of your choice.
   *
   * @since 0.1.0
   * @category models
   */
  export interface GetAllUIElements {
    (
      options?: UiElementsOptions & { readonly format?: "json" | undefined }
    ): Effect.Effect<ReadonlyArray<UiElement>, Failure>
    (options: UiElementsOptions & { readonly format: "xml" }): Effect.Effect<string, Failure>
  }

  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Touches the screen at a point.
     *
     * @example
     * ```ts
     * import { SessionMobile } from "@effect-agentbay/core"
     * import { Effect, Option } from "effect"
     *
     * const tapText = (text: string) =>
     *   Effect.gen(function* () {
     *     const mobile = yield* SessionMobile.SessionMobile
     *     const elements = SessionMobile.flatten(yield* mobile.getAllUIElements())
     *     const bounds = elements.find((element) => element.text === text)?.bounds ?? Option.none()
     *     if (Option.isSome(bounds)) yield* mobile.tap(bounds.value.centerX, bounds.value.centerY)
     *     return Option.isSome(bounds)
     *   })
     * ```
     */
    readonly tap: (x: number, y: number) => Effect.Effect<void, Failure>
    /**
     * Moves a finger from one point to another within `duration` (positive and finite, default 300 milliseconds);
     * from a point to itself it is a long press.
     */
    readonly swipe: (
      startX: number,
      startY: number,
      endX: number,
      endY: number,
      options?: { readonly duration?: Duration.DurationInput | undefined }
    ) => Effect.Effect<void, Failure>
    /** Types a text into the element that has the focus. */
    readonly inputText: (text: string) => Effect.Effect<void, Failure>
    /**
     * Presses a key, by name or by Android key code (a whole number from 0): `HOME`, `BACK`, `ENTER`, `DIGIT_0`, or
     * any other of `KeyCode`.
     */
    readonly sendKey: (key: KeyName | number) => Effect.Effect<void, Failure>
    /** The elements that can be touched. */
    readonly getClickableUIElements: (
      options?: UiElementsOptions
    ) => Effect.Effect<ReadonlyArray<UiElement>, Failure>
    /** All elements, those at the top with everything inside them; `flatten` gives them as one list. */
    readonly getAllUIElements: GetAllUIElements
    /**
     * The installed applications. Defaults: those shown on the desktop, not those only in the start menu, without
     * those of the system.
     */
    readonly getInstalledApps: (options?: {
      readonly startMenu?: boolean | undefined
      readonly desktop?: boolean | undefined
      readonly ignoreSystemApps?: boolean | undefined
    }) => Effect.Effect<ReadonlyArray<InstalledApp>, Failure>
    /**
     * Starts an application with a command such as `monkey -p com.android.settings 1`, at `activity` (`.Name` or
     * `package/.Name`) where one is given. Answers with its processes.
     */
    readonly startApp: (
      command: string,
      options?: { readonly workDirectory?: string | undefined; readonly activity?: string | undefined }
    ) => Effect.Effect<ReadonlyArray<AppProcess>, Failure>
    /** Stops an application by the name of its package. */
    readonly stopAppByCmd: (packageName: string) => Effect.Effect<void, Failure>
    /**
     * The screen as a picture, whichever way the session offers: bytes with their media type. A session without a
     * direct link always makes a PNG.
     *
     * Formats: `png` (default), `jpeg` or `jpg`.
     */
    readonly screenshot: (options?: {
      readonly format?: "png" | "jpeg" | "jpg" | undefined
    }) => Effect.Effect<Screenshot, Failure>
    /** Where the service keeps a picture of the screen, a PNG, for about an hour. Whoever has the URL can see it. */
    readonly screenshotUrl: Effect.Effect<Redacted.Redacted, SessionError | VpcUnavailable | ToolError>
    /**
     * Scrolls through what is shown and gives it as one picture: at most `maxScreens` screens (2 to 10, default 4),
     * with `quality` 1 to 100.
     */
    readonly longScreenshot: (options?: {
      readonly maxScreens?: number | undefined
      readonly format?: "png" | "jpeg" | "jpg" | undefined
      readonly quality?: number | undefined
    }) => Effect.Effect<Screenshot, Failure>
    /**
     * Where `adb` on your machine finds the session. `publicKey` is the content of `~/.android/adbkey.pub`. Only
     * Android images have such an address; with others it fails with `SessionError`.
     */
    readonly getAdbUrl: (publicKey: string) => Effect.Effect<AdbAddress, SessionError | InvalidArgument>
    /**
     * Changes settings of the device, one after the other; those that are left out stay as they are. The first that
     * cannot be applied is a failure (`ToolError`), and those before it stay applied.
     */
    readonly configure: (settings: DeviceSettings, options?: SettingOptions) => Effect.Effect<void, Failure>
    /** Keeps the display at its resolution, or lets it change. */
    readonly setResolutionLock: (locked: boolean, options?: SettingOptions) => Effect.Effect<void, Failure>
    /** The only applications that may be used: at least one package. Replaces every list before it. */
    readonly setAppWhitelist: (
      packages: ReadonlyArray<string>,
      options?: SettingOptions
    ) => Effect.Effect<void, Failure>
    /** The applications that may not be used. Replaces every list before it; without any, all may be used again. */
    readonly setAppBlacklist: (
      packages: ReadonlyArray<string>,
      options?: SettingOptions
    ) => Effect.Effect<void, Failure>
    /**
     * Shows or hides the bar with the system's buttons. The system's user interface restarts, and is waited for: when it
     * is not there again after five seconds, that is a failure (`ToolError`).
     */
    readonly setNavigationBarVisibility: (
      visibility: "visible" | "hidden",
      options?: SettingOptions
    ) => Effect.Effect<void, Failure>
    /** The packages that cannot be uninstalled. Replaces the list before it; without any, nothing is protected. */
    readonly setUninstallBlacklist: (
      packages: ReadonlyArray<string>,
      options?: SettingOptions
    ) => Effect.Effect<void, Failure>
    /**
     * Makes the device look like the one whose description lies in the session, as `extraConfigs` does at creation:
     * `path` is its directory, default `/data/agentbay_mobile_info`; `mode` what is simulated, default
     * `PropertiesOnly`.
     */
    readonly simulate: (
      options?: SettingOptions & {
        readonly path?: string | undefined
        readonly mode?: SimulateMode | undefined
      }
    ) => Effect.Effect<void, Failure>
  }
}

const checkPackage = makeTypeCheck(PackageName)

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionMobile.Service => {
  const module = makeModuleCall(runtime, "SessionMobile")
  const { getInstalledApps, startApp, stopAppByCmd } = makeApplicationOperations(module, {
    startMenu: false,
    desktop: true
  })
  return {
    ...makeTouchOperations(module),
    ...makeConfigurationOperations(runtime),
    inputText: makeInputText(module),
    getInstalledApps,
    startApp,
    stopAppByCmd: (packageName) =>
      Effect.zipRight(
        checkPackage("SessionMobile.stopAppByCmd", "packageName", packageName),
        stopAppByCmd(packageName)
      ),
    screenshot: (options) => takeScreenshot(runtime, "SessionMobile.screenshot", options?.format),
    screenshotUrl: takeScreenshotUrl(runtime, "SessionMobile.screenshotUrl"),
    longScreenshot: (options = {}) => takeLongScreenshot(runtime, "SessionMobile.longScreenshot", options),
    getAdbUrl: (publicKey) => getAdbUrl(runtime, publicKey)
  }
}

/**
 * The elements and everything inside them as one list, each before what it contains.
 *
 * @since 0.1.0
 * @category combinators
 */
export const flatten: (elements: ReadonlyArray<UiElement>) => ReadonlyArray<UiElement> = uiElements.flatten

/**
 * A rectangle by its edges.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeRectangle: (left: number, top: number, right: number, bottom: number) => Rectangle =
  uiElements.makeRectangle
