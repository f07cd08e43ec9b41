/**
 * The screen of one session, behind one interface: a model in memory, an X server with a window manager on the
 * machine of real processes.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { MachineError } from "./Machine.js"

/**
 * Pixels from the upper left corner of the screen.
 *
 * @since 0.1.0
 * @category models
 */
export interface Point {
  readonly x: number
  readonly y: number
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Screen {
  readonly width: number
  readonly height: number
  readonly dpiScalingFactor: number
}

/**
 * A picture of the screen as a file of its format.
 *
 * @since 0.1.0
 * @category models
 */
export interface Picture {
  readonly format: "png" | "jpeg"
  readonly width: number
  readonly height: number
  readonly bytes: Uint8Array
}

/**
 * A window; position and size in pixels, with its frame.
 *
 * @since 0.1.0
 * @category models
 */
export interface DesktopWindow {
  readonly id: number
  readonly title: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly pid: number
  readonly processName: string
  readonly children: ReadonlyArray<DesktopWindow>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface DesktopProcess {
  readonly name: string
  readonly pid: number
  readonly commandLine: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface InstalledApplication {
  readonly name: string
  readonly startCommand: string
  readonly stopCommand: string
  readonly workDirectory: string
  /** Where the system shows it. */
  readonly shownIn: "startMenu" | "desktop"
  readonly isSystem: boolean
}

/**
 * @since 0.1.0
 * @category models
 */
export type WindowChange = "activate" | "close" | "maximize" | "minimize" | "restore" | "fullscreen"

/**
 * Names of keys are those of the service (`Ctrl`, `Enter`, `ArrowUp`, `a`, `F5`), in any case. A window, process or
 * application that is not there fails with reason `NotFound`, a point outside the screen with `Invalid`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Desktop {
  readonly screen: Effect.Effect<Screen, MachineError>
  readonly cursor: Effect.Effect<Point, MachineError>
  readonly click: (
    point: Point,
    button: "left" | "right" | "middle" | "double_left"
  ) => Effect.Effect<void, MachineError>
  readonly move: (point: Point) => Effect.Effect<void, MachineError>
  readonly drag: (
    from: Point,
    to: Point,
    button: "left" | "right" | "middle"
  ) => Effect.Effect<void, MachineError>
  readonly scroll: (
    point: Point,
    direction: "up" | "down" | "left" | "right",
    amount: number
  ) => Effect.Effect<void, MachineError>
  /** Types into whatever has the focus. */
  readonly type: (text: string) => Effect.Effect<void, MachineError>
  /** Held keys stay down until they are released. */
  readonly press: (keys: ReadonlyArray<string>, hold: boolean) => Effect.Effect<void, MachineError>
  readonly release: (keys: ReadonlyArray<string>) => Effect.Effect<void, MachineError>
  /** Top-level windows, in the order in which they were opened. */
  readonly windows: Effect.Effect<ReadonlyArray<DesktopWindow>, MachineError>
  readonly activeWindow: Effect.Effect<Option.Option<DesktopWindow>, MachineError>
  readonly changeWindow: (id: number, change: WindowChange) => Effect.Effect<void, MachineError>
  readonly resizeWindow: (id: number, width: number, height: number) => Effect.Effect<void, MachineError>
  readonly moveWindow: (id: number, point: Point) => Effect.Effect<void, MachineError>
  /** While on, a new window does not take the focus. */
  readonly focusMode: (on: boolean) => Effect.Effect<void, MachineError>
  readonly screenshot: (format: "png" | "jpeg") => Effect.Effect<Picture, MachineError>
  readonly installedApplications: Effect.Effect<ReadonlyArray<InstalledApplication>, MachineError>
  /** Starts a program and says which processes that made. */
  readonly start: (options: {
    readonly command: string
    readonly workDirectory?: string | undefined
  }) => Effect.Effect<ReadonlyArray<DesktopProcess>, MachineError>
  readonly stopByName: (name: string) => Effect.Effect<void, MachineError>
  readonly stopByPid: (pid: number) => Effect.Effect<void, MachineError>
  readonly stopByCommand: (command: string) => Effect.Effect<void, MachineError>
  /** The processes that have a window. */
  readonly visibleProcesses: Effect.Effect<ReadonlyArray<DesktopProcess>, MachineError>
  readonly processes: Effect.Effect<ReadonlyArray<DesktopProcess>, MachineError>
}
