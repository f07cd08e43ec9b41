/** The applications of a desktop, as `session.computer` and `session.application` have them. */
import * as Effect from "effect/Effect"
import * as ApplicationTools from "../../contract/tools/ApplicationTools.js"
import type { SessionComputer } from "../../session/SessionComputer.js"
import { checked, isText, type ModuleCall, oneOf, wholeNumber } from "../moduleCall.js"
import { ensureText } from "../validate.js"

export type ApplicationOperations = Pick<
  SessionComputer.Service,
  "getInstalledApps" | "startApp" | "stopAppByPName" | "stopAppByPID" | "stopAppByCmd" | "listVisibleApps"
>

const notBlank = (field: string, value: unknown) => (operation: string) => ensureText(operation, field, value)

/**
 * The operations. `module` says on whose behalf; `places` are where installed applications are looked for unless a
 * caller says otherwise.
 */
export const makeApplicationOperations = (
  module: ModuleCall,
  places: { readonly startMenu: boolean; readonly desktop: boolean }
): ApplicationOperations => ({
  getInstalledApps: (options) => {
    const { desktop = places.desktop, ignoreSystemApps = true, startMenu = places.startMenu } = options ?? {}
    return module.call(
      "getInstalledApps",
      ApplicationTools.getInstalledApps,
      checked(
        { start_menu: startMenu, desktop, ignore_system_app: ignoreSystemApps },
        oneOf("startMenu", startMenu, [true, false]),
        oneOf("desktop", desktop, [true, false]),
        oneOf("ignoreSystemApps", ignoreSystemApps, [true, false])
      )
    )
  },
  startApp: (command, options) => {
    const { activity = "", workDirectory = "" } = options ?? {}
    return module.call(
      "startApp",
      ApplicationTools.startApp,
      checked(
        {
          start_cmd: command,
          ...(workDirectory === "" ? {} : { work_directory: workDirectory }),
          ...(activity === "" ? {} : { activity })
        },
        notBlank("command", command),
        isText("workDirectory", workDirectory),
        isText("activity", activity)
      )
    )
  },
  stopAppByPName: (name) =>
    Effect.asVoid(
      module.call(
        "stopAppByPName",
        ApplicationTools.stopAppByPname,
        checked({ pname: name }, notBlank("name", name))
      )
    ),
  stopAppByPID: (pid) =>
    Effect.asVoid(
      module.call("stopAppByPID", ApplicationTools.stopAppByPid, checked({ pid }, wholeNumber("pid", pid, 1)))
    ),
  stopAppByCmd: (command) =>
    Effect.asVoid(
      module.call(
        "stopAppByCmd",
        ApplicationTools.stopAppByCmd,
        checked({ stop_cmd: command }, notBlank("command", command))
      )
    ),
  listVisibleApps: module.ask("listVisibleApps", ApplicationTools.listVisibleApps, {})
})
