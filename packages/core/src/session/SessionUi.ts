/**
 * The user interface of a session, as the first generation of the service has it: `session.ui`. New programs find the
 * same in `session.computer` (mouse, text, screenshots) and `session.mobile` (touch, keys, elements).
 *
 * Source: session automation modules, section 9.2.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as DesktopTools from "../contract/tools/DesktopTools.js"
import * as MobileTools from "../contract/tools/MobileTools.js"
import { makeInputText } from "../internal/desktop/input.js"
import { makeTouchOperations } from "../internal/mobile/touch.js"
import { checked, makeModuleCall, millisOf, oneOf, pixels } from "../internal/moduleCall.js"
import { takeScreenshot, takeScreenshotUrl } from "../internal/screen/capture.js"
import { UiElementsText } from "../internal/uiElements.js"
import type { MouseButton, SessionComputer } from "./SessionComputer.js"
import type { SessionMobile, UiElement } from "./SessionMobile.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface UiElementsOptions {
  /** How long the session may look for elements. Positive and finite. Default 2 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionUi extends Context.Tag("@effect-agentbay/core/SessionUi")<
  SessionUi,
  SessionUi.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionUi {
  /**
   * Failures, units and limits are those of `SessionComputer` and `SessionMobile`.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service
    extends Pick<SessionMobile.Service, "sendKey" | "swipe" | "inputText">,
      Pick<SessionComputer.Service, "screenshot" | "screenshotUrl"> {
    /**
     * Clicks at a position with a button of the mouse, by default the left one. Newer services do not have it
     * (`ToolError`).
     */
    readonly click: (
      x: number,
      y: number,
      button?: MouseButton
    ) => Effect.Effect<void, SessionComputer.Failure>
    /** The elements that can be touched. */
    readonly getClickableUIElements: (
      options?: UiElementsOptions
    ) => Effect.Effect<ReadonlyArray<UiElement>, SessionMobile.Failure>
    /** All elements, those at the top with everything inside them. */
    readonly getAllUIElements: (
      options?: UiElementsOptions
    ) => Effect.Effect<ReadonlyArray<UiElement>, SessionMobile.Failure>
  }
}

const look = (options: UiElementsOptions | undefined) => (operation: string) =>
  Effect.map(millisOf(operation, "timeout", options?.timeout ?? "2 seconds"), (timeout_ms) => ({
    timeout_ms
  }))

/** The first generation knows no format, so none is sent. */
const allElements = { ...MobileTools.getAllUiElements, result: UiElementsText }

const { literals: buttons } = DesktopTools.ClickButton

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionUi.Service => {
  const module = makeModuleCall(runtime, "SessionUi")
  const { sendKey, swipe } = makeTouchOperations(module)
  return {
    click: (x, y, button = "left") =>
      Effect.asVoid(
        module.call(
          "click",
          DesktopTools.click,
          checked({ x, y, button }, pixels({ x, y }), oneOf("button", button, buttons))
        )
      ),
    sendKey,
    swipe,
    inputText: makeInputText(module),
    screenshot: (options) => takeScreenshot(runtime, "SessionUi.screenshot", options?.format),
    screenshotUrl: takeScreenshotUrl(runtime, "SessionUi.screenshotUrl"),
    getClickableUIElements: (options) =>
      module.call("getClickableUIElements", MobileTools.getClickableUiElements, look(options)),
    getAllUIElements: (options) => module.call("getAllUIElements", allElements, look(options))
  }
}
