/** Android sessions, and the descriptions of devices that they can be made to look like. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { DeviceSettings, SimulateMode } from "../../../../src/MobileConfiguration.js"
import type { Session } from "../../../../src/Session.js"
import type { Screenshot } from "../../../../src/session/SessionComputer.js"
import type { UiElement } from "../../../../src/session/SessionMobile.js"
import { type MobileInfo, toConfig } from "../../../../src/storage/MobileSimulation.js"
import {
  type Mappings,
  mapping,
  object,
  optional,
  optionalNumber,
  optionalText,
  plain,
  text
} from "../Mapping.js"
import { success } from "../Outcome.js"
import { isObject, type Json } from "../Vector.js"
import type { World } from "../World.js"
import { apps, boolean, list, order, processes, readScreenshot, recordedScreenshot, url } from "./desktop.js"

type Args = ReadonlyArray<Json>

const names = (value: Json | undefined): ReadonlyArray<string> => list(value).map(text)

const picture = (
  take: (mobile: Session.Service["mobile"], args: Args) => Effect.Effect<Screenshot, unknown>
) =>
  mapping({
    call: ({ session }, args) => take(session.mobile, args),
    read: readScreenshot,
    recorded: recordedScreenshot
  })

const readElement = ({ attributes: _, bounds, children, ...element }: UiElement): unknown =>
  plain({
    ...element,
    bounds: Option.map(bounds, ({ bottom, left, right, top }) => [left, top, right, bottom]),
    children: children.map(readElement)
  })

/** The recorded client leaves out what the service leaves out. */
const recordedElement = (value: Json): unknown => {
  const { bounds, children, ...element } = object(value)
  const edges = object(bounds)
  return {
    className: "",
    text: "",
    type: "",
    resourceId: "",
    isParent: false,
    ...element,
    bounds: isObject(bounds) ? [edges["left"], edges["top"], edges["right"], edges["bottom"]] : bounds,
    children: list(children).map(recordedElement)
  }
}

const elements = (
  look: (mobile: Session.Service["mobile"], args: Args) => Effect.Effect<ReadonlyArray<UiElement>, unknown>
) =>
  mapping({
    call: ({ session }, args) => look(session.mobile, args),
    read: (found) => success(found.map(readElement)),
    recorded: (result) => success(list(result["elements"]).map(recordedElement))
  })

const all = elements((screen, [timeout]) => screen.getAllUIElements({ timeout: optionalNumber(timeout) }))

const document = mapping({
  call: ({ session }, [timeout]) =>
    session.mobile.getAllUIElements({ timeout: optionalNumber(timeout), format: "xml" }),
  read: (raw) => success(raw),
  recorded: ({ raw }) => success(raw)
})

const unknownFormat = elements((screen, [timeout, format]) =>
  screen.getAllUIElements({ timeout: optionalNumber(timeout), format: text(format) as "json" })
)

const byFormat = ([, format]: Args) =>
  format === undefined ? all : format === "xml" ? document : unknownFormat

export const mobile: Mappings = {
  "session.mobile tap": order((session, [x, y]) => session.mobile.tap(Number(x), Number(y))),
  "session.mobile swipe": order((session, [startX, startY, endX, endY, duration]) =>
    session.mobile.swipe(Number(startX), Number(startY), Number(endX), Number(endY), {
      duration: optionalNumber(duration)
    })
  ),
  "session.mobile inputText": order((session, [typed]) => session.mobile.inputText(text(typed))),
  "session.mobile sendKey": order((session, [key]) => session.mobile.sendKey(Number(key))),
  "session.mobile getClickableUIElements": elements((screen, [timeout]) =>
    screen.getClickableUIElements({ timeout: optionalNumber(timeout) })
  ),
  "session.mobile getAllUIElements": {
    run: (world, args) => byFormat(args).run(world, args),
    recorded: (result, one) => byFormat(one.vector.call.args).recorded(result, one)
  },
  "session.mobile getInstalledApps": apps((session, [startMenu, desktop, ignoreSystemApps]) =>
    session.mobile.getInstalledApps({
      startMenu: boolean(startMenu),
      desktop: boolean(desktop),
      ignoreSystemApps: boolean(ignoreSystemApps)
    })
  ),
  "session.mobile startApp": processes((session, [command, workDirectory, activity]) =>
    session.mobile.startApp(text(command), {
      workDirectory: optionalText(workDirectory),
      activity: optionalText(activity)
    })
  ),
  "session.mobile stopAppByCmd": order((session, [command]) => session.mobile.stopAppByCmd(text(command))),
  "session.mobile screenshot": url((session) => session.mobile.screenshotUrl),
  "session.mobile betaTakeScreenshot": picture((screen, [format]) =>
    screen.screenshot({ format: optionalText(format) as "png" })
  ),
  "session.mobile betaTakeLongScreenshot": picture((screen, [maxScreens, format, quality]) =>
    screen.longScreenshot({
      maxScreens: optionalNumber(maxScreens),
      format: optionalText(format) as "png",
      quality: optionalNumber(quality)
    })
  ),
  "session.mobile getAdbUrl": mapping({
    call: ({ session }, [key]) => session.mobile.getAdbUrl(text(key)),
    read: ({ command, requestId }) => success(command, requestId),
    recorded: ({ requestId, url: command }) => success(command, requestId)
  }),
  "session.mobile configure": order((session, [settings]) =>
    session.mobile.configure(object(settings) as DeviceSettings)
  ),
  "session.mobile setResolutionLock": order((session, [locked]) =>
    session.mobile.setResolutionLock(locked === true)
  ),
  "session.mobile setAppWhitelist": order((session, [packages]) =>
    session.mobile.setAppWhitelist(names(packages))
  ),
  "session.mobile setAppBlacklist": order((session, [packages]) =>
    session.mobile.setAppBlacklist(names(packages))
  ),
  "session.mobile setNavigationBarVisibility": order((session, [hidden]) =>
    session.mobile.setNavigationBarVisibility(hidden === true ? "hidden" : "visible")
  ),
  "session.mobile setUninstallBlacklist": order((session, [packages]) =>
    session.mobile.setUninstallBlacklist(names(packages))
  )
}

/** What the line sets on the recorded service beforehand. */
const settingsOf = ({ one }: World) => {
  const then = one.vector.call.then ?? ""
  return {
    simulate: then.includes("setSimulateEnable(true)"),
    mode: (/setSimulateMode\("(\w+)"\)/.exec(then)?.[1] ?? "PropertiesOnly") as SimulateMode,
    contextId: /setSimulateContextId\("([^"]+)"\)/.exec(then)?.[1]
  }
}

/** What the recorded service keeps in itself, from what ours returns. */
const configOf = (world: World, info: MobileInfo | undefined) => {
  const { mode, simulate } = settingsOf(world)
  return info === undefined ? { simulate, simulateMode: mode } : { ...toConfig(info, { mode }), simulate }
}

/** A `ContextSync` of the recorded client. */
const placeOf = (value: Json | undefined) =>
  optional(value, (given) => {
    const [contextId, path] = isObject(given) ? list(given["args"]) : []
    return { contextId: text(contextId), path: text(path) }
  })

const target = "new MobileSimulateService(agentBay)"

export const mobileSimulate: Mappings = {
  [`${target} getSimulateConfig`]: mapping({
    call: (world) => {
      const { contextId } = settingsOf(world)
      const info =
        contextId === undefined
          ? undefined
          : { contextId, directory: "/data/agentbay_mobile_info", hasOwnContext: true }
      return Effect.succeed(configOf(world, info))
    },
    read: (config) => success(config),
    recorded: (config) => success(config)
  }),
  [`${target} hasMobileInfo`]: mapping({
    call: (world, [sync]) => world.bay.mobileSimulation.findMobileInfo(placeOf(sync) ?? { contextId: "" }),
    read: (found, world) =>
      success({ returned: Option.isSome(found), config: configOf(world, Option.getOrUndefined(found)) }),
    recorded: (result) => success(result)
  }),
  [`${target} uploadMobileInfo`]: mapping({
    call: (world, [description, sync]) =>
      world.bay.mobileSimulation.uploadMobileInfo(text(description), placeOf(sync)),
    read: (info, world) =>
      success({
        returned: { success: true, mobileSimulateContextId: info.contextId },
        config: configOf(world, info)
      }),
    recorded: (result) => success(result)
  })
}
