/**
 * What the keys of the keyboard mean: the layout of the United States, and whatever else is to be typed on keys that
 * programs make nothing of.
 *
 * A program asks for the meaning of a key when it reads it, which may be long after it was pressed. A character
 * therefore keeps its key until so many others were typed that the key is needed.
 */
import { writeFile } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { tool } from "./agent-desktop-tools.mjs"
import { Refusal } from "./refusal.mjs"

/** After this much time programs have read the keys that were pressed before, and keys may change their meaning. */
const READ_LIMIT_MS = 300

/**
 * Key codes that stand for no key of usual keyboards. Codes of buttons such as "back" are left out: browsers obey
 * them whatever their meaning.
 */
const codes = [
  [153, 157],
  [159, 162],
  [168, 168],
  [170, 170],
  [175, 178],
  [182, 186],
  [189, 190],
  [211, 211],
  [214, 214],
  [217, 222],
  [224, 224],
  [226, 231],
  [234, 234],
  [236, 236],
  [239, 255]
].flatMap(([first = 0, last = 0]) => Array.from({ length: last - first + 1 }, (_, index) => first + index))

/** Each key has two meanings, without and with Shift. */
const places = codes.flatMap((code) => [`${code}`, `${code}+`])

/** @type {string[]} */
let free = []
/** @type {Map<string, string>} places by keysym, least recently used first */
const placed = new Map()

const keymap = () => {
  const meanings = new Map([...placed].map(([keysym, place]) => [place, keysym]))
  /** @param {string} place */
  const at = (place) => meanings.get(place) ?? "NoSymbol"
  const names = codes.map((code) => `<U${code}> = ${code};`)
  const keys = codes.map((code) => `key <U${code}> { [ ${at(`${code}`)}, ${at(`${code}+`)} ] };`)
  const functions = Array.from({ length: 12 }, (_, index) => `key <FK${index + 13}> { [ F${index + 13} ] };`)
  return `xkb_keymap {
xkb_keycodes { include "evdev+aliases(qwerty)" ${names.join(" ")} };
xkb_types { include "complete" };
xkb_compat { include "complete" };
xkb_symbols { include "pc+us+inet(evdev)" ${functions.join(" ")}
${keys.join("\n")}
};
};
`
}

let file = ""

const load = async () => {
  await writeFile(file, keymap())
  await tool("xkbcomp", ["-w0", file, process.env["DISPLAY"] ?? ""])
}

/**
 * To be called when the X server has started.
 *
 * @param {string} path of a file for the key map
 */
export const startKeyboard = async (path) => {
  file = path
  free = [...places]
  placed.clear()
  await load()
}

const evict = () => {
  const [oldest] = placed
  if (oldest === undefined) throw new Refusal("Unknown", "no key of the keyboard is free")
  placed.delete(oldest[0])
  return oldest[1]
}

/**
 * Sees to it that there is a key for each of the keysyms, of which there may be some dozens.
 *
 * @param {readonly string[]} keysyms by name, or as `U` with a code point
 */
export const provideKeys = async (keysyms) => {
  // The layout has every key with a name, and all of ASCII.
  const needed = new Set(keysyms.filter((keysym) => /^U(?!00[2-7])[0-9A-F]/.test(keysym)))
  for (const keysym of needed) {
    const place = placed.get(keysym)
    if (place === undefined) continue
    placed.delete(keysym)
    placed.set(keysym, place)
  }
  const lacking = [...needed].filter((keysym) => !placed.has(keysym))
  if (lacking.length === 0) return
  if (lacking.length > free.length) await sleep(READ_LIMIT_MS)
  for (const keysym of lacking) placed.set(keysym, free.shift() ?? evict())
  await load()
}
