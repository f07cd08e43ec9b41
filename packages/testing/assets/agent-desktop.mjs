/** The desktop of a session: an X server with a window manager, started when first used and when it has ended. */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import * as fs from "node:fs/promises"
import { join } from "node:path"
import { signalGroup } from "./agent-commands.mjs"
import * as applications from "./agent-desktop-applications.mjs"
import * as input from "./agent-desktop-input.mjs"
import { startKeyboard } from "./agent-desktop-keyboard.mjs"
import { requireTools, screenSize, tool, until } from "./agent-desktop-tools.mjs"
import * as windows from "./agent-desktop-windows.mjs"
import { home } from "./agent-files.mjs"
import * as processes from "./agent-processes.mjs"
import { Refusal } from "./refusal.mjs"

const SCREEN = "1280x720x24"
/** At this density a pixel of a program is a pixel of the screen. */
const DPI = 96
const DIRECTORY = "/run/desktop"
const CONFIGURATION = join(DIRECTORY, "openbox.xml")
const MANAGER_READY = join(DIRECTORY, "openbox.ready")
/** The X server compiles its keyboard when it starts; on a busy machine that takes seconds. */
const START_LIMIT_MS = 60_000
const SETTINGS_LIMIT_MS = 10_000
/** So much of what a server says is kept for the message when it ends. */
const SAID_KEPT = 2_000

/** A program that runs as long as the desktop does. */
class Server {
  /**
   * @param {string} program
   * @param {readonly string[]} parameters
   */
  constructor(program, parameters) {
    this.program = program
    this.said = ""
    this.alive = true
    this.process = spawn(program, parameters, {
      cwd: home,
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "pipe"]
    })
    const [, , stderr, channel] = this.process.stdio
    stderr?.on("error", () => {})
    stderr?.on("data", (chunk) => {
      this.said = (this.said + chunk).slice(-SAID_KEPT)
    })
    /** Whether it has written to descriptor 3. */
    this.spoke = false
    channel?.on("error", () => {})
    channel?.on("data", () => {
      this.spoke = true
    })
    const end = () => {
      this.alive = false
    }
    this.process.once("error", end)
    this.process.once("exit", end)
  }

  /** @param {() => boolean | Promise<boolean>} isReady */
  async ready(isReady) {
    const settled = await until(async () => !this.alive || (await isReady()), START_LIMIT_MS)
    if (settled && this.alive) return
    signalGroup(this.process)
    const how = settled ? "ended" : `was not ready within ${START_LIMIT_MS / 1000} s`
    throw new Refusal("Unknown", `the desktop did not start: ${this.program} ${how}: ${this.said.trim()}`)
  }
}

const display = process.env["DISPLAY"] ?? ":0"

const startServer = async () => {
  const number = display.slice(1)
  // What a server left that was killed; the directory for sockets is one where everyone may make some.
  await fs.mkdir("/tmp/.X11-unix", { recursive: true })
  await fs.chmod("/tmp/.X11-unix", 0o1777)
  await fs.mkdir(DIRECTORY, { recursive: true })
  await fs.rm(`/tmp/.X11-unix/X${number}`, { force: true })
  await fs.rm(`/tmp/.X${number}-lock`, { force: true })
  const screen = ["-screen", "0", SCREEN, "-dpi", String(DPI)]
  // It writes its number to descriptor 3 when it takes connections. Keys are not repeated (-r), because one that is
  // let go late on a busy machine would be typed twice.
  const options = ["-displayfd", "3", "-nolisten", "tcp", "-noreset", "-r", "-s", "0"]
  const server = new Server("Xvfb", [display, ...screen, ...options])
  await server.ready(() => server.spoke)
  await startKeyboard(join(DIRECTORY, "keyboard.xkb"))
  return server
}

/** Whether a new window takes the focus. */
let focusNew = true

const configure = async () => {
  // Keys and buttons are left out, which are then those that openbox knows by itself.
  await fs.writeFile(
    CONFIGURATION,
    `<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>${focusNew ? "yes" : "no"}</focusNew></focus>
  <desktops><number>1</number><popupTime>0</popupTime></desktops>
</openbox_config>
`
  )
}

const startManager = async () => {
  await configure()
  await fs.rm(MANAGER_READY, { force: true })
  // The command is run when the window manager has taken over the windows that are there.
  const startup = ["--startup", `touch ${MANAGER_READY}`]
  const manager = new Server("openbox", ["--config-file", CONFIGURATION, "--sm-disable", ...startup])
  await manager.ready(() => existsSync(MANAGER_READY))
  return manager
}

/** @type {Server | undefined} */
let server
/** @type {Server | undefined} */
let manager
/** @type {Promise<void> | undefined} */
let starting

const start = async () => {
  requireTools()
  if (server?.alive !== true) {
    server = undefined
    server = await startServer()
  }
  manager = await startManager()
}

/** Whoever comes while it starts waits with the others; who comes after it failed, or ended, starts it anew. */
const ready = () => {
  if (starting === undefined || (manager !== undefined && !(server?.alive && manager.alive))) {
    manager = undefined
    const attempt = start()
    starting = attempt
    attempt.catch(() => {
      if (starting === attempt) starting = undefined
    })
  }
  return starting
}

/** @param {{ on: boolean }} request */
const focusMode = async ({ on }) => {
  focusNew = !on
  await configure()
  // The window manager sets the property again when it has read its configuration.
  await tool("xprop", ["-root", "-remove", "_OB_THEME"])
  manager?.process.kill("SIGUSR2")
  const isRead = async () => (await tool("xprop", ["-root", "-notype", "_OB_THEME"])).includes("=")
  if (await until(isRead, SETTINGS_LIMIT_MS)) return
  throw new Refusal("Unknown", "the window manager did not change its settings")
}

let pictures = 0

/** @param {{ format: "png" | "jpeg" }} request */
const screenshot = async ({ format }) => {
  const path = join(DIRECTORY, `screen-${pictures++}.${format === "jpeg" ? "jpg" : "png"}`)
  const size = await screenSize()
  try {
    await tool("scrot", ["--silent", "--overwrite", ...(format === "jpeg" ? ["--quality", "90"] : []), path])
    return { ok: { format, ...size }, body: [await fs.readFile(path)] }
  } finally {
    await fs.rm(path, { force: true })
  }
}

/** @type {Record<string, (request: any, abort: AbortSignal) => unknown>} */
const actions = {
  start: () => null,
  screen: async () => ({ ...(await screenSize()), dpiScalingFactor: 1 }),
  cursor: input.cursor,
  click: input.click,
  move: input.move,
  drag: input.drag,
  scroll: input.scroll,
  type: input.type,
  press: input.press,
  release: input.release,
  windows: windows.windows,
  activeWindow: windows.activeWindow,
  changeWindow: windows.changeWindow,
  resizeWindow: windows.resizeWindow,
  moveWindow: windows.moveWindow,
  focusMode,
  installedApplications: applications.installedApplications,
  startApplication: (request) => applications.startApplication(request, focusNew),
  stopByName: processes.stopByName,
  stopByPid: processes.stopByPid,
  stopByCommand: applications.stopByCommand,
  visibleProcesses: applications.visibleProcesses,
  processes: processes.processes
}

/**
 * @param {{ action: string }} request
 * @param {AbortSignal} abort
 * @returns {Promise<import("./agent.mjs").Answer>}
 */
export const desktop = async (request, abort) => {
  await ready()
  if (request.action === "screenshot") return screenshot(/** @type {any} */ (request))
  const action = Object.hasOwn(actions, request.action) ? actions[request.action] : undefined
  if (action === undefined) throw new Refusal("Invalid", `unknown action ${request.action}`)
  return { ok: (await action(request, abort)) ?? null }
}
