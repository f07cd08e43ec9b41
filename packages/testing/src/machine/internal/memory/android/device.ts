/** The device: which application is in front, what it shows, and what fingers and keys do to it. */
import type { AndroidScreen, AndroidState } from "../../../Android.js"
import type { DesktopProcess, InstalledApplication, Point } from "../../../Desktop.js"
import { emptyField, insert, selectAll, strike, type TextField } from "../desktop/textField.js"
import { preinstalled } from "./applications.js"
import { meaningOf } from "./keys.js"
import { type Item, type Laid, layOut, touchedAt } from "./layout.js"
import { makePackages, type Packages } from "./packages.js"
import { makeProperties, type Properties } from "./properties.js"
import { makeTasks, type Refusal, systemInterface, type Tasks } from "./tasks.js"

export interface AndroidDevice {
  readonly properties: Properties
  readonly packages: Packages
  readonly screen: () => AndroidScreen
  readonly setScreen: (change: Partial<AndroidScreen>) => void
  readonly isOn: () => boolean
  /** `height` is that of the picture, where it is not the screen's. */
  readonly lay: (height?: number) => Laid
  readonly tap: (point: Point) => void
  readonly swipe: (from: Point, to: Point, durationMs: number) => void
  readonly key: (code: number) => void
  readonly type: (text: string) => Refusal | undefined
  readonly applications: () => ReadonlyArray<InstalledApplication>
  readonly start: (packageName: string, activity?: string) => DesktopProcess | Refusal
  /** False when there is no such process. */
  readonly stop: (packageName: string) => boolean
  readonly pidOf: (packageName: string) => number | undefined
  readonly simulate: (parts: AndroidState["simulated"]) => void
  readonly state: () => AndroidState
}

const physical: AndroidScreen = { width: 720, height: 1280, density: 160 }

const longPressMs = 500

/** A finger that moves less does not leave its place. */
const slack = 8

const maxVolume = 15

/** `read` gives the content of a file; undefined when there is none. */
export const makeDevice = (read: (path: string) => string | undefined): AndroidDevice => {
  let screen = physical
  let isOn = true
  let volume = 5
  let hasNavigationBar = true
  let systemPid = 600
  let simulated: AndroidState["simulated"] = []

  const properties = makeProperties((name, value) => {
    if (!packages.onProperty(name, value)) return
    for (const packageName of tasks.running()) {
      if (!packages.mayRun(packageName)) tasks.stop(packageName)
    }
  })
  const packages: Packages = makePackages(
    preinstalled.map(({ isSystem, packageName: name }) => ({ name, isSystem })),
    () => properties,
    read
  )

  const visible = () =>
    preinstalled.filter(({ isLaunchable, packageName }) => isLaunchable && packages.has(packageName))

  const tasks: Tasks = makeTasks(packages, { property: properties.get, installed: visible })

  const bar = (): ReadonlyArray<Item> => {
    const control = (id: string, description: string, onTap: () => void): Item => ({
      kind: "button",
      id,
      text: "",
      description,
      onTap
    })
    return hasNavigationBar
      ? [
          control("back", "Back", tasks.back),
          control("home", "Home", tasks.home),
          control("recent_apps", "Overview", tasks.switchApplication)
        ]
      : []
  }

  const lay = (height = screen.height): Laid => {
    const frame = tasks.frame()
    const scene = tasks.activity()?.scene() ?? { title: "", fixed: [], list: [] }
    return layOut({
      screen: { width: screen.width, height },
      packageName: tasks.front(),
      scene,
      scroll: frame.scroll,
      focused: frame.focused,
      fieldText: (id) => frame.fields.get(id)?.text ?? "",
      navigationBar: bar()
    })
  }

  const scrollBy = (distance: number): void => {
    const frame = tasks.frame()
    const { maxScroll } = lay()
    frame.scroll = Math.min(maxScroll, Math.max(0, Math.min(frame.scroll, maxScroll) + distance))
  }

  const edit = (change: (field: TextField) => TextField): boolean => {
    const { fields, focused } = tasks.frame()
    if (focused === undefined) return false
    fields.set(focused, change(fields.get(focused) ?? emptyField))
    return true
  }

  const submit = (): void => {
    if (tasks.frame().focused !== undefined) tasks.activity()?.submit?.()
  }

  const tap = ({ x, y }: Point): void => {
    if (!isOn) return
    const touched = touchedAt(lay().roots, x, y)
    if (touched?.field !== undefined) tasks.frame().focused = touched.field
    touched?.onTap?.()
  }

  const swipe = (from: Point, to: Point, durationMs: number): void => {
    if (!isOn) return
    const [dx, dy] = [Math.abs(from.x - to.x), Math.abs(from.y - to.y)]
    if (dx > slack || dy > slack) {
      const { list } = lay()
      if (dy >= dx && from.y >= list.top && from.y < list.bottom) scrollBy(from.y - to.y)
      return
    }
    tap(from)
    if (durationMs >= longPressMs && touchedAt(lay().roots, from.x, from.y)?.field !== undefined)
      edit(selectAll)
  }

  const page = (): number => {
    const { list } = lay()
    return list.bottom - list.top
  }

  const keys: Readonly<Record<string, () => void>> = {
    HOME: tasks.home,
    BACK: tasks.back,
    ESCAPE: tasks.back,
    APP_SWITCH: tasks.switchApplication,
    ENTER: submit,
    NUMPAD_ENTER: submit,
    DPAD_CENTER: submit,
    CLEAR: () => edit(() => emptyField),
    PAGE_DOWN: () => scrollBy(page()),
    PAGE_UP: () => scrollBy(-page()),
    VOLUME_UP: () => {
      volume = Math.min(maxVolume, volume + 1)
    },
    VOLUME_DOWN: () => {
      volume = Math.max(0, volume - 1)
    },
    VOLUME_MUTE: () => {
      volume = 0
    },
    POWER: () => {
      isOn = !isOn
    },
    SLEEP: () => {
      isOn = false
    },
    WAKEUP: () => {
      isOn = true
    }
  }

  return {
    properties,
    packages,
    screen: () => screen,
    setScreen: (change) => {
      screen = { ...screen, ...change }
    },
    isOn: () => isOn,
    lay,
    tap,
    swipe,
    key: (code) => {
      const meaning = meaningOf(code)
      if (meaning?._tag === "Edit") edit((field) => strike(field, meaning.key, false))
      if (meaning?._tag === "Key") keys[meaning.name]?.()
    },
    type: (text) => {
      const [first = "", ...more] = text.split("\n")
      if (!edit((field) => insert(field, first))) {
        return { reason: "Invalid", detail: "no text field has the focus" }
      }
      for (const line of more) {
        submit()
        edit((field) => insert(field, line))
      }
      return undefined
    },
    applications: () =>
      visible().map(({ isSystem, label, packageName }) => ({
        name: label,
        startCommand: `monkey -p ${packageName} 1`,
        stopCommand: packageName,
        workDirectory: "",
        shownIn: "desktop",
        isSystem
      })),
    start: tasks.start,
    stop: (packageName) => {
      if (packageName !== systemInterface) return tasks.stop(packageName)
      // It is always there again at once, as another process, and reads its settings when it begins.
      systemPid++
      hasNavigationBar = properties.get("persist.wy.hasnavibar") !== "false"
      return true
    },
    pidOf: (packageName) => (packageName === systemInterface ? systemPid : tasks.pidOf(packageName)),
    simulate: (parts) => {
      simulated = parts
    },
    state: () => {
      const frame = tasks.frame()
      return {
        screen,
        foreground: { packageName: tasks.front(), activity: frame.activity },
        focusedText: frame.focused === undefined ? undefined : (frame.fields.get(frame.focused)?.text ?? ""),
        running: tasks.running(),
        installed: packages.installed().map(({ name }) => name),
        properties: properties.all(),
        isScreenOn: isOn,
        isResolutionLocked: properties.get("sys.wuying.lockres") === "1",
        hasNavigationBar,
        applicationRule: packages.rule(),
        uninstallLocked: packages.locked(),
        simulated,
        volume
      }
    }
  }
}
