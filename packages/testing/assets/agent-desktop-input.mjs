/** The mouse and the keyboard of the desktop. Keys are X keysyms, by name or as `U` with a code point. */
import { provideKeys } from "./agent-desktop-keyboard.mjs"
import { inTurn, onScreen, refuseAborted, tool } from "./agent-desktop-tools.mjs"
import { Refusal } from "./refusal.mjs"

/** So many keys are typed, or turns of the wheel made, before a cancellation is looked for. */
const KEYS_AT_ONCE = 64
const TURNS_AT_ONCE = 50
/** A program takes a drag for one when the pointer has been seen on its way. */
const DRAG_STEPS = 4

/** @type {Record<string, string>} */
const buttons = { left: "1", middle: "2", right: "3", double_left: "1" }
/** @type {Record<string, string>} */
const wheel = { up: "4", down: "5", left: "6", right: "7" }

/**
 * @param {string} name
 * @param {Record<string, string>} table
 */
const choose = (name, table) => {
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  if (found === undefined) throw new Refusal("Invalid", `${name} is none of ${Object.keys(table).join(", ")}`)
  return found
}

/** @typedef {{ x: number, y: number }} Point */

export const cursor = async () => {
  const said = await tool("xdotool", ["getmouselocation", "--shell"])
  return { x: Number(/^X=(-?\d+)$/m.exec(said)?.[1]), y: Number(/^Y=(-?\d+)$/m.exec(said)?.[1]) }
}

/**
 * @param {{ point: Point }} request
 * @param {AbortSignal} abort
 */
export const move = ({ point }, abort) =>
  inTurn(abort, async () => tool("xdotool", ["mousemove", ...(await onScreen(point))]))

/**
 * @param {{ point: Point, button: string }} request
 * @param {AbortSignal} abort
 */
export const click = ({ button, point }, abort) =>
  inTurn(abort, async () => {
    const times = button === "double_left" ? ["--repeat", "2", "--delay", "40"] : []
    const clicks = ["click", ...times, choose(button, buttons)]
    await tool("xdotool", ["mousemove", ...(await onScreen(point)), ...clicks])
  })

/**
 * @param {{ from: Point, to: Point, button: string }} request
 * @param {AbortSignal} abort
 */
export const drag = ({ button, from, to }, abort) =>
  inTurn(abort, async () => {
    const number = choose(button, buttons)
    const start = await onScreen(from)
    await onScreen(to)
    const way = Array.from({ length: DRAG_STEPS }, (_, index) => {
      const part = (index + 1) / DRAG_STEPS
      const at = [from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part]
      return ["sleep", "0.02", "mousemove", ...at.map((value) => String(Math.round(value)))]
    })
    await tool("xdotool", ["mousemove", ...start, "mousedown", number, ...way.flat(), "mouseup", number])
  })

/**
 * @param {{ point: Point, direction: string, amount: number }} request
 * @param {AbortSignal} abort
 */
export const scroll = ({ amount, direction, point }, abort) =>
  inTurn(abort, async () => {
    const button = choose(direction, wheel)
    if (!Number.isSafeInteger(amount) || amount < 0) {
      throw new Refusal("Invalid", `the wheel cannot be turned ${amount} times`)
    }
    await tool("xdotool", ["mousemove", ...(await onScreen(point))])
    for (let left = amount; left > 0; left -= TURNS_AT_ONCE) {
      refuseAborted(abort)
      const turns = String(Math.min(left, TURNS_AT_ONCE))
      await tool("xdotool", ["click", "--repeat", turns, "--delay", "2", button])
    }
  })

/**
 * @param {{ keys: readonly string[] }} request
 * @param {AbortSignal} abort
 */
export const type = ({ keys }, abort) =>
  inTurn(abort, async () => {
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      refuseAborted(abort)
      const some = keys.slice(at, at + KEYS_AT_ONCE)
      await provideKeys(some)
      await tool("xdotool", ["key", "--delay", "1", ...some])
    }
  })

/**
 * @param {{ keys: readonly string[], hold: boolean }} request
 * @param {AbortSignal} abort
 */
export const press = ({ hold, keys }, abort) =>
  inTurn(abort, async () => {
    if (keys.length === 0) return
    await provideKeys(keys)
    const down = keys.flatMap((key) => ["keydown", key])
    const up = [...keys].reverse().flatMap((key) => ["keyup", key])
    await tool("xdotool", hold ? down : [...down, ...up])
  })

/**
 * @param {{ keys: readonly string[] }} request
 * @param {AbortSignal} abort
 */
export const release = ({ keys }, abort) =>
  inTurn(abort, async () => {
    if (keys.length === 0) return
    await provideKeys(keys)
    await tool(
      "xdotool",
      keys.flatMap((key) => ["keyup", key])
    )
  })
