/** The properties of the device. */

const initial: Readonly<Record<string, string>> = {
  "ro.build.version.release": "12",
  "ro.build.version.sdk": "31",
  "ro.product.brand": "generic",
  "ro.product.manufacturer": "unknown",
  "ro.product.model": "Model of a phone",
  "ro.product.device": "model",
  "ro.serialno": "0123456789ABCDEF",
  "sys.boot_completed": "1",
  "persist.wy.hasnavibar": "true",
  "persist.wy.pm_blacklist.switch": "0"
}

export interface Properties {
  readonly get: (name: string) => string
  /** False for a property that cannot be changed. */
  readonly set: (name: string, value: string) => boolean
  /** Changes every property, those that cannot be changed included. */
  readonly overwrite: (values: Readonly<Record<string, string>>) => void
  readonly all: () => Readonly<Record<string, string>>
}

/** `changed` hears of every property that was set. */
export const makeProperties = (changed: (name: string, value: string) => void): Properties => {
  const values = new Map(Object.entries(initial))
  return {
    get: (name) => values.get(name) ?? "",
    set: (name, value) => {
      if (name.startsWith("ro.") && values.has(name)) return false
      values.set(name, value)
      changed(name, value)
      return true
    },
    overwrite: (others) => {
      for (const [name, value] of Object.entries(others)) values.set(name, value)
    },
    all: () => Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}
