/** Tells that something has changed below a directory; what, the next look at it tells. */
import { lstatSync, readdirSync, watch } from "node:fs"
import { join } from "node:path"
import { absolute } from "./agent-files.mjs"
import { Refusal } from "./refusal.mjs"

/** One write is several events of the kernel. */
const SETTLE_MS = 10

/** @typedef {{ id: string, watcher: import("node:fs").FSWatcher }} Watched */

/** @param {import("node:fs").Stats} stats */
const idOf = ({ dev, ino }) => `${dev} ${ino}`

/**
 * Watches every directory from `path` down until it is aborted. A directory is watched before it is read, so that what
 * appears in it meanwhile is not missed, and known by its inode: another one may take its name.
 *
 * @param {{ path: unknown }} request
 * @param {AbortSignal} abort
 * @param {import("./agent.mjs").Tell} tell
 * @returns {Promise<import("./agent.mjs").Answer>}
 */
export const watchDirectory = async ({ path }, abort, tell) => {
  const root = absolute(path)
  if (!lstatSync(root).isDirectory() && !lstatSync(join(root, ".")).isDirectory()) {
    throw new Refusal("NotDirectory", "not a directory", root)
  }
  /** @type {Map<string, Watched>} */
  const watched = new Map()
  /** @type {NodeJS.Timeout | undefined} */
  let settling
  let isMoved = false

  const changed = () => {
    settling = undefined
    if (isMoved) cover()
    tell({ changed: true })
  }

  /** @param {string} event */
  const note = (event) => {
    if (event === "rename") isMoved = true
    settling ??= setTimeout(changed, SETTLE_MS)
  }

  /** @param {string} directory */
  const ensure = (directory) => {
    const stats = directory === root ? lstatSync(join(root, ".")) : lstatSync(directory)
    const id = idOf(stats)
    const known = watched.get(directory)
    if (known?.id === id) return
    known?.watcher.close()
    watched.delete(directory)
    const watcher = watch(directory, note)
    watcher.on("error", () => watcher.close())
    watched.set(directory, { id, watcher })
  }

  const cover = () => {
    isMoved = false
    const found = new Set()
    const pending = [root]
    for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
      try {
        ensure(directory)
        found.add(directory)
        for (const entry of readdirSync(directory, { withFileTypes: true })) {
          if (entry.isDirectory()) pending.push(join(directory, entry.name))
        }
      } catch (failure) {
        // What is gone again, or cannot be entered, is no reason to be deaf to the rest.
        if (watched.size === 0) throw failure
      }
    }
    for (const [directory, { watcher }] of watched) {
      if (found.has(directory)) continue
      watcher.close()
      watched.delete(directory)
    }
  }

  try {
    cover()
    if (!abort.aborted) {
      tell({ started: true })
      await new Promise((done) => abort.addEventListener("abort", () => done(undefined), { once: true }))
    }
    return { ok: null }
  } finally {
    clearTimeout(settling)
    for (const { watcher } of watched.values()) watcher.close()
  }
}
