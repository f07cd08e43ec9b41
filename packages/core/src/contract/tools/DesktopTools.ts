/**
 * The desktop tools of `wuying_ui`: mouse, keyboard and screen. Positions are whole pixels from the upper left
 * corner of the screen. Those of windows are in `WindowTools`.
 *
 * Source: session automation modules, sections 2.2 and 2.8.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Tool from "../Tool.js"
import * as WindowTools from "./WindowTools.js"

const server = "wuying_ui"

const point = { x: Schema.Int, y: Schema.Int }

/**
 * @since 0.1.0
 * @category schemas
 */
export const ClickButton = Schema.Literal("left", "right", "middle", "double_left")

/**
 * @since 0.1.0
 * @category schemas
 */
export const DragButton = Schema.Literal("left", "right", "middle")

/**
 * @since 0.1.0
 * @category schemas
 */
export const ScrollDirection = Schema.Literal("up", "down", "left", "right")

/**
 * Both coordinates must be there.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CursorText = Schema.parseJson(Schema.Struct(point))

/**
 * Width and height in pixels, both positive.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ScreenSizeText = Schema.parseJson(
  Schema.Struct({
    width: Schema.Int.pipe(Schema.positive()),
    height: Schema.Int.pipe(Schema.positive()),
    dpiScalingFactor: Schema.optionalWith(Schema.Finite.pipe(Schema.positive()), {
      as: "Option",
      nullable: true
    })
  })
)

/**
 * @since 0.1.0
 * @category tools
 */
export const clickMouse = Tool.make({
  name: "click_mouse",
  server,
  description: "Clicks with a button of the mouse.",
  args: Schema.Struct({ ...point, button: ClickButton }),
  idempotent: false
})

/**
 * The click of the first generation.
 *
 * @since 0.1.0
 * @category tools
 */
export const click = Tool.make({
  name: "click",
  server,
  description: "Clicks with a button of the mouse.",
  args: Schema.Struct({ ...point, button: ClickButton }),
  idempotent: false
})

/**
 * @since 0.1.0
 * @category tools
 */
export const moveMouse = Tool.make({
  name: "move_mouse",
  server,
  description: "Moves the mouse.",
  args: Schema.Struct(point),
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const dragMouse = Tool.make({
  name: "drag_mouse",
  server,
  description: "Moves the mouse from one point to another while a button is held.",
  args: Schema.Struct({
    from_x: Schema.Int,
    from_y: Schema.Int,
    to_x: Schema.Int,
    to_y: Schema.Int,
    button: DragButton
  }),
  idempotent: false
})

/**
 * @since 0.1.0
 * @category tools
 */
export const scroll = Tool.make({
  name: "scroll",
  server,
  description: "Turns the wheel of the mouse.",
  args: Schema.Struct({ ...point, direction: ScrollDirection, amount: Schema.Int }),
  idempotent: false
})

/**
 * Types into whatever has the focus, on desktops and on Android.
 *
 * @since 0.1.0
 * @category tools
 */
export const inputText = Tool.make({
  name: "input_text",
  server,
  description: "Types a text into whatever has the focus.",
  args: Schema.Struct({ text: Schema.String }),
  idempotent: false
})

/**
 * Presses keys together. Without `hold` they are released again at once.
 *
 * @since 0.1.0
 * @category tools
 */
export const pressKeys = Tool.make({
  name: "press_keys",
  server,
  description: "Presses keys together, and holds them if asked to.",
  args: Schema.Struct({ keys: Schema.Array(Schema.String), hold: Schema.Boolean }),
  idempotent: false
})

/**
 * @since 0.1.0
 * @category tools
 */
export const releaseKeys = Tool.make({
  name: "release_keys",
  server,
  description: "Releases keys that are held.",
  args: Schema.Struct({ keys: Schema.Array(Schema.String) }),
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const getCursorPosition = Tool.make({
  name: "get_cursor_position",
  server,
  description: "Says where the mouse is.",
  args: Schema.Struct({}),
  result: CursorText,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const getScreenSize = Tool.make({
  name: "get_screen_size",
  server,
  description: "Says how large the screen is.",
  args: Schema.Struct({}),
  result: ScreenSizeText,
  idempotent: true
})

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  click_mouse: clickMouse,
  click,
  move_mouse: moveMouse,
  drag_mouse: dragMouse,
  scroll,
  input_text: inputText,
  press_keys: pressKeys,
  release_keys: releaseKeys,
  get_cursor_position: getCursorPosition,
  get_screen_size: getScreenSize,
  ...WindowTools.all
} as const
