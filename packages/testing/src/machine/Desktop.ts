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
 * A window; position and size in pixels, with its frame. Its children are its dialogues. `pid` is 0 and
 * `processName` empty where its program does not tell.
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
  /** For `stopByCommand`. */
  readonly stopCommand: string
  readonly workDirectory: string
  /** Where the system shows it. */
  readonly shownIn: "startMenu" | "desktop"
  readonly isSystem: boolean
}

/**
 * `close` asks the program to close the window, which may ask back and leave it open. `restore` makes of a
 * minimized, fullscreen or maximized window what it was before.
 *
 * @since 0.1.0
 * @category models
 */
export type WindowChange = "activate" | "close" | "maximize" | "minimize" | "restore" | "fullscreen"

/**
 * What a model of a desktop knows beyond its pictures. `text` is what was typed into a window.
 *
 * @since 0.1.0
 * @category models
 */
export interface DesktopState {
  /** From the lowest to the uppermost. */
  readonly windows: ReadonlyArray<
    DesktopWindow & {
      readonly text: string
      readonly state: "normal" | "maximized" | "minimized" | "fullscreen"
      readonly isActive: boolean
    }
  >
  /** In the order in which they were pressed, by the names of the service. */
  readonly heldKeys: ReadonlyArray<string>
  readonly cursor: Point
  readonly focusMode: boolean
}

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
  /** A window that is not in its normal state is refused with `Invalid`. */
  readonly resizeWindow: (id: number, width: number, height: number) => Effect.Effect<void, MachineError>
  readonly moveWindow: (id: number, point: Point) => Effect.Effect<void, MachineError>
  /** While on, a new window does not take the focus. */
  readonly focusMode: (on: boolean) => Effect.Effect<void, MachineError>
  readonly screenshot: (format: "png" | "jpeg") => Effect.Effect<Picture, MachineError>
  readonly installedApplications: Effect.Effect<ReadonlyArray<InstalledApplication>, MachineError>
  /**
   * Starts a program and says which processes that made. Waits until it shows a window, but at most some seconds:
   * not every program has one. A program that ends before with a failure fails with its words.
   */
  readonly start: (options: {
    readonly command: string
    readonly workDirectory?: string | undefined
  }) => Effect.Effect<ReadonlyArray<DesktopProcess>, MachineError>
  readonly stopByName: (name: string) => Effect.Effect<void, MachineError>
  readonly stopByPid: (pid: number) => Effect.Effect<void, MachineError>
  /** Runs a shell command that stops a program, such as `pkill xterm`; fails when the command does. */
  readonly stopByCommand: (command: string) => Effect.Effect<void, MachineError>
  /** The processes that have a window. */
  readonly visibleProcesses: Effect.Effect<ReadonlyArray<DesktopProcess>, MachineError>
  readonly processes: Effect.Effect<ReadonlyArray<DesktopProcess>, MachineError>
  /** Absent where the desktop is no model: a real screen shows itself in its pictures only. */
  readonly inspect?: Effect.Effect<DesktopState, MachineError> | undefined
}
