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

/** Android package names; anything else could smuggle commands into a script. */
const PackageName = Schema.String.pipe(
  Schema.pattern(/^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$/, {
    message: () => "an Android package name such as com.example.app"
  })
)

/**
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
 * @category schemas
 */
export const MobileConfiguration = Schema.Struct({
  /** Keep the display at its resolution. */
  lockResolution: Schema.Boolean,
  /** Which applications may be installed (`White`) or may not (`Black`). */
  appManagerRule: Schema.optional(
    Schema.Struct({
      ruleType: Schema.Literal("White", "Black"),
      appPackageNameList: Schema.NonEmptyArray(PackageName)
    })
  ),
  hideNavigationBar: Schema.optional(Schema.Boolean),
  /** Packages that cannot be uninstalled. */
  uninstallBlacklist: Schema.optional(Schema.Array(PackageName)),
  /** Makes the device look like another one, from data in a context. */
  simulateConfig: Schema.optional(
    Schema.Struct({
      simulate: Schema.Boolean,
      simulatePath: Schema.optional(
        Schema.String.pipe(
          Schema.pattern(/^\/[A-Za-z0-9_./-]*$/, {
            message: () => "an absolute path of letters, digits and _ . / -"
          })
        )
      ),
      simulateMode: Schema.optional(SimulateMode),
      simulatedContextId: Schema.optional(Schema.NonEmptyTrimmedString)
    })
  )
})

/**
 * @since 0.1.0
 * @category models
 */
export type MobileConfiguration = typeof MobileConfiguration.Type

/**
 * Where the data of a simulated device lies in a session.
 *
 * @since 0.1.0
 * @category constants
 */
export const simulationPath = "/data/agentbay_mobile_info"

const writeLines = (path: string, lines: ReadonlyArray<string>): string =>
  [`cat > ${path} << 'AGENTBAY_EOF'`, ...lines, "AGENTBAY_EOF", `chmod 644 ${path}`].join("\n")

const applicationRule = (rule: NonNullable<MobileConfiguration["appManagerRule"]>): string => {
  const list = rule.ruleType === "White" ? "whitelist" : "blacklist"
  return [
    writeLines(`/data/system/pm_${list}.txt`, rule.appPackageNameList),
    `setprop rw.wy.pm_${list}.refresh 1`,
    `setprop persist.wy.pm_blacklist.switch ${rule.ruleType === "White" ? 2 : 1}`
  ].join("\n")
}

/**
 * The commands that apply the settings, in the order of the official SDKs. `nowSeconds` marks the change of the
 * uninstall list.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toCommands = (configuration: MobileConfiguration, nowSeconds: number): ReadonlyArray<string> => {
  const commands = [`setprop sys.wuying.lockres ${configuration.lockResolution ? 1 : 0}`]
  if (configuration.appManagerRule !== undefined) commands.push(applicationRule(configuration.appManagerRule))
  if (configuration.hideNavigationBar !== undefined) {
    commands.push(
      `setprop persist.wy.hasnavibar ${configuration.hideNavigationBar ? "false" : "true"}; killall com.android.systemui || true`
    )
  }
  if (configuration.uninstallBlacklist !== undefined && configuration.uninstallBlacklist.length > 0) {
    commands.push(
      [
        writeLines("/data/system/pm_lock.conf", configuration.uninstallBlacklist),
        `setprop persist.wy.pm_lock.trigger ${nowSeconds}`
      ].join("\n")
    )
  }
  return commands
}

const simulateFlags: Record<typeof SimulateMode.Type, string> = {
  PropertiesOnly: "",
  SensorsOnly: " -sensors",
  PackagesOnly: " -packages",
  ServicesOnly: " -services",
  All: " -all"
}

/**
 * The command that makes the device look like another one, when the configuration asks for it.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toSimulationCommand = (configuration: MobileConfiguration): string | undefined => {
  const simulate = configuration.simulateConfig
  if (simulate?.simulate !== true || simulate.simulatePath === undefined) return undefined
  const flag = simulateFlags[simulate.simulateMode ?? "PropertiesOnly"]
  return `chmod -R a+rwx ${simulate.simulatePath}; wya apply${flag} ${simulate.simulatePath}/dev_info.json`
}
