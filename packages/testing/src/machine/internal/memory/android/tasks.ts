/** The applications that run: which of them is in front, and which of its screens. */
import type { DesktopProcess } from "../../../Desktop.js"
import type { MachineErrorReason } from "../../../Machine.js"
import { emptyField, insert, type TextField } from "../desktop/textField.js"
import type { Activity, Application, Device } from "./application.js"
import { launcher, preinstalled } from "./applications.js"
import type { Packages } from "./packages.js"

export interface Refusal {
  readonly reason: MachineErrorReason
  readonly detail: string
}

/** One screen of an application, as far as it has been used. */
export interface Frame {
  readonly activity: string
  readonly fields: Map<string, TextField>
  focused: string | undefined
  scroll: number
}

interface Task {
  readonly application: Application
  readonly pid: number
  readonly frames: Array<Frame>
}

export interface Tasks {
  /** In the order in which they were started. */
  readonly running: () => ReadonlyArray<string>
  readonly pidOf: (packageName: string) => number | undefined
  /** The name of the package in front. */
  readonly front: () => string
  readonly frame: () => Frame
  readonly activity: () => Activity | undefined
  readonly home: () => void
  readonly back: () => void
  /** Brings back the application that was in front before this one. */
  readonly switchApplication: () => void
  readonly start: (packageName: string, activity?: string) => DesktopProcess | Refusal
  /** False when there is no such process. */
  readonly stop: (packageName: string) => boolean
}

export const systemInterface = "com.android.systemui"

const firstPid = 2345

const makeFrame = (activity: string): Frame => ({
  activity,
  fields: new Map(),
  focused: undefined,
  scroll: 0
})

export const makeTasks = (packages: Packages, services: Pick<Device, "property" | "installed">): Tasks => {
  const tasks = new Map<string, Task>()
  /** Packages from the one that was in front longest ago to the one in front. */
  let order: ReadonlyArray<string> = []
  let started = 0

  const bringToFront = (packageName: string): void => {
    order = [...order.filter((other) => other !== packageName), packageName]
  }

  const topOf = (task: Task): Frame => {
    const top = task.frames.at(-1) ?? makeFrame(task.application.main)
    if (task.frames.length === 0) task.frames.push(top)
    return top
  }

  const activities = new Map<string, Readonly<Record<string, Activity>>>()

  const deviceFor = (application: Application): Device => {
    const { packageName } = application
    const task = () => tasks.get(packageName)
    const frame = () => {
      const found = task()
      return found === undefined ? undefined : topOf(found)
    }
    return {
      open: (activity) => {
        task()?.frames.push(makeFrame(activity))
      },
      back: () => back(),
      start: (other) => {
        start(other)
      },
      fieldText: (id) => frame()?.fields.get(id)?.text ?? "",
      setField: (id, text) => {
        frame()?.fields.set(id, insert(emptyField, text))
      },
      ...services
    }
  }

  const activitiesOf = (application: Application): Readonly<Record<string, Activity>> => {
    const known = activities.get(application.packageName) ?? application.make(deviceFor(application))
    activities.set(application.packageName, known)
    return known
  }

  const launch = (application: Application): Task => {
    const running = tasks.get(application.packageName)
    if (running !== undefined) return running
    const task = { application, pid: firstPid + started, frames: [] }
    started += 1
    tasks.set(application.packageName, task)
    return task
  }

  const front = (): Task => tasks.get(order.at(-1) ?? "") ?? launch(launcher)

  const home = (): void => {
    launch(launcher)
    bringToFront(launcher.packageName)
  }

  const back = (): void => {
    const task = front()
    if (task.frames.length > 1) task.frames.pop()
    else if (task.application !== launcher) {
      task.frames.length = 0
      home()
    }
  }

  const start = (packageName: string, activity?: string): DesktopProcess | Refusal => {
    if (!packages.has(packageName)) return { reason: "NotFound", detail: `no such package: ${packageName}` }
    if (!packages.mayRun(packageName)) {
      return { reason: "PermissionDenied", detail: `the application ${packageName} is not allowed` }
    }
    const application = preinstalled.find((one) => one.packageName === packageName)
    const name = activity ?? application?.main ?? ""
    if (
      application === undefined ||
      packageName === systemInterface ||
      !Object.hasOwn(activitiesOf(application), name)
    ) {
      const what = activity === undefined ? "activity" : `activity ${activity}`
      return { reason: "NotFound", detail: `no ${what} to start in ${packageName}` }
    }
    const task = launch(application)
    if (activity !== undefined && topOf(task).activity !== activity) task.frames.push(makeFrame(activity))
    bringToFront(packageName)
    return { name: packageName, pid: task.pid, commandLine: packageName }
  }

  home()

  return {
    running: () => [...tasks.keys()],
    pidOf: (packageName) => tasks.get(packageName)?.pid,
    front: () => front().application.packageName,
    frame: () => topOf(front()),
    activity: () => activitiesOf(front().application)[topOf(front()).activity],
    home,
    back,
    switchApplication: () => {
      const previous = order.filter((one) => one !== launcher.packageName && tasks.has(one)).at(-2)
      if (previous !== undefined) bringToFront(previous)
    },
    start,
    stop: (packageName) => {
      const isRunning = tasks.delete(packageName)
      order = order.filter((other) => other !== packageName)
      if (order.length === 0) home()
      return isRunning
    }
  }
}
