/** The mouse, the keyboard, the screen and the windows of a desktop; texts are typed on Android devices, too. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { DesktopWindow, WindowChange } from "../../../machine/Desktop.js"
import type { SessionRecord } from "../state.js"
import { failed, type ToolHandlers, yes } from "./handler.js"
import { ask, onScreen, order } from "./screens.js"

type Window = {
  readonly id: number
  readonly title: string
  readonly bounds: Option.Option<{ x: number; y: number; width: number; height: number }>
  readonly pid: Option.Option<number>
  readonly processName: Option.Option<string>
  readonly children: ReadonlyArray<Window>
}

const describe = (window: DesktopWindow): Window => {
  const { children, height, id, pid, processName, title, width, x, y } = window
  return {
    id,
    title,
    bounds: Option.some({ x, y, width, height }),
    pid: Option.some(pid),
    processName: Option.some(processName),
    children: children.map(describe)
  }
}

const windowsOf = (session: SessionRecord) =>
  Effect.map(
    ask(session, ({ windows }) => windows),
    (windows) => windows.map(describe)
  )

const flatten = (windows: ReadonlyArray<DesktopWindow>): ReadonlyArray<DesktopWindow> =>
  windows.flatMap((window) => [window, ...flatten(window.children)])

const change = (what: WindowChange) => (args: { readonly window_id: number }, session: SessionRecord) =>
  order(session, ({ changeWindow }) => changeWindow(args.window_id, what))

const click = (
  { button, x, y }: { x: number; y: number; button: "left" | "right" | "middle" | "double_left" },
  session: SessionRecord
) => order(session, (desktop) => desktop.click({ x, y }, button))

export const desktopHandlers: ToolHandlers<
  | "click_mouse"
  | "click"
  | "move_mouse"
  | "drag_mouse"
  | "scroll"
  | "input_text"
  | "press_keys"
  | "release_keys"
  | "get_cursor_position"
  | "get_screen_size"
  | "list_root_windows"
  | "list_all_windows"
  | "get_active_window"
  | "get_window_info"
  | "activate_window"
  | "close_window"
  | "maximize_window"
  | "minimize_window"
  | "restore_window"
  | "fullscreen_window"
  | "resize_window"
  | "move_window"
  | "focus_mode"
> = {
  click_mouse: click,
  click,
  move_mouse: (point, session) => order(session, ({ move }) => move(point)),
  drag_mouse: ({ button, from_x, from_y, to_x, to_y }, session) =>
    order(session, ({ drag }) => drag({ x: from_x, y: from_y }, { x: to_x, y: to_y }, button)),
  scroll: ({ amount, direction, x, y }, session) =>
    amount < 1
      ? Effect.fail(failed("amount must be at least 1"))
      : order(session, ({ scroll }) => scroll({ x, y }, direction, amount)),
  input_text: ({ text }, session) =>
    Effect.as(
      onScreen(session, { desktop: ({ type }) => type(text), android: ({ type }) => type(text) }),
      yes
    ),
  press_keys: ({ hold, keys }, session) => order(session, ({ press }) => press(keys, hold)),
  release_keys: ({ keys }, session) => order(session, ({ release }) => release(keys)),
  get_cursor_position: (_, session) => ask(session, ({ cursor }) => cursor),
  get_screen_size: (_, session) =>
    Effect.map(
      ask(session, ({ screen }) => screen),
      (screen) => ({ ...screen, dpiScalingFactor: Option.some(screen.dpiScalingFactor) })
    ),
  list_root_windows: (_, session) => windowsOf(session),
  list_all_windows: (_, session) =>
    Effect.map(
      ask(session, ({ windows }) => windows),
      (windows) => flatten(windows).map(describe)
    ),
  get_active_window: (_, session) =>
    Effect.flatMap(
      ask(session, ({ activeWindow }) => activeWindow),
      Option.match({
        onNone: () => Effect.fail(failed("no active window")),
        onSome: (window) => Effect.succeedSome(describe(window))
      })
    ),
  get_window_info: (args, session) =>
    Effect.flatMap(
      ask(session, ({ windows }) => windows),
      (windows) => {
        const found = flatten(windows).find(({ id }) => id === args.window_id)
        return found === undefined
          ? Effect.fail(failed(`no such window: ${args.window_id}`))
          : Effect.succeedSome(describe(found))
      }
    ),
  activate_window: change("activate"),
  close_window: change("close"),
  maximize_window: change("maximize"),
  minimize_window: change("minimize"),
  restore_window: change("restore"),
  fullscreen_window: change("fullscreen"),
  resize_window: ({ height, width, window_id }, session) =>
    order(session, ({ resizeWindow }) => resizeWindow(window_id, width, height)),
  move_window: ({ window_id, x, y }, session) =>
    order(session, ({ moveWindow }) => moveWindow(window_id, { x, y })),
  focus_mode: ({ on }, session) => order(session, ({ focusMode }) => focusMode(on))
}
