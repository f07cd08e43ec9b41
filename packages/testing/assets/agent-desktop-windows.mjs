/** The windows of the desktop, as the window manager knows them. */

import { onScreen, tool, until } from "./agent-desktop-tools.mjs"
import { processName } from "./agent-processes.mjs"
import { Refusal } from "./refusal.mjs"

/** A window manager does what it is asked in some milliseconds; what has not happened by then will not. */
const CHANGE_LIMIT_MS = 5_000
/** A window may ask before it closes, and then stays. */
const CLOSE_LIMIT_MS = 2_000
/** Sizes are 16 bits wide in the protocol, one of which is the sign. */
const SIZE_LIMIT = 32_767

/**
 * @typedef {object} Window
 * @property {number} id
 * @property {string} title
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} pid
 * @property {string} processName
 * @property {Window[]} children
 */

/** @param {number} id */
const hexadecimal = (id) => `0x${id.toString(16)}`

/** @param {string} name of a property of the root window which holds windows */
const windowsIn = async (name) => {
  const said = await tool("xprop", ["-root", "-notype", name])
  return [...said.matchAll(/0x[0-9a-f]+/g)].map(([id]) => Number(id)).filter((id) => id !== 0)
}

/** The windows that the window manager shows, in the order in which they were opened. */
export const clientIds = () => windowsIn("_NET_CLIENT_LIST")

/** @returns {Promise<number | undefined>} */
export const activeId = async () => (await windowsIn("_NET_ACTIVE_WINDOW"))[0]

/**
 * What programs and the window manager say of a window, by the name of the property.
 *
 * @param {number} id
 * @returns {Promise<Map<string, string>>}
 */
const propertiesOf = async (id) => {
  const names = [
    "_NET_WM_NAME",
    "WM_NAME",
    "_NET_WM_PID",
    "_NET_FRAME_EXTENTS",
    "WM_TRANSIENT_FOR",
    "_NET_WM_STATE"
  ]
  // Titles as lists of bytes, because they may hold line breaks and look like anything.
  const format = ["-f", "_NET_WM_NAME", "8x", "-f", "WM_NAME", "8x"]
  const said = await tool("xprop", ["-id", hexadecimal(id), ...format, ...names])
  const lines = said.matchAll(/^(\w+)\(\w+\)(?: = |: window id # )(.*)$/gm)
  return new Map([...lines].map(([, name = "", value = ""]) => [name, value]))
}

/**
 * @param {Awaited<ReturnType<typeof propertiesOf>>} properties
 */
const titleOf = (properties) => {
  const value = properties.get("_NET_WM_NAME") || properties.get("WM_NAME")
  if (!value) return ""
  const bytes = Buffer.from(value.split(", ").map(Number))
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return bytes.toString("latin1")
  }
}

/** @param {number} id */
const frameOf = async (id) => {
  const [said, properties] = await Promise.all([tool("xwininfo", ["-id", hexadecimal(id)]), propertiesOf(id)])
  /** @param {string} label */
  const number = (label) => Number(new RegExp(`^ *${label}: +(-?\\d+)$`, "m").exec(said)?.[1])
  const extents = properties.get("_NET_FRAME_EXTENTS")?.split(", ").map(Number)
  const [left = 0, right = 0, top = 0, bottom = 0] = extents ?? []
  return {
    properties,
    decoration: { width: left + right, height: top + bottom },
    x: number("Absolute upper-left X") - left,
    y: number("Absolute upper-left Y") - top,
    width: number("Width") + left + right,
    height: number("Height") + top + bottom
  }
}

/** @param {number} id */
const describe = async (id) => {
  const { height, properties, width, x, y } = await frameOf(id)
  const pid = Number(properties.get("_NET_WM_PID") ?? 0)
  const owner = Number(properties.get("WM_TRANSIENT_FOR") ?? 0)
  /** @type {Window} */
  const window = {
    id,
    title: titleOf(properties),
    x,
    y,
    width,
    height,
    pid,
    processName: processName(pid),
    children: []
  }
  return { window, owner }
}

/** The windows with their dialogues below them, and all of them by id. */
const survey = async () => {
  // A window that closes while it is looked at is not there.
  const found = await Promise.all((await clientIds()).map((id) => describe(id).catch(() => undefined)))
  const known = new Map(found.flatMap((entry) => (entry === undefined ? [] : [[entry.window.id, entry]])))
  /** @param {number} id */
  const isOwned = (id) => {
    // A dialogue may belong to a dialogue, but not, in a circle, to itself.
    const seen = new Set([id])
    for (let at = known.get(id)?.owner ?? 0; known.has(at); at = known.get(at)?.owner ?? 0) {
      if (seen.has(at)) return false
      seen.add(at)
    }
    return seen.size > 1
  }
  /** @type {Window[]} */
  const roots = []
  for (const { owner, window } of known.values()) {
    const siblings = isOwned(window.id) ? known.get(owner)?.window.children : roots
    siblings?.push(window)
  }
  return { roots, known }
}

export const windows = async () => (await survey()).roots

export const activeWindow = async () => {
  const [id, { known }] = await Promise.all([activeId(), survey()])
  return (id === undefined ? undefined : known.get(id)?.window) ?? null
}

/** The processes that have a window. */
export const windowPids = async () => {
  const all = await Promise.all((await clientIds()).map((id) => propertiesOf(id).catch(() => undefined)))
  return new Set(all.map((properties) => Number(properties?.get("_NET_WM_PID") ?? 0)))
}

/**
 * @param {number} id
 * @returns {Promise<number | undefined>} nothing where the program does not tell, or the window is gone
 */
export const windowPid = async (id) => {
  const pid = (await propertiesOf(id).catch(() => undefined))?.get("_NET_WM_PID")
  return pid === undefined ? undefined : Number(pid)
}

/** @param {number} id */
const exists = async (id) => (await clientIds()).includes(id)

/** @param {number} id */
const requireWindow = async (id) => {
  if (!(await exists(id))) throw new Refusal("NotFound", `there is no window ${id}`)
}

/** @param {Awaited<ReturnType<typeof propertiesOf>>} properties */
const statesIn = (properties) => properties.get("_NET_WM_STATE")?.split(", ") ?? []

/** @param {number} id */
const statesOf = async (id) => statesIn(await propertiesOf(id))

const maximized = ["_NET_WM_STATE_MAXIMIZED_VERT", "_NET_WM_STATE_MAXIMIZED_HORZ"]
const fullscreen = ["_NET_WM_STATE_FULLSCREEN"]
const hidden = ["_NET_WM_STATE_HIDDEN"]

/**
 * Says what to ask for a change, and how one sees that it has happened.
 *
 * @param {number} id
 * @returns {Record<string, () => Promise<{ ask: () => Promise<unknown>, done: () => Promise<boolean> }>>}
 */
const changes = (id) => {
  const window = hexadecimal(id)
  /** @param {readonly string[]} parameters */
  const ask = (parameters) => () => tool("wmctrl", ["-i", ...parameters])
  /** @param {readonly string[]} states */
  const has = (states) => async () => {
    const now = await statesOf(id)
    return states.every((state) => now.includes(state))
  }
  /** @param {readonly string[]} states */
  const hasNot = (states) => async () => {
    const now = await statesOf(id)
    return !states.some((state) => now.includes(state))
  }
  const activate = ask(["-a", window])
  return {
    activate: async () => ({ ask: activate, done: async () => (await activeId()) === id }),
    close: async () => ({
      ask: ask(["-c", window]),
      done: async () => !(await exists(id))
    }),
    maximize: async () => ({
      ask: ask(["-r", window, "-b", "add,maximized_vert,maximized_horz"]),
      done: has(maximized)
    }),
    fullscreen: async () => ({ ask: ask(["-r", window, "-b", "add,fullscreen"]), done: has(fullscreen) }),
    minimize: async () => ({ ask: () => tool("xdotool", ["windowminimize", String(id)]), done: has(hidden) }),
    // One step back: a minimised window becomes what it was, which may have been maximised.
    restore: async () => {
      if (await has(hidden)()) return { ask: activate, done: hasNot(hidden) }
      if (await has(fullscreen)()) {
        return { ask: ask(["-r", window, "-b", "remove,fullscreen"]), done: hasNot(fullscreen) }
      }
      return {
        ask: ask(["-r", window, "-b", "remove,maximized_vert,maximized_horz"]),
        done: hasNot(maximized)
      }
    }
  }
}

/** @param {{ window: number, change: string }} request */
export const changeWindow = async ({ change, window: id }) => {
  await requireWindow(id)
  const plans = changes(id)
  const plan = Object.hasOwn(plans, change) ? plans[change] : undefined
  if (plan === undefined)
    throw new Refusal("Invalid", `${change} is none of ${Object.keys(plans).join(", ")}`)
  const { ask, done } = await plan()
  await ask()
  const happened = await until(done, change === "close" ? CLOSE_LIMIT_MS : CHANGE_LIMIT_MS)
  if (happened || change === "close") return
  throw new Refusal("Unknown", `window ${id} did not ${change}: the window manager or its program refused`)
}

/**
 * Asks for a place or a size, and waits until the window is there or at least no longer where it was: a program
 * may take only certain sizes, such as whole letters.
 *
 * @param {number} id
 * @param {(frame: Awaited<ReturnType<typeof frameOf>>) => string} placement for `wmctrl -e`
 * @param {(frame: { x: number, y: number, width: number, height: number }) => readonly number[]} part that changes
 * @param {readonly number[]} wanted
 */
const place = async (id, placement, part, wanted) => {
  await requireWindow(id)
  const frame = await frameOf(id)
  const states = statesIn(frame.properties)
  if ([...maximized, ...fullscreen, ...hidden].some((state) => states.includes(state))) {
    throw new Refusal("Invalid", `window ${id} is maximized, minimized or fullscreen: restore it first`)
  }
  const before = part(frame).join()
  if (before === wanted.join()) return
  await tool("wmctrl", ["-i", "-r", hexadecimal(id), "-e", placement(frame)])
  if (await until(async () => part(await frameOf(id)).join() !== before, CHANGE_LIMIT_MS)) return
  throw new Refusal("Unknown", `window ${id} stayed as it was: its program or the window manager refused`)
}

/** @param {{ window: number, width: number, height: number }} request */
export const resizeWindow = async ({ height, width, window }) => {
  for (const size of [width, height]) {
    if (!Number.isInteger(size) || size < 1 || size > SIZE_LIMIT) {
      throw new Refusal("Invalid", `${size} is not a size from 1 to ${SIZE_LIMIT} pixels`)
    }
  }
  await place(
    window,
    ({ decoration }) =>
      `0,-1,-1,${Math.max(1, width - decoration.width)},${Math.max(1, height - decoration.height)}`,
    (frame) => [frame.width, frame.height],
    [width, height]
  )
}

/** @param {{ window: number, point: { x: number, y: number } }} request */
export const moveWindow = async ({ point, window }) => {
  const [x, y] = await onScreen(point)
  // Gravity 1: the point is where the upper left corner of the frame goes.
  await place(
    window,
    () => `1,${x},${y},-1,-1`,
    (frame) => [frame.x, frame.y],
    [point.x, point.y]
  )
}
