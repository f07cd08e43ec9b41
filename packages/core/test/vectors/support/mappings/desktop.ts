/** The desktop of a session: the computer module, and the window, application and ui modules of the baseline. */
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import type { Session } from "../../../../src/Session.js"
import type {
  AppProcess,
  DragButton,
  InstalledApp,
  MouseButton,
  Screenshot,
  ScrollDirection,
  WindowInfo
} from "../../../../src/session/SessionComputer.js"
import type { UiElement } from "../../../../src/session/SessionMobile.js"
import { type Mappings, mapping, nothing, optional, optionalText, plain, text } from "../Mapping.js"
import { type Success, success } from "../Outcome.js"
import { isObject, type Json, type JsonObject } from "../Vector.js"

type Args = ReadonlyArray<Json>

type Call<A> = (session: Session.Service, args: Args) => Effect.Effect<A, unknown>

/** An operation that returns nothing. */
export const order = (call: Call<void>) =>
  mapping({ call: ({ session }, args) => call(session, args), ...nothing })

export const list = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

const texts = (value: Json | undefined): ReadonlyArray<string> => list(value).map(text)

export const boolean = (value: Json | undefined): boolean | undefined =>
  optional(value, (given) => given === true)

/** Members by whichever of their recorded names is there. */
const pick = (value: Json | undefined, names: Readonly<Record<string, ReadonlyArray<string>>>): JsonObject =>
  Object.fromEntries(
    Object.entries(names).flatMap(([name, spellings]) => {
      const found = spellings.find((spelling) => isObject(value) && value[spelling] !== undefined)
      return found === undefined || !isObject(value) ? [] : [[name, value[found] ?? null]]
    })
  )

const readWindow = ({ bounds, children, ...window }: WindowInfo): unknown =>
  plain({
    ...window,
    ...Option.getOrElse(bounds, () => ({})),
    children: children.map(readWindow)
  })

const windowNames = {
  id: ["window_id", "windowId"],
  title: ["title", "windowTitle", "window_title"],
  x: ["absolute_upper_left_x", "absoluteUpperLeftX"],
  y: ["absolute_upper_left_y", "absoluteUpperLeftY"],
  width: ["width"],
  height: ["height"],
  pid: ["pid"],
  processName: ["pname"]
}

const recordedWindow = (value: Json | undefined): unknown => ({
  ...pick(value, windowNames),
  children: isObject(value) ? list(value["child_windows"] ?? value["childWindows"]).map(recordedWindow) : []
})

const windows = (call: Call<ReadonlyArray<WindowInfo>>) =>
  mapping({
    call: ({ session }, args) => call(session, args),
    read: (found) => success(found.map(readWindow)),
    recorded: (result) => success(list(result["windows"]).map(recordedWindow))
  })

const oneWindow = (call: Call<Option.Option<WindowInfo>>) =>
  mapping({
    call: ({ session }, args) => call(session, args),
    read: (found) => success(Option.getOrNull(Option.map(found, readWindow))),
    recorded: (result) => success(recordedWindow(result["window"]))
  })

export const processes = (call: Call<ReadonlyArray<AppProcess>>) =>
  mapping({
    call: ({ session }, args) => call(session, args),
    read: (found) => success(plain(found)),
    recorded: (result) =>
      success(
        list(result["data"] ?? result["processes"]).map((entry) =>
          pick(entry, { name: ["pname"], pid: ["pid"], commandLine: ["cmdline"] })
        )
      )
  })

export const apps = (call: Call<ReadonlyArray<InstalledApp>>) =>
  mapping({
    call: ({ session }, args) => call(session, args),
    read: (found) => success(plain(found)),
    recorded: (result) =>
      success(
        list(result["data"] ?? result["apps"]).map((entry) =>
          pick(entry, {
            name: ["name"],
            startCommand: ["start_cmd", "startCmd"],
            stopCommand: ["stop_cmd", "stopCmd"],
            workDirectory: ["work_directory", "workDirectory"]
          })
        )
      )
  })

/** Numbers under the same names in both clients. */
const numbers = <A extends object>(call: (session: Session.Service) => Effect.Effect<A, unknown>) =>
  mapping({
    call: ({ session }) => call(session),
    read: (value) => success(value),
    recorded: ({ errorMessage: _message, requestId: _id, success: _success, ...value }) => success(value)
  })

export const url = (call: (session: Session.Service) => Effect.Effect<unknown, unknown>) =>
  mapping({
    call: ({ session }) => call(session),
    read: (value) => success(plain(value)),
    recorded: (result) => success(result["data"])
  })

export const readScreenshot = ({ bytes, requestId, ...picture }: Screenshot): Success =>
  success(plain({ ...picture, bytes: Encoding.encodeBase64(bytes) }), requestId)

export const recordedScreenshot = (result: JsonObject): Success =>
  success(
    {
      bytes: isObject(result["data"]) ? result["data"]["$bytes"] : undefined,
      mediaType: result["mimeType"] ?? `image/${text(result["format"])}`,
      width: result["width"],
      height: result["height"]
    },
    result["requestId"]
  )

const readElement = ({ attributes: _, bounds, children, ...element }: UiElement): unknown =>
  plain({
    ...element,
    bounds: Option.map(bounds, ({ bottom, left, right, top }) => [left, top, right, bottom].join(",")),
    children: children.map(readElement)
  })

const elements = (call: Call<ReadonlyArray<UiElement>>) =>
  mapping({
    call: ({ session }, args) => call(session, args),
    read: (found) => success(found.map(readElement)),
    recorded: (result) => success(result["elements"])
  })

type Windows = Pick<
  Session.Service["window"],
  | "activateWindow"
  | "closeWindow"
  | "maximizeWindow"
  | "minimizeWindow"
  | "restoreWindow"
  | "fullscreenWindow"
  | "resizeWindow"
  | "focusMode"
  | "listRootWindows"
>

const windowMappings = (target: string, of: (session: Session.Service) => Windows): Mappings => ({
  [`${target} listRootWindows`]: windows((session, [timeout]) =>
    of(session).listRootWindows({ timeout: optional(timeout, Number) })
  ),
  ...Object.fromEntries(
    (
      [
        "activateWindow",
        "closeWindow",
        "maximizeWindow",
        "minimizeWindow",
        "restoreWindow",
        "fullscreenWindow"
      ] as const
    ).map((method) => [`${target} ${method}`, order((session, [id]) => of(session)[method](Number(id)))])
  ),
  [`${target} resizeWindow`]: order((session, [id, width, height]) =>
    of(session).resizeWindow(Number(id), Number(width), Number(height))
  ),
  [`${target} focusMode`]: order((session, [on]) => of(session).focusMode(on === true))
})

const applicationMappings = (
  target: string,
  of: (session: Session.Service) => Session.Service["application"] | Session.Service["computer"]
): Mappings => ({
  [`${target} getInstalledApps`]: apps((session, [startMenu, desktop, ignoreSystemApps]) =>
    of(session).getInstalledApps({
      startMenu: boolean(startMenu),
      desktop: boolean(desktop),
      ignoreSystemApps: boolean(ignoreSystemApps)
    })
  ),
  [`${target} startApp`]: processes((session, [command, workDirectory, activity]) =>
    of(session).startApp(text(command), {
      workDirectory: optionalText(workDirectory),
      activity: optionalText(activity)
    })
  ),
  [`${target} stopAppByPName`]: order((session, [name]) => of(session).stopAppByPName(text(name))),
  [`${target} stopAppByPID`]: order((session, [pid]) => of(session).stopAppByPID(Number(pid))),
  [`${target} stopAppByCmd`]: order((session, [command]) => of(session).stopAppByCmd(text(command))),
  [`${target} listVisibleApps`]: processes((session) => of(session).listVisibleApps)
})

export const desktop: Mappings = {
  ...windowMappings("session.computer", ({ computer }) => computer),
  ...windowMappings("session.window", ({ window }) => window),
  ...applicationMappings("session.computer", ({ computer }) => computer),
  ...applicationMappings("session.application", ({ application }) => application),
  "session.computer clickMouse": order(({ computer }, [x, y, button]) =>
    computer.clickMouse(Number(x), Number(y), optionalText(button) as MouseButton | undefined)
  ),
  "session.computer moveMouse": order(({ computer }, [x, y]) => computer.moveMouse(Number(x), Number(y))),
  "session.computer dragMouse": order(({ computer }, [fromX, fromY, toX, toY, button]) =>
    computer.dragMouse(
      Number(fromX),
      Number(fromY),
      Number(toX),
      Number(toY),
      optionalText(button) as DragButton | undefined
    )
  ),
  "session.computer scroll": order(({ computer }, [x, y, direction, amount]) =>
    computer.scroll(
      Number(x),
      Number(y),
      optionalText(direction) as ScrollDirection | undefined,
      optional(amount, Number)
    )
  ),
  "session.computer inputText": order(({ computer }, [typed]) => computer.inputText(text(typed))),
  "session.computer pressKeys": order(({ computer }, [keys, hold]) =>
    computer.pressKeys(texts(keys), { hold: boolean(hold) })
  ),
  "session.computer releaseKeys": order(({ computer }, [keys]) => computer.releaseKeys(texts(keys))),
  "session.computer getCursorPosition": numbers(({ computer }) => computer.getCursorPosition),
  "session.computer getScreenSize": numbers(({ computer }) =>
    Effect.map(computer.getScreenSize, ({ dpiScalingFactor, ...size }) => ({
      ...size,
      dpiScalingFactor: Option.getOrNull(dpiScalingFactor)
    }))
  ),
  "session.computer screenshot": url(({ computer }) => computer.screenshotUrl),
  "session.computer betaTakeScreenshot": mapping({
    call: ({ session }, [format]) => session.computer.screenshot({ format: optionalText(format) as "png" }),
    read: readScreenshot,
    recorded: recordedScreenshot
  }),
  "session.computer getActiveWindow": oneWindow(({ computer }) => computer.getActiveWindow),
  "session.window getActiveWindow": oneWindow(({ window }, [timeout]) =>
    window.getActiveWindow({ timeout: optional(timeout, Number) })
  ),
  "session.window getWindowInfo": oneWindow(({ window }, [id]) => window.getWindowInfo(Number(id))),
  "session.window listAllWindows": windows(({ window }, [timeout]) =>
    window.listAllWindows({ timeout: optional(timeout, Number) })
  ),
  "session.window moveWindow": order(({ window }, [id, x, y]) =>
    window.moveWindow(Number(id), Number(x), Number(y))
  ),
  "session.application getRunningProcesses": processes(({ application }) => application.getRunningProcesses),
  "session.application getVisibleApps": processes(({ application }) => application.getVisibleApps),
  "session.ui click": order(({ ui }, [x, y, button]) =>
    ui.click(Number(x), Number(y), optionalText(button) as MouseButton | undefined)
  ),
  "session.ui screenshot": url(({ ui }) => ui.screenshotUrl),
  "session.ui sendKey": order(({ ui }, [key]) => ui.sendKey(Number(key))),
  "session.ui inputText": order(({ ui }, [typed]) => ui.inputText(text(typed))),
  "session.ui swipe": order(({ ui }, [startX, startY, endX, endY, duration]) =>
    ui.swipe(Number(startX), Number(startY), Number(endX), Number(endY), {
      duration: optional(duration, Number)
    })
  ),
  "session.ui getClickableUIElements": elements(({ ui }, [timeout]) =>
    ui.getClickableUIElements({ timeout: optional(timeout, Number) })
  ),
  "session.ui getAllUIElements": elements(({ ui }, [timeout]) =>
    ui.getAllUIElements({ timeout: optional(timeout, Number) })
  )
}
