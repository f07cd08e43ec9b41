/**
 * The Android tools of `wuying_ui`.
 *
 * Source: session automation modules, sections 2.3 and 6.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { UiDumpText, UiElementsText } from "../../internal/uiElements.js"
import * as Tool from "../Tool.js"

const server = "wuying_ui"

const timeout = { timeout_ms: Schema.Int }

const budget = Tool.budgetFrom((args: { readonly timeout_ms: number }) => args.timeout_ms, "millis")

/**
 * Touches the screen at a point, in pixels.
 *
 * @since 0.1.0
 * @category tools
 */
export const tap = Tool.make({
  name: "tap",
  server,
  description: "Touches the screen at a point.",
  args: Schema.Struct({ x: Schema.Int, y: Schema.Int }),
  idempotent: false
})

/**
 * Moves a finger over the screen, in pixels, within `duration_ms`.
 *
 * @since 0.1.0
 * @category tools
 */
export const swipe = Tool.make({
  name: "swipe",
  server,
  description: "Moves a finger over the screen.",
  args: Schema.Struct({
    start_x: Schema.Int,
    start_y: Schema.Int,
    end_x: Schema.Int,
    end_y: Schema.Int,
    duration_ms: Schema.Int
  }),
  idempotent: false,
  budget: Tool.budgetFrom((args) => args.duration_ms, "millis")
})

/**
 * Presses a key by its Android key code.
 *
 * @since 0.1.0
 * @category tools
 */
export const sendKey = Tool.make({
  name: "send_key",
  server,
  description: "Presses a key by its Android key code.",
  args: Schema.Struct({ key: Schema.Int }),
  idempotent: false
})

/**
 * Lists the elements that can be touched; `timeout_ms` is how long to look for them.
 *
 * @since 0.1.0
 * @category tools
 */
export const getClickableUiElements = Tool.make({
  name: "get_clickable_ui_elements",
  server,
  description: "Lists the elements of the screen that can be touched.",
  args: Schema.Struct(timeout),
  result: UiElementsText,
  idempotent: true,
  budget
})

/**
 * Lists all elements of the screen, as JSON unless `format` says otherwise. The first generation knows no format.
 *
 * @since 0.1.0
 * @category tools
 */
export const getAllUiElements = Tool.make({
  name: "get_all_ui_elements",
  server,
  description: "Lists all elements of the screen.",
  args: Schema.Struct({ ...timeout, format: Schema.optional(Schema.Literal("json", "xml")) }),
  result: UiDumpText,
  idempotent: true,
  budget
})

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  tap: tap,
  swipe: swipe,
  send_key: sendKey,
  get_clickable_ui_elements: getClickableUiElements,
  get_all_ui_elements: getAllUiElements
} as const
