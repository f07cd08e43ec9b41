/**
 * The tools of `wuying_ui` for the windows of a desktop.
 *
 * Source: session automation modules, sections 2.2, 2.8 and 4.4.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Tool from "../Tool.js"
import { listText } from "../Wire.js"

const server = "wuying_ui"

/**
 * Where a window stands, in pixels of the screen, with its frame.
 *
 * @since 0.1.0
 * @category schemas
 */
export const WindowBounds = Schema.Struct({
  x: Schema.Int,
  y: Schema.Int,
  width: Schema.Int,
  height: Schema.Int
})

/**
 * @since 0.1.0
 * @category models
 */
export type WindowBounds = typeof WindowBounds.Type

/**
 * A window of a desktop. `bounds` is none where the service does not say all of them.
 *
 * @since 0.1.0
 * @category models
 */
export interface WindowInfo {
  readonly id: number
  /** Empty for a window without a title. */
  readonly title: string
  readonly bounds: Option.Option<WindowBounds>
  readonly pid: Option.Option<number>
  readonly processName: Option.Option<string>
  readonly children: ReadonlyArray<WindowInfo>
}

/**
 * A window on the wire: the title is `title` in the first generation and `window_title` in the newer ones.
 *
 * @since 0.1.0
 * @category models
 */
export interface WindowInfoEncoded {
  readonly window_id: number
  readonly window_title?: string | null | undefined
  readonly title?: string | null | undefined
  readonly absolute_upper_left_x?: number | null | undefined
  readonly absolute_upper_left_y?: number | null | undefined
  readonly width?: number | null | undefined
  readonly height?: number | null | undefined
  readonly pid?: number | null | undefined
  readonly pname?: string | null | undefined
  readonly child_windows?: ReadonlyArray<WindowInfoEncoded> | null | undefined
}

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

const OnTheWire = Schema.Struct({
  window_id: Schema.Int,
  window_title: optional(Schema.String),
  title: optional(Schema.String),
  absolute_upper_left_x: optional(Schema.Int),
  absolute_upper_left_y: optional(Schema.Int),
  width: optional(Schema.Int),
  height: optional(Schema.Int),
  pid: optional(Schema.Int),
  pname: optional(Schema.String),
  child_windows: optional(
    Schema.Array(Schema.suspend((): Schema.Schema<WindowInfo, WindowInfoEncoded> => WindowInfo))
  )
})

const Decoded = Schema.Struct({
  id: Schema.Int,
  title: Schema.String,
  bounds: Schema.OptionFromSelf(WindowBounds),
  pid: Schema.OptionFromSelf(Schema.Int),
  processName: Schema.OptionFromSelf(Schema.String),
  children: Schema.Array(Schema.suspend((): Schema.Schema<WindowInfo> => Schema.typeSchema(WindowInfo)))
})

/**
 * Titles are written under both names, for clients of every generation.
 *
 * @since 0.1.0
 * @category schemas
 */
export const WindowInfo: Schema.Schema<WindowInfo, WindowInfoEncoded> = Schema.transform(OnTheWire, Decoded, {
  strict: true,
  decode: (wire) => ({
    id: wire.window_id,
    title: wire.window_title ?? wire.title ?? "",
    bounds: Option.all({
      x: Option.fromNullable(wire.absolute_upper_left_x),
      y: Option.fromNullable(wire.absolute_upper_left_y),
      width: Option.fromNullable(wire.width),
      height: Option.fromNullable(wire.height)
    }),
    pid: Option.fromNullable(wire.pid),
    processName: Option.fromNullable(wire.pname),
    children: wire.child_windows ?? []
  }),
  encode: ({ bounds, children, id, pid, processName, title }) => ({
    window_id: id,
    window_title: title,
    title,
    ...Option.match(bounds, {
      onNone: () => ({}),
      onSome: ({ height, width, x, y }) => ({
        absolute_upper_left_x: x,
        absolute_upper_left_y: y,
        width,
        height
      })
    }),
    ...Option.match(pid, { onNone: () => ({}), onSome: (value) => ({ pid: value }) }),
    ...Option.match(processName, { onNone: () => ({}), onSome: (value) => ({ pname: value }) }),
    child_windows: children
  })
})

const WindowsText = listText(WindowInfo)

const OneWindow = Schema.transform(Schema.Unknown, Schema.OptionFromNullOr(WindowInfo), {
  strict: false,
  decode: (value: unknown) => (Array.isArray(value) ? (value[0] ?? null) : value),
  encode: (window: unknown) => window
})

/**
 * One window, or none: an object, the first of a list, `null`, or an empty text.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ActiveWindowText: Schema.Schema<Option.Option<WindowInfo>, string> = Schema.transform(
  Schema.String,
  Schema.parseJson(OneWindow),
  { strict: true, decode: (text) => (text.trim() === "" ? "null" : text), encode: (text) => text }
)

const Timeout = Schema.Struct({ timeout_ms: Schema.optional(Schema.Int) })

const WindowId = Schema.Struct({ window_id: Schema.Int })

const budget = Tool.budgetFrom((args: typeof Timeout.Type) => args.timeout_ms, "millis")

/**
 * @since 0.1.0
 * @category tools
 */
export const listRootWindows = Tool.make({
  name: "list_root_windows",
  server,
  description: "Lists the windows of the screen.",
  args: Timeout,
  result: WindowsText,
  idempotent: true,
  budget
})

/**
 * A tool that only the first generation calls.
 *
 * @since 0.1.0
 * @category tools
 */
export const listAllWindows = Tool.make({
  name: "list_all_windows",
  server,
  description: "Lists the windows of the screen and those inside them.",
  args: Timeout,
  result: WindowsText,
  idempotent: true,
  budget
})

/**
 * Only the first generation sends a time.
 *
 * @since 0.1.0
 * @category tools
 */
export const getActiveWindow = Tool.make({
  name: "get_active_window",
  server,
  description: "Describes the window that has the focus.",
  args: Timeout,
  result: ActiveWindowText,
  idempotent: true,
  budget
})

/**
 * A tool that only the first generation calls.
 *
 * @since 0.1.0
 * @category tools
 */
export const getWindowInfo = Tool.make({
  name: "get_window_info",
  server,
  description: "Describes a window.",
  args: WindowId,
  result: ActiveWindowText,
  idempotent: true
})

/**
 * Gives a window the focus, and restores it if it is minimised.
 *
 * @since 0.1.0
 * @category tools
 */
export const activateWindow = Tool.make({
  name: "activate_window",
  server,
  description: "Gives a window the focus.",
  args: WindowId,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const closeWindow = Tool.make({
  name: "close_window",
  server,
  description: "Closes a window.",
  args: WindowId,
  idempotent: false
})

/**
 * @since 0.1.0
 * @category tools
 */
export const maximizeWindow = Tool.make({
  name: "maximize_window",
  server,
  description: "Lets a window fill the screen, with its frame.",
  args: WindowId,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const minimizeWindow = Tool.make({
  name: "minimize_window",
  server,
  description: "Hides a window without closing it.",
  args: WindowId,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const restoreWindow = Tool.make({
  name: "restore_window",
  server,
  description: "Gives a window back the size and place it had.",
  args: WindowId,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const fullscreenWindow = Tool.make({
  name: "fullscreen_window",
  server,
  description: "Lets a window fill the screen, without a frame.",
  args: WindowId,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const resizeWindow = Tool.make({
  name: "resize_window",
  server,
  description: "Changes the size of a window.",
  args: Schema.Struct({ ...WindowId.fields, width: Schema.Int, height: Schema.Int }),
  idempotent: true
})

/**
 * A tool that only the first generation calls.
 *
 * @since 0.1.0
 * @category tools
 */
export const moveWindow = Tool.make({
  name: "move_window",
  server,
  description: "Moves the upper left corner of a window.",
  args: Schema.Struct({ ...WindowId.fields, x: Schema.Int, y: Schema.Int }),
  idempotent: true
})

/**
 * While it is on, other windows do not take the focus.
 *
 * @since 0.1.0
 * @category tools
 */
export const focusMode = Tool.make({
  name: "focus_mode",
  server,
  description: "Keeps the focus where it is, or stops keeping it.",
  args: Schema.Struct({ on: Schema.Boolean }),
  idempotent: true
})

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  list_root_windows: listRootWindows,
  list_all_windows: listAllWindows,
  get_active_window: getActiveWindow,
  get_window_info: getWindowInfo,
  activate_window: activateWindow,
  close_window: closeWindow,
  maximize_window: maximizeWindow,
  minimize_window: minimizeWindow,
  restore_window: restoreWindow,
  fullscreen_window: fullscreenWindow,
  resize_window: resizeWindow,
  move_window: moveWindow,
  focus_mode: focusMode
} as const
