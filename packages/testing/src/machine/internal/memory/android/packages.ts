/** What is installed, what may run, and what may not be removed. */
import type { AndroidState } from "../../../Android.js"
import type { Properties } from "./properties.js"

export interface InstalledPackage {
  readonly name: string
  readonly isSystem: boolean
}

export interface Packages {
  readonly installed: () => ReadonlyArray<InstalledPackage>
  readonly has: (name: string) => boolean
  readonly add: (name: string) => void
  /** Why a package cannot be removed, or nothing when it is gone. */
  readonly remove: (name: string) => string | undefined
  readonly mayRun: (name: string) => boolean
  readonly rule: () => AndroidState["applicationRule"]
  readonly locked: () => ReadonlyArray<string>
  /** Takes up what a changed property is about; true when it decides what may run. */
  readonly onProperty: (name: string, value: string) => boolean
}

/** Without these there is no way to anything else. */
const always = ["com.android.launcher3", "com.android.systemui"]

const linesOf = (text: string | undefined): ReadonlyArray<string> =>
  (text ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")

/** `read` gives the content of a file; undefined when there is none. */
export const makePackages = (
  preinstalled: ReadonlyArray<InstalledPackage>,
  properties: () => Properties,
  read: (path: string) => string | undefined
): Packages => {
  const installed = new Map(preinstalled.map((one) => [one.name, one]))
  let white: ReadonlyArray<string> = []
  let black: ReadonlyArray<string> = []
  let locked: ReadonlyArray<string> = []

  const rule = (): AndroidState["applicationRule"] => {
    switch (properties().get("persist.wy.pm_blacklist.switch")) {
      case "1":
        return { kind: "Black", packages: black }
      case "2":
        return { kind: "White", packages: white }
      default:
        return { kind: "none", packages: [] }
    }
  }

  return {
    installed: () => [...installed.values()],
    has: (name) => installed.has(name),
    add: (name) => {
      if (!installed.has(name)) installed.set(name, { name, isSystem: false })
    },
    remove: (name) => {
      const found = installed.get(name)
      if (found === undefined) return `not installed for 0`
      if (found.isSystem || locked.includes(name)) return "DELETE_FAILED_INTERNAL_ERROR"
      installed.delete(name)
      return undefined
    },
    mayRun: (name) => {
      const { kind, packages } = rule()
      return always.includes(name) || kind === "none" || packages.includes(name) === (kind === "White")
    },
    rule,
    locked: () => locked,
    onProperty: (name, value) => {
      switch (name) {
        case "rw.wy.pm_whitelist.refresh":
          if (value === "1") white = linesOf(read("/data/system/pm_whitelist.txt"))
          return true
        case "rw.wy.pm_blacklist.refresh":
          if (value === "1") black = linesOf(read("/data/system/pm_blacklist.txt"))
          return true
        case "persist.wy.pm_blacklist.switch":
          return true
        case "persist.wy.pm_lock.trigger":
          locked = linesOf(read("/data/system/pm_lock.conf"))
          return false
        case "persist.wy.pm_lock":
          locked = linesOf(value.replaceAll(";", "\n"))
          return false
        default:
          return false
      }
    }
  }
}
