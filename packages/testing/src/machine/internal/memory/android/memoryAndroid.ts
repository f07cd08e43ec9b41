/** The device as a machine offers it. */
import * as Effect from "effect/Effect"
import type { Android } from "../../../Android.js"
import type { DesktopProcess, Picture, Point } from "../../../Desktop.js"
import { MachineError } from "../../../Machine.js"
import { encodeGreyJpeg } from "../jpeg.js"
import { encodeGreyPng } from "../png.js"
import type { AndroidDevice } from "./device.js"
import { drawAndroid } from "./picture.js"
import type { Refusal } from "./tasks.js"

const fail = ({ detail, reason }: Refusal): Effect.Effect<never, MachineError> =>
  Effect.fail(new MachineError({ reason, detail }))

const isRefusal = (result: DesktopProcess | Refusal): result is Refusal => "reason" in result

const packagePattern = "[A-Za-z][\\w.]*"

const monkey = new RegExp(`^(?:\\S*/)?monkey\\s.*?-p\\s+(${packagePattern})(?:\\s|$)`)

const am = new RegExp(`^(?:\\S*/)?am\\s+start\\b.*?-n\\s+(${packagePattern})/(\\S+)`)

/** The name of a package and nothing else; without a dot it would be any word. */
const bare = /^[A-Za-z]\w*(\.\w+)+$/

export interface StartTarget {
  readonly packageName: string
  readonly activity: string | undefined
}

/** `.Name`, whether it is written so, with its package, or with the package's name before it. */
export const activityName = (packageName: string, activity: string): string => {
  const own = activity.startsWith(`${packageName}/`) ? activity.slice(packageName.length + 1) : activity
  return own.startsWith(`${packageName}.`) ? own.slice(packageName.length) : own
}

/** What a command starts; undefined when it starts nothing. */
export const readStart = (command: string): StartTarget | undefined => {
  const text = command.trim()
  const [, started, activity] = am.exec(text) ?? []
  if (started !== undefined && activity !== undefined) {
    return { packageName: started, activity: activityName(started, activity) }
  }
  const packageName = monkey.exec(text)?.[1] ?? (bare.test(text) ? text : undefined)
  return packageName === undefined ? undefined : { packageName, activity: undefined }
}

/** `alive` fails when the machine is gone. */
export const makeAndroid = (alive: Effect.Effect<void, MachineError>, device: AndroidDevice): Android => {
  const now = <A>(work: () => A): Effect.Effect<A, MachineError> => Effect.map(alive, work)

  const onPoints = (points: ReadonlyArray<Point>, work: () => void): Effect.Effect<void, MachineError> =>
    Effect.flatMap(alive, () => {
      const { height, width } = device.screen()
      const outside = points.find(({ x, y }) => !(x >= 0 && y >= 0 && x < width && y < height))
      return outside === undefined
        ? Effect.sync(work)
        : fail({ reason: "Invalid", detail: `(${outside.x}, ${outside.y}) is outside the screen` })
    })

  const picture = (format: Picture["format"], height: number, quality?: number): Picture => {
    const { width } = device.screen()
    const roots = device.lay(height).roots.map(({ element }) => element)
    const pixels = drawAndroid({ width, height }, roots, device.isOn())
    const bytes =
      format === "png" ? encodeGreyPng(width, height, pixels) : encodeGreyJpeg(width, height, pixels, quality)
    return { format, width, height, bytes }
  }

  return {
    screen: now(device.screen),
    tap: (point) => onPoints([point], () => device.tap(point)),
    swipe: (from, to, durationMs) => onPoints([from, to], () => device.swipe(from, to, durationMs)),
    sendKey: (code) => now(() => device.key(code)),
    type: (text) =>
      Effect.flatMap(alive, () => {
        const refusal = device.type(text)
        return refusal === undefined ? Effect.void : fail(refusal)
      }),
    elements: now(() => device.lay().roots.map(({ element }) => element)),
    screenshot: (format) => now(() => picture(format, device.screen().height)),
    longScreenshot: ({ format, maxScreens, quality }) =>
      now(() => {
        const { height } = device.screen()
        const { below } = device.lay()
        return picture(format, Math.min(maxScreens * height, height + below), quality)
      }),
    installedApplications: now(device.applications),
    start: ({ activity, command }) =>
      Effect.flatMap(alive, () => {
        const target = readStart(command)
        if (target === undefined) {
          return fail({ reason: "Invalid", detail: `not a command that starts an application: ${command}` })
        }
        const { packageName } = target
        const named =
          activity === undefined || activity === "" ? target.activity : activityName(packageName, activity)
        const result = device.start(packageName, named)
        return isRefusal(result) ? fail(result) : Effect.succeed([result])
      }),
    stopByCommand: (packageName) =>
      Effect.flatMap(alive, () =>
        device.stop(packageName.trim())
          ? Effect.void
          : fail({ reason: "NotFound", detail: `no such process: ${packageName}` })
      ),
    inspect: now(device.state)
  }
}
