/** The configuration of a running Android session. */
import * as Effect from "effect/Effect"
import type { InvalidArgument } from "../../AgentBayError.js"
import {
  DeviceSettings,
  PackageNames,
  type SimulateConfig,
  SimulateMode,
  SimulatePath,
  simulationPath
} from "../../MobileConfiguration.js"
import * as SessionCommand from "../../session/SessionCommand.js"
import type { SessionMobile, SettingOptions } from "../../session/SessionMobile.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { applySettings, applySimulation, type Device } from "../deviceSettings.js"
import { oneOf } from "../moduleCall.js"
import { ensure, ensureTimeout, makeTypeCheck } from "../validate.js"

export type ConfigurationOperations = Pick<
  SessionMobile.Service,
  | "configure"
  | "setResolutionLock"
  | "setAppWhitelist"
  | "setAppBlacklist"
  | "setNavigationBarVisibility"
  | "setUninstallBlacklist"
  | "simulate"
>

const checkSettings = makeTypeCheck(DeviceSettings)
const checkPackages = makeTypeCheck(PackageNames)
const checkPath = makeTypeCheck(SimulatePath)

const isSwitch = (field: string, value: unknown) => oneOf(field, value, [true, false])

export const makeConfigurationOperations = (runtime: SessionRuntime): ConfigurationOperations => {
  const { run } = SessionCommand.make(runtime)

  const change = <E>(
    method: string,
    options: SettingOptions | undefined,
    check: (operation: string) => Effect.Effect<unknown, InvalidArgument>,
    apply: (device: Device) => Effect.Effect<void, E>
  ) => {
    const operation = `SessionMobile.${method}`
    return check(operation).pipe(
      Effect.zipRight(
        options?.timeout === undefined
          ? Effect.succeed(undefined)
          : ensureTimeout(operation, "timeout", options.timeout)
      ),
      Effect.flatMap((timeout) => apply({ run, sessionId: runtime.sessionId, operation, timeout })),
      Effect.withSpan(operation)
    )
  }

  const set = (
    method: string,
    options: SettingOptions | undefined,
    check: (operation: string) => Effect.Effect<unknown, InvalidArgument>,
    settings: DeviceSettings
  ) => change(method, options, check, (device) => applySettings(device, settings))

  const listed = (packages: ReadonlyArray<string>) => (operation: string) =>
    checkPackages(operation, "packages", packages)

  const notEmpty = (packages: ReadonlyArray<string>) => (operation: string) =>
    Effect.tap(listed(packages)(operation), ({ length }) =>
      ensure(
        length > 0,
        operation,
        "packages",
        packages,
        "it must name at least one package: without any, nothing could be used"
      )
    )

  return {
    configure: (settings, options) =>
      set("configure", options, (operation) => checkSettings(operation, "", settings), settings),
    setResolutionLock: (locked, options) =>
      set("setResolutionLock", options, isSwitch("locked", locked), { lockResolution: locked }),
    setAppWhitelist: (packages, options) =>
      set("setAppWhitelist", options, notEmpty(packages), {
        appManagerRule: { ruleType: "White", appPackageNameList: packages }
      }),
    setAppBlacklist: (packages, options) =>
      set("setAppBlacklist", options, listed(packages), {
        appManagerRule: { ruleType: "Black", appPackageNameList: packages }
      }),
    setNavigationBarVisibility: (visibility, options) =>
      set("setNavigationBarVisibility", options, oneOf("visibility", visibility, ["visible", "hidden"]), {
        hideNavigationBar: visibility === "hidden"
      }),
    setUninstallBlacklist: (packages, options) =>
      set("setUninstallBlacklist", options, listed(packages), { uninstallBlacklist: packages }),
    simulate: (options) => {
      const config: SimulateConfig = {
        simulate: true,
        simulatePath: options?.path ?? simulationPath,
        simulateMode: options?.mode ?? "PropertiesOnly"
      }
      return change(
        "simulate",
        options,
        (operation) =>
          Effect.zipRight(
            checkPath(operation, "path", config.simulatePath),
            oneOf("mode", config.simulateMode, SimulateMode.literals)(operation)
          ),
        (device) => applySimulation(device, config)
      )
    }
  }
}
