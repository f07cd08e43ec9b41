/** What an application of the model is made of. */
import type { Item, Scene } from "./layout.js"

/** What the device offers to an application. */
export interface Device {
  /** Puts a screen of this application on top of the one shown. */
  readonly open: (activity: string) => void
  /** Takes the screen shown away, as the key Back does. */
  readonly back: () => void
  readonly start: (packageName: string) => void
  readonly fieldText: (id: string) => string
  readonly setField: (id: string, text: string) => void
  readonly property: (name: string) => string
  readonly installed: () => ReadonlyArray<{ readonly packageName: string; readonly label: string }>
}

export interface Activity {
  readonly scene: () => Scene
  /** What Enter does in a text field of this screen; nothing when absent. */
  readonly submit?: (() => void) | undefined
}

/** `make` is called once for each device: what an application keeps, it keeps there. */
export interface Application {
  readonly packageName: string
  readonly label: string
  readonly isSystem: boolean
  /** Shown among the icons of the launcher. */
  readonly isLaunchable: boolean
  readonly main: string
  readonly make: (device: Device) => Readonly<Record<string, Activity>>
}

export const label = (id: string, text: string): Item => ({ kind: "label", id, text })

export const row = (id: string, text: string, onTap?: () => void): Item => ({ kind: "row", id, text, onTap })

export const button = (id: string, text: string, onTap: () => void): Item => ({
  kind: "button",
  id,
  text,
  onTap
})

/** `hint` says what belongs into the field. */
export const field = (id: string, hint: string): Item => ({ kind: "field", id, text: hint })
