/** The windows of a desktop: where they are, which lies above which, and which has the focus. */
import type { Point, Screen, WindowChange } from "../../../Desktop.js"
import { emptyField, type TextField } from "./textField.js"

export const titleBarHeight = 24

export interface Bounds extends Point {
  readonly width: number
  readonly height: number
}

export type WindowState = "normal" | "maximized" | "minimized" | "fullscreen"

export interface OpenWindow {
  readonly id: number
  readonly title: string
  readonly pid: number
  readonly processName: string
  bounds: Bounds
  state: WindowState
  /** What a window goes back to from another state. */
  restored: Bounds
  field: TextField
  /** The line of the text that is shown first. */
  firstLine: number
}

const firstId = 0x1_0001

/** Windows are opened one below the other, until there is no more room. */
const step = 32
const places = 8

const contains = ({ height, width, x, y }: Bounds, point: Point): boolean =>
  point.x >= x && point.y >= y && point.x < x + width && point.y < y + height

export const isShown = ({ state }: OpenWindow): boolean => state !== "minimized"

export interface Windows {
  /** In the order in which they were opened. */
  readonly all: () => ReadonlyArray<OpenWindow>
  /** From the lowest to the uppermost. */
  readonly stacked: () => ReadonlyArray<OpenWindow>
  readonly find: (id: number) => OpenWindow | undefined
  readonly active: () => OpenWindow | undefined
  readonly at: (point: Point) => OpenWindow | undefined
  readonly open: (options: Pick<OpenWindow, "title" | "pid" | "processName">, takesFocus: boolean) => void
  readonly change: (window: OpenWindow, change: WindowChange) => void
  readonly place: (window: OpenWindow, bounds: Bounds) => void
  /** Gives the focus to a window, above all others, or to none. */
  readonly focus: (window: OpenWindow | undefined) => void
  readonly closeOf: (pid: number) => void
}

export const makeWindows = (screen: Screen): Windows => {
  const all: Array<OpenWindow> = []
  let stack: Array<OpenWindow> = []
  let active: OpenWindow | undefined
  let opened = 0

  const uppermost = (): OpenWindow | undefined => stack.filter(isShown).at(-1)

  const focus = (window: OpenWindow | undefined): void => {
    active = window
    if (window !== undefined) stack = [...stack.filter((other) => other !== window), window]
  }

  const restore = (window: OpenWindow): void => {
    window.state = "normal"
    window.bounds = window.restored
  }

  const fillScreen = (window: OpenWindow, state: "maximized" | "fullscreen"): void => {
    window.state = state
    window.bounds = { x: 0, y: 0, width: screen.width, height: screen.height }
    focus(window)
  }

  const close = (window: OpenWindow): void => {
    all.splice(all.indexOf(window), 1)
    stack = stack.filter((other) => other !== window)
    if (active === window) focus(uppermost())
  }

  return {
    all: () => all,
    stacked: () => stack,
    find: (id) => all.find((window) => window.id === id),
    active: () => active,
    at: (point) => stack.filter(isShown).findLast(({ bounds }) => contains(bounds, point)),
    open: (options, takesFocus) => {
      const offset = step * (1 + (opened % places))
      const bounds = { x: offset, y: offset, width: 640, height: 400 }
      const window: OpenWindow = {
        ...options,
        id: firstId + opened,
        bounds,
        restored: bounds,
        state: "normal",
        field: emptyField,
        firstLine: 0
      }
      opened += 1
      all.push(window)
      if (takesFocus || active === undefined) return focus(window)
      // A window without the focus does not cover the one that has it.
      stack = [...stack.filter((other) => other !== active), window, active]
    },
    change: (window, change) => {
      switch (change) {
        case "activate":
          if (window.state === "minimized") restore(window)
          return focus(window)
        case "close":
          return close(window)
        case "maximize":
          return fillScreen(window, "maximized")
        case "fullscreen":
          return fillScreen(window, "fullscreen")
        case "minimize":
          window.state = "minimized"
          if (active === window) focus(uppermost())
          return
        case "restore":
          restore(window)
          return focus(window)
      }
    },
    place: (window, bounds) => {
      window.bounds = bounds
      window.restored = bounds
    },
    focus,
    closeOf: (pid) => {
      for (const window of all.filter((one) => one.pid === pid)) close(window)
    }
  }
}
