/**
 * An Android device, behind one interface. There is only a model of one, in memory: applications with screens that
 * are laid out in pixels, touched, typed into and pictured. Every machine of a mobile image has it, the machine of
 * real processes included.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { DesktopProcess, InstalledApplication, Picture, Point } from "./Desktop.js"
import type { MachineError } from "./Machine.js"

/**
 * Pixels from the upper left corner of the screen; `right` and `bottom` lie outside.
 *
 * @since 0.1.0
 * @category models
 */
export interface Bounds {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/**
 * A part of what is shown, as accessibility tools see it.
 *
 * @since 0.1.0
 * @category models
 */
export interface AndroidElement {
  /** Such as `android.widget.Button`. */
  readonly className: string
  readonly packageName: string
  /** Such as `com.example.notes:id/add`; empty for parts without one. */
  readonly resourceId: string
  readonly text: string
  readonly contentDescription: string
  readonly bounds: Bounds
  readonly isClickable: boolean
  readonly isScrollable: boolean
  readonly isFocused: boolean
  readonly isChecked: boolean
  readonly children: ReadonlyArray<AndroidElement>
}

/**
 * What the model knows beyond its pictures.
 *
 * @since 0.1.0
 * @category models
 */
export interface AndroidState {
  readonly screen: AndroidScreen
  /** The application in front, and which of its screens. */
  readonly foreground: { readonly packageName: string; readonly activity: string }
  /** What is in the text field that has the focus; undefined when none has it. */
  readonly focusedText: string | undefined
  /** Packages with a process, in the order in which they were started. */
  readonly running: ReadonlyArray<string>
  readonly installed: ReadonlyArray<string>
  readonly properties: Readonly<Record<string, string>>
  readonly isScreenOn: boolean
  readonly isResolutionLocked: boolean
  readonly hasNavigationBar: boolean
  /** The list in force. `none` when every application may run. */
  readonly applicationRule: {
    readonly kind: "none" | "White" | "Black"
    readonly packages: ReadonlyArray<string>
  }
  readonly uninstallLocked: ReadonlyArray<string>
  /** The parts of another device that this one was made to look like, in order. */
  readonly simulated: ReadonlyArray<"properties" | "sensors" | "packages" | "services">
  /** 0 to 15. */
  readonly volume: number
}

/**
 * Pixels, and pixels per inch.
 *
 * @since 0.1.0
 * @category models
 */
export interface AndroidScreen {
  readonly width: number
  readonly height: number
  readonly density: number
}

/**
 * Fails with `NotFound` for an application, activity or process that is not there, with `Invalid` for a point
 * outside the screen or input that nothing takes, and with `PermissionDenied` for an application that a list
 * forbids.
 *
 * @since 0.1.0
 * @category models
 */
export interface Android {
  readonly screen: Effect.Effect<AndroidScreen, MachineError>
  readonly tap: (point: Point) => Effect.Effect<void, MachineError>
  /** A finger that stays at its place for half a second or longer is a long press. */
  readonly swipe: (from: Point, to: Point, durationMs: number) => Effect.Effect<void, MachineError>
  /** Keys that mean nothing to the model do nothing. */
  readonly sendKey: (code: number) => Effect.Effect<void, MachineError>
  /** Types into the text field that has the focus. */
  readonly type: (text: string) => Effect.Effect<void, MachineError>
  /** What is shown: the application, and the navigation bar unless it is hidden. */
  readonly elements: Effect.Effect<ReadonlyArray<AndroidElement>, MachineError>
  readonly screenshot: (format: "png" | "jpeg") => Effect.Effect<Picture, MachineError>
  /**
   * What is shown and what scrolling down would show, in one picture of at most `maxScreens` screens. `quality` is
   * that of a JPEG, 1 to 100.
   */
  readonly longScreenshot: (options: {
    readonly maxScreens: number
    readonly format: "png" | "jpeg"
    readonly quality?: number | undefined
  }) => Effect.Effect<Picture, MachineError>
  readonly installedApplications: Effect.Effect<ReadonlyArray<InstalledApplication>, MachineError>
  /**
   * Brings an application to the front: `monkey -p <package> <count>`, `am start -n <package>/<activity>`, or the
   * name of a package. `activity` is `.Name` or `<package>/.Name`.
   */
  readonly start: (options: {
    readonly command: string
    readonly activity?: string | undefined
  }) => Effect.Effect<ReadonlyArray<DesktopProcess>, MachineError>
  /** Ends an application by the name of its package. */
  readonly stopByCommand: (packageName: string) => Effect.Effect<void, MachineError>
  readonly inspect: Effect.Effect<AndroidState, MachineError>
}
