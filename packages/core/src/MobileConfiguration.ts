/**
 * Settings of an Android session: what is sent at creation, and the commands that put it into effect.
 *
 * The service does not apply the settings itself; every official SDK runs these commands through the shell after
 * the session has started.
 *
 * Source: control plane reference, sections 2.2.1 and 3.6; session core modules, section 5.3.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { quote, quoteAll } from "./internal/quote.js"

/**
 * The name of an Android package; the names of a list are written into scripts.
 *
 * @since 0.1.0
 * @category schemas
 */
export const PackageName = Schema.String.pipe(
  Schema.pattern(/^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$/, {
    message: () => "an Android package name such as com.example.app"
  })
)

/**
 * @since 0.1.0
 * @category schemas
 */
export const PackageNames = Schema.Array(PackageName)

/**
 * What of the device is simulated.
 *
 * @since 0.1.0
 * @category schemas
 */
export const SimulateMode = Schema.Literal(
  "PropertiesOnly",
  "SensorsOnly",
  "PackagesOnly",
  "ServicesOnly",
  "All"
)

/**
 * @since 0.1.0
 * @category models
 */
export type SimulateMode = typeof SimulateMode.Type

const plainPath = /^\/[A-Za-z0-9_./-]*$/

/**
 * A directory of a session which holds the description of a device.
 *
 * @since 0.1.0
 * @category schemas
 */
export const SimulatePath = Schema.String.pipe(
  Schema.pattern(plainPath, {
    message: () => "an absolute path of letters, digits and _ . / -"
  })
)

/**
 * Makes the device look like another one, from a description that `AgentBay.mobileSimulation` has stored.
 *
 * @since 0.1.0
 * @category schemas
 */
export const SimulateConfig = Schema.Struct({
  simulate: Schema.Boolean,
  /** Where the description lies in the session. Default, with `simulatedContextId`: `simulationPath`. */
  simulatePath: Schema.optional(SimulatePath),
  /** Default `PropertiesOnly`. */
  simulateMode: Schema.optional(SimulateMode),
  /** A context that holds nothing but the description; it is mounted at `simulationPath`. */
  simulatedContextId: Schema.optional(Schema.NonEmptyTrimmedString)
}).pipe(
  Schema.filter((config) =>
    config.simulate && config.simulatePath === undefined && config.simulatedContextId === undefined
      ? {
          path: ["simulatePath"],
          message: "a simulation needs a path in the session, or a context with the description"
        }
      : undefined
  )
)

/**
 * @since 0.1.0
 * @category models
 */
export type SimulateConfig = typeof SimulateConfig.Type

/**
 * Settings that can be changed at any time. What is left out stays as it is.
 *
 * @since 0.1.0
 * @category schemas
 */
export const DeviceSettings = Schema.Struct({
  /** Keep the display at its resolution, or let it change. */
  lockResolution: Schema.optional(Schema.Boolean),
  /**
   * The only applications that may be used (`White`, at least one), or those that may not (`Black`; none of them
   * allows every application). One list is in force.
   */
  appManagerRule: Schema.optional(
    Schema.Struct({ ruleType: Schema.Literal("White", "Black"), appPackageNameList: PackageNames }).pipe(
      Schema.filter(({ appPackageNameList, ruleType }) =>
        ruleType === "White" && appPackageNameList.length === 0
          ? {
              path: ["appPackageNameList"],
              message: "at least one package: without any, nothing could be used"
            }
          : undefined
      )
    )
  ),
  /** Changing it restarts the system's user interface. */
  hideNavigationBar: Schema.optional(Schema.Boolean),
  /** The packages that cannot be uninstalled; none of them protects nothing. */
  uninstallBlacklist: Schema.optional(PackageNames)
})

/**
 * @since 0.1.0
 * @category models
 */
export type DeviceSettings = typeof DeviceSettings.Type

/**
 * The settings of a new Android session.
 *
 * @since 0.1.0
 * @category schemas
 */
export const MobileConfiguration = Schema.Struct({
  ...DeviceSettings.fields,
  simulateConfig: Schema.optional(SimulateConfig)
})

/**
 * @since 0.1.0
 * @category models
 */
export type MobileConfiguration = typeof MobileConfiguration.Type

/**
 * Where the description of a simulated device lies in a session when it has a context of its own.
 *
 * @since 0.1.0
 * @category constants
 */
export const simulationPath = "/data/agentbay_mobile_info"

/** Each step only after the one before has worked, so that no failure is lost. */
const steps = (...commands: ReadonlyArray<string>): string => commands.join(" && ")

/** Every line is a quoted word: none can become a command, whatever it contains. */
const writeLines = (path: string, lines: ReadonlyArray<string>): ReadonlyArray<string> => [
  lines.length === 0 ? `printf '' > ${path}` : `printf '%s\\n' ${quoteAll(lines)} > ${path}`,
  `chmod 644 ${path}`
]

const applicationRule = (rule: NonNullable<DeviceSettings["appManagerRule"]>): string => {
  const list = rule.ruleType === "White" ? "whitelist" : "blacklist"
  return steps(
    ...writeLines(`/data/system/pm_${list}.txt`, rule.appPackageNameList),
    `setprop rw.wy.pm_${list}.refresh 1`,
    `setprop persist.wy.pm_blacklist.switch ${rule.ruleType === "White" ? 2 : 1}`
  )
}

const userInterface = "com.android.systemui"

/** A user interface that is just restarting cannot be stopped, and reads the setting when it starts. */
const restartUserInterface = `{ killall ${userInterface} || ! pidof ${userInterface} > /dev/null; }`

/**
 * The commands that apply the settings, in the order of the official SDKs. `nowSeconds` marks the change of the
 * uninstall list.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toCommands = (settings: DeviceSettings, nowSeconds: number): ReadonlyArray<string> => {
  const { appManagerRule, hideNavigationBar, lockResolution, uninstallBlacklist } = settings
  const commands: Array<string> = []
  if (lockResolution !== undefined) commands.push(`setprop sys.wuying.lockres ${lockResolution ? 1 : 0}`)
  if (appManagerRule !== undefined) commands.push(applicationRule(appManagerRule))
  if (hideNavigationBar !== undefined) {
    commands.push(
      steps(`setprop persist.wy.hasnavibar ${hideNavigationBar ? "false" : "true"}`, restartUserInterface)
    )
  }
  if (uninstallBlacklist !== undefined) {
    commands.push(
      steps(
        ...writeLines("/data/system/pm_lock.conf", uninstallBlacklist),
        `setprop persist.wy.pm_lock.trigger ${nowSeconds}`
      )
    )
  }
  return commands
}

const simulateFlags: Record<SimulateMode, string> = {
  PropertiesOnly: "",
  SensorsOnly: " -sensors",
  PackagesOnly: " -packages",
  ServicesOnly: " -services",
  All: " -all"
}

const word = (path: string): string => (plainPath.test(path) ? path : quote(path))

/**
 * The command that makes the device look like another one, when the configuration asks for it.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toSimulationCommand = (simulate: SimulateConfig): string | undefined => {
  const given =
    simulate.simulatePath ?? (simulate.simulatedContextId === undefined ? undefined : simulationPath)
  if (!simulate.simulate || given === undefined) return undefined
  const path = given.length > 1 ? given.replace(/\/+$/, "") : given
  return `chmod -R a+rwx ${word(path)}; wya apply${simulateFlags[simulate.simulateMode ?? "PropertiesOnly"]} ${word(`${path}/dev_info.json`)}`
}
