/** Fingers, keys and what can be touched, as `session.mobile` and `session.ui` have them. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as MobileTools from "../../contract/tools/MobileTools.js"
import { fromName } from "../../session/KeyCode.js"
import type { SessionMobile, UiElementsOptions } from "../../session/SessionMobile.js"
import { checked, type ModuleCall, millisOf, pixels } from "../moduleCall.js"
import { UiElementsText, XmlText } from "../uiElements.js"
import { invalid } from "../validate.js"

export type TouchOperations = Pick<
  SessionMobile.Service,
  "tap" | "swipe" | "sendKey" | "getClickableUIElements" | "getAllUIElements"
>

/** As long as a finger takes that scrolls and does not throw. */
const swipeTime = Duration.millis(300)

/** How long to look for elements: what the official clients allow at most. */
const lookTime = Duration.seconds(5)

const elementsTool = { ...MobileTools.getAllUiElements, result: UiElementsText }

const documentTool = { ...MobileTools.getAllUiElements, result: XmlText }

const keyCode = (key: unknown): number | undefined =>
  typeof key === "string"
    ? fromName(key)
    : typeof key === "number" && Number.isSafeInteger(key) && key >= 0
      ? key
      : undefined

/** A format in any capitalisation; JSON when there is none. Undefined for an unknown one. */
const formatOf = (format: unknown): "json" | "xml" | undefined => {
  const name = typeof format === "string" ? format.trim().toLowerCase() : format
  return name === undefined || name === "" || name === "json" ? "json" : name === "xml" ? "xml" : undefined
}

/** The operations. `module` says on whose behalf. */
export const makeTouchOperations = (module: ModuleCall): TouchOperations => {
  const look = (options: UiElementsOptions | undefined) => (operation: string) =>
    Effect.map(millisOf(operation, "timeout", options?.timeout ?? lookTime), (timeout_ms) => ({ timeout_ms }))

  const dump = (
    options: (UiElementsOptions & { readonly format?: string | undefined }) | undefined
  ): Effect.Effect<unknown, SessionMobile.Failure> => {
    const method = "getAllUIElements"
    const format = formatOf(options?.format)
    const args = (operation: string) =>
      format === undefined
        ? Effect.fail(invalid(operation, "format", options?.format, "it must be json or xml"))
        : Effect.map(look(options)(operation), (known) => ({ ...known, format }))
    return format === "xml"
      ? module.call(method, documentTool, args)
      : module.call(method, elementsTool, args)
  }

  return {
    tap: (x, y) => Effect.asVoid(module.call("tap", MobileTools.tap, checked({ x, y }, pixels({ x, y })))),
    swipe: (startX, startY, endX, endY, options) =>
      Effect.asVoid(
        module.call("swipe", MobileTools.swipe, (operation) =>
          Effect.zipRight(
            pixels({ startX, startY, endX, endY })(operation),
            Effect.map(millisOf(operation, "duration", options?.duration ?? swipeTime), (duration_ms) => ({
              start_x: startX,
              start_y: startY,
              end_x: endX,
              end_y: endY,
              duration_ms
            }))
          )
        )
      ),
    sendKey: (key) =>
      Effect.asVoid(
        module.call("sendKey", MobileTools.sendKey, (operation) => {
          const code = keyCode(key)
          return code === undefined
            ? Effect.fail(
                invalid(
                  operation,
                  "key",
                  key,
                  "it must be the name or the code of an Android key (see KeyCode)"
                )
              )
            : Effect.succeed({ key: code })
        })
      ),
    getClickableUIElements: (options) =>
      module.call("getClickableUIElements", MobileTools.getClickableUiElements, look(options)),
    // What comes back depends on the format, which the two call signatures say.
    getAllUIElements: dump as SessionMobile.Service["getAllUIElements"]
  }
}
