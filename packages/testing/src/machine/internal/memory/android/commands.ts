/** The programs of Android that the shell of a mobile image has beside the usual ones. */
import { fromName } from "@effect-agentbay/core/KeyCode"
import type { Command } from "just-bash"
import type { AndroidState } from "../../../Android.js"
import { absolute } from "../memoryPaths.js"
import { command, output, refuse } from "../shellCommands.js"
import type { AndroidDevice } from "./device.js"
import { activityName, readStart } from "./memoryAndroid.js"

type Output = Awaited<ReturnType<Command["execute"]>>

const done = output("")

/** What `setprop`, `getprop`, `wm`, `pm`, `am` and `monkey` say of arguments they do not know. */
const unknownUse = (name: string, args: ReadonlyArray<string>): Output =>
  refuse(`${name}: unknown arguments: ${args.join(" ")}`, 255)

const properties = (device: AndroidDevice): ReadonlyArray<Command> => [
  command("setprop", async ([name, value, ...rest]) => {
    if (name === undefined || value === undefined || rest.length > 0)
      return refuse("usage: setprop NAME VALUE")
    return device.properties.set(name, value)
      ? done
      : refuse(`Failed to set property '${name}' to '${value}'.`)
  }),
  command("getprop", async ([name, fallback = ""]) => {
    if (name !== undefined) return output(`${device.properties.get(name) || fallback}\n`)
    const lines = Object.entries(device.properties.all()).map(([key, value]) => `[${key}]: [${value}]\n`)
    return output(lines.join(""))
  })
]

const size = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/

const physical = { width: 720, height: 1280, density: 160 }

const window = (device: AndroidDevice): Command =>
  command("wm", async (args) => {
    const [what, value] = args
    const { density, height, width } = device.screen()
    if (what === "size") {
      if (value === undefined) {
        const changed = width !== physical.width || height !== physical.height
        const override = changed ? `Override size: ${width}x${height}\n` : ""
        return output(`Physical size: ${physical.width}x${physical.height}\n${override}`)
      }
      const [, x, y] = value === "reset" ? ["", physical.width, physical.height] : (size.exec(value) ?? [])
      if (x === undefined || y === undefined) return unknownUse("wm", args)
      device.setScreen({ width: Number(x), height: Number(y) })
      return done
    }
    if (what === "density") {
      if (value === undefined) {
        const override = density === physical.density ? "" : `Override density: ${density}\n`
        return output(`Physical density: ${physical.density}\n${override}`)
      }
      if (value !== "reset" && !/^[1-9]\d{1,3}$/.test(value)) return unknownUse("wm", args)
      device.setScreen({ density: value === "reset" ? physical.density : Number(value) })
      return done
    }
    return unknownUse("wm", args)
  })

const processes = (device: AndroidDevice): ReadonlyArray<Command> => [
  command("killall", async (args) => {
    const names = args.filter((arg) => !arg.startsWith("-"))
    if (names.length === 0) return refuse("killall: Need 1 argument")
    const missing = names.filter((name) => !device.stop(name))
    return output("", missing.map((name) => `killall: ${name}: No such process\n`).join(""), missing.length)
  }),
  command("pidof", async (args) => {
    const pids = args.map(device.pidOf).filter((pid) => pid !== undefined)
    return pids.length === 0 ? output("", "", 1) : output(`${pids.join(" ")}\n`)
  })
]

const packageManager = (device: AndroidDevice): Command =>
  command("pm", async (args) => {
    const [verb, ...rest] = args
    const operands = rest.filter((arg) => !arg.startsWith("-"))
    if (verb === "list" && operands[0] === "packages") {
      const filter = operands[1] ?? ""
      const lines = device.packages
        .installed()
        .filter(({ isSystem }) => !(rest.includes("-3") && isSystem) && !(rest.includes("-s") && !isSystem))
        .map(({ name }) => name)
        .filter((name) => name.includes(filter))
        .sort()
      return output(lines.map((name) => `package:${name}\n`).join(""))
    }
    const [name] = operands
    if (verb === "uninstall" && name !== undefined) {
      const problem = device.packages.remove(name)
      if (problem !== undefined) return output(`Failure [${problem}]\n`, "", 1)
      device.stop(name)
      return output("Success\n")
    }
    return unknownUse("pm", args)
  })

const start = (device: AndroidDevice, line: string): string | undefined => {
  const target = readStart(line)
  if (target === undefined) return "no package is named"
  const result = device.start(target.packageName, target.activity)
  return "reason" in result ? result.detail : undefined
}

const activities = (device: AndroidDevice): ReadonlyArray<Command> => [
  command("monkey", async (args) => {
    const problem = start(device, `monkey ${args.join(" ")}`)
    return problem === undefined
      ? output("Events injected: 1\n")
      : output(`** No activities found to run, monkey aborted: ${problem}\n`, "", 252)
  }),
  command("am", async (args) => {
    const [verb, ...rest] = args
    if (verb === "force-stop" && rest[0] !== undefined) {
      device.stop(rest[0])
      return done
    }
    if (verb !== "start") return unknownUse("am", args)
    const component = rest[rest.indexOf("-n") + 1]
    const problem = start(device, `am ${args.join(" ")}`)
    const [packageName = "", activity = ""] = component?.split("/") ?? []
    return problem === undefined
      ? output(`Starting: Intent { cmp=${packageName}/${activityName(packageName, activity)} }\n`)
      : refuse(`Error: ${problem}`)
  })
]

const fingers = (device: AndroidDevice): Command =>
  command("input", async (args) => {
    const [verb, ...rest] = args
    const [x1 = Number.NaN, y1 = Number.NaN, x2 = Number.NaN, y2 = Number.NaN, ms = 300] = rest.map(Number)
    if (verb === "tap" && rest.length === 2 && Number.isFinite(x1 + y1)) {
      device.tap({ x: x1, y: y1 })
      return done
    }
    if (
      verb === "swipe" &&
      (rest.length === 4 || rest.length === 5) &&
      Number.isFinite(x1 + y1 + x2 + y2 + ms)
    ) {
      device.swipe({ x: x1, y: y1 }, { x: x2, y: y2 }, ms)
      return done
    }
    if (verb === "text" && rest.length === 1) {
      const refusal = device.type((rest[0] ?? "").replaceAll("%s", " "))
      return refusal === undefined ? done : refuse(`input: ${refusal.detail}`)
    }
    if (verb === "keyevent" && rest.length > 0) {
      const codes = rest.map((key) => (/^\d+$/.test(key) ? Number(key) : fromName(key)))
      const known = codes.filter((code) => code !== undefined)
      if (known.length < codes.length) return unknownUse("input", args)
      known.forEach(device.key)
      return done
    }
    return unknownUse("input", args)
  })

const parts: Readonly<Record<string, AndroidState["simulated"]>> = {
  "": ["properties"],
  "-sensors": ["sensors"],
  "-packages": ["packages"],
  "-services": ["services"],
  "-all": ["properties", "sensors", "packages", "services"]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A package by its name, or in an object that has its name under one of these keys. */
const packageName = (entry: unknown): string | undefined => {
  const name = isRecord(entry) ? (entry["packageName"] ?? entry["package"] ?? entry["name"]) : entry
  return typeof name === "string" ? name : undefined
}

/** `read` gives the content of a file; undefined when there is none. */
const simulation = (device: AndroidDevice, read: (path: string) => string | undefined): Command =>
  command("wya", async (args, ctx) => {
    const [verb, ...rest] = args
    const file = rest.at(-1)
    const chosen = parts[rest.length === 2 ? (rest[0] ?? "") : ""]
    if (verb !== "apply" || file === undefined || rest.length > 2 || chosen === undefined) {
      return refuse("usage: wya apply [-sensors | -packages | -services | -all] FILE")
    }
    const text = read(absolute(ctx.cwd, file))
    if (text === undefined) return refuse(`wya: ${file}: No such file or directory`)
    const description = parse(text)
    if (!isRecord(description)) return refuse(`wya: ${file}: not the description of a device`)
    const { packages, properties: values } = description
    if (chosen.includes("properties") && isRecord(values)) {
      device.properties.overwrite(
        Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
      )
    }
    if (chosen.includes("packages") && Array.isArray(packages)) {
      for (const name of packages.map(packageName)) if (name !== undefined) device.packages.add(name)
    }
    device.simulate(chosen)
    return done
  })

export const make = (
  device: AndroidDevice,
  read: (path: string) => string | undefined
): ReadonlyArray<Command> => [
  ...properties(device),
  window(device),
  ...processes(device),
  packageManager(device),
  ...activities(device),
  fingers(device),
  simulation(device, read)
]
