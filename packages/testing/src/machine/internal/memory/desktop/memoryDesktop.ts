/**
 * A desktop that is a model: windows that hold text, programs that open one each, a mouse and a keyboard. The same
 * calls lead to the same state, ids and pictures.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Desktop, DesktopState, DesktopWindow, Point, Screen } from "../../../Desktop.js"
import { MachineError, type MachineErrorReason } from "../../../Machine.js"
import { encodeGreyJpeg } from "../jpeg.js"
import { encodeGreyPng } from "../png.js"
import { catalogue, titleOf } from "./catalogue.js"
import { makeKeyboard, readKeys } from "./keyboard.js"
import { drawDesktop } from "./picture.js"
import { makePrograms, readStop } from "./programs.js"
import { isShown, makeWindows, type OpenWindow, titleBarHeight } from "./windows.js"

const screen: Screen = { width: 1280, height: 720, dpiScalingFactor: 1 }

const refuse = (reason: MachineErrorReason, detail: string) =>
  Effect.fail(new MachineError({ reason, detail }))

const describe = ({ bounds, id, pid, processName, title }: OpenWindow): DesktopWindow => ({
  ...bounds,
  id,
  title,
  pid,
  processName,
  children: []
})

export interface Surroundings {
  /** Fails when the machine is gone. */
  readonly alive: Effect.Effect<void, MachineError>
  readonly isDirectory: (path: string) => boolean
}

export const makeDesktop = ({ alive, isDirectory }: Surroundings): Desktop => {
  const windows = makeWindows(screen)
  const keyboard = makeKeyboard(windows)
  const programs = makePrograms()
  let cursor: Point = { x: screen.width / 2, y: screen.height / 2 }
  let focusMode = false

  const now = <A>(work: () => A): Effect.Effect<A, MachineError> => Effect.map(alive, work)

  const act = <A>(work: () => Effect.Effect<A, MachineError>): Effect.Effect<A, MachineError> =>
    Effect.flatMap(alive, work)

  const onPoints = (points: ReadonlyArray<Point>, work: () => void): Effect.Effect<void, MachineError> =>
    act(() => {
      const outside = points.find(({ x, y }) => !(x >= 0 && y >= 0 && x < screen.width && y < screen.height))
      return outside === undefined
        ? Effect.sync(work)
        : refuse("Invalid", `(${outside.x}, ${outside.y}) is outside the screen`)
    })

  const onWindow = (id: number, work: (window: OpenWindow) => Effect.Effect<void, MachineError> | void) =>
    act((): Effect.Effect<void, MachineError> => {
      const window = windows.find(id)
      return window === undefined
        ? refuse("NotFound", `no such window: ${id}`)
        : (work(window) ?? Effect.void)
    })

  const onKeys = (keys: ReadonlyArray<string>, work: (names: ReadonlyArray<string>) => void) =>
    act((): Effect.Effect<void, MachineError> => {
      const read = readKeys(keys)
      return read.unknown === undefined
        ? Effect.sync(() => work(read.names))
        : refuse("Invalid", `no such key: ${read.unknown}`)
    })

  const stop = (pids: ReadonlyArray<number>, what: string): Effect.Effect<void, MachineError> => {
    const stopped = pids.filter(programs.stop)
    for (const pid of stopped) windows.closeOf(pid)
    return stopped.length === 0 ? refuse("NotFound", `no such process: ${what}`) : Effect.void
  }

  const stopByName = (name: string) =>
    stop(
      programs.all().flatMap((process) => (process.name === name ? [process.pid] : [])),
      name
    )

  /** A window that was the last one of its program ends it. */
  const endWindowless = (): void => {
    for (const { pid } of programs.all()) {
      if (windows.all().every((window) => window.pid !== pid)) programs.stop(pid)
    }
  }

  const state = (): DesktopState => ({
    windows: windows.stacked().map((window) => ({
      ...describe(window),
      text: window.field.text,
      state: window.state,
      isActive: window === windows.active()
    })),
    heldKeys: keyboard.held(),
    cursor,
    focusMode
  })

  return {
    screen: now(() => screen),
    cursor: now(() => cursor),
    click: (point) =>
      onPoints([point], () => {
        cursor = point
        windows.focus(windows.at(point))
      }),
    move: (point) =>
      onPoints([point], () => {
        cursor = point
      }),
    drag: (from, to, button) =>
      onPoints([from, to], () => {
        cursor = to
        const window = windows.at(from)
        windows.focus(window)
        if (window === undefined || button !== "left" || window.state !== "normal") return
        const { bounds } = window
        // Only the bar with the title moves a window.
        if (from.y >= bounds.y + titleBarHeight) return
        windows.place(window, { ...bounds, x: bounds.x + to.x - from.x, y: bounds.y + to.y - from.y })
      }),
    scroll: (point, direction, amount) =>
      onPoints([point], () => {
        cursor = point
        const window = windows.at(point)
        if (window === undefined || direction === "left" || direction === "right") return
        const lines = window.field.text.split("\n").length
        const target = window.firstLine + (direction === "down" ? amount : -amount)
        window.firstLine = Math.min(lines - 1, Math.max(0, target))
      }),
    type: (text) => now(() => keyboard.type(text)),
    press: (keys, hold) =>
      onKeys(keys, (names) => {
        keyboard.press(names, hold)
        endWindowless()
      }),
    release: (keys) => onKeys(keys, keyboard.release),
    windows: now(() => windows.all().map(describe)),
    activeWindow: now(() => Option.map(Option.fromNullable(windows.active()), describe)),
    changeWindow: (id, change) =>
      onWindow(id, (window) => {
        windows.change(window, change)
        endWindowless()
      }),
    resizeWindow: (id, width, height) =>
      onWindow(id, (window) =>
        window.state === "normal" && width > 0 && height > 0
          ? windows.place(window, { ...window.bounds, width, height })
          : refuse(
              "Invalid",
              window.state === "normal"
                ? `not a size: ${width} x ${height}`
                : `window ${id} is ${window.state}: restore it first`
            )
      ),
    moveWindow: (id, point) =>
      onWindow(id, (window) => windows.place(window, { ...window.bounds, ...point })),
    focusMode: (on) =>
      now(() => {
        focusMode = on
      }),
    screenshot: (format) =>
      now(() => {
        const { height, width } = screen
        const pixels = drawDesktop(screen, windows.stacked().filter(isShown), windows.active(), cursor)
        const encode = format === "png" ? encodeGreyPng : encodeGreyJpeg
        return { format, width, height, bytes: encode(width, height, pixels) }
      }),
    installedApplications: now(() => catalogue),
    start: ({ command, workDirectory }) =>
      act(() => {
        if (workDirectory !== undefined && workDirectory !== "" && !isDirectory(workDirectory)) {
          return refuse("NotFound", `no such directory: ${workDirectory}`)
        }
        const process = programs.start(command)
        if (process === undefined) return refuse("Invalid", "the command names no program")
        const { name, pid } = process
        windows.open({ title: titleOf(name), pid, processName: name }, !focusMode)
        return Effect.succeed([process])
      }),
    stopByName: (name) => act(() => stopByName(name)),
    stopByPid: (pid) => act(() => stop([pid], String(pid))),
    stopByCommand: (command) =>
      act((): Effect.Effect<void, MachineError> => {
        const target = readStop(command)
        switch (target._tag) {
          case "Pid":
            return stop([target.pid], String(target.pid))
          case "Name":
            return stopByName(target.name)
          case "Unknown":
            return refuse("Invalid", `not a command that stops a program: ${command}`)
        }
      }),
    visibleProcesses: now(() =>
      programs.all().filter(({ pid }) => windows.all().some((window) => window.pid === pid))
    ),
    processes: now(programs.all),
    inspect: now(state)
  }
}
