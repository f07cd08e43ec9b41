/** The processes of a session, but for the first one and the agent, which are the session. */
import { readdirSync, readFileSync } from "node:fs"
import { basename } from "node:path"
import { until } from "./agent-desktop-tools.mjs"
import { Refusal } from "./refusal.mjs"

/** A process that was asked to end has so long; then it is ended. */
const END_LIMIT_MS = 3_000
/** The kernel keeps so much of a name. */
const KERNEL_NAME_LENGTH = 15

/**
 * @typedef {{ name: string, pid: number, commandLine: string }} Process
 * @typedef {Process & { parent: number, group: number }} Entry `group` is the session of the kernel, of setsid(2)
 */

/**
 * @param {number} pid
 * @returns {Entry | undefined} nothing when it has ended
 */
const read = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // The second field is the name in parentheses, which may itself hold spaces and parentheses.
    const nameEnd = stat.lastIndexOf(")")
    const [state, parent, , group] = stat.slice(nameEnd + 2).split(" ")
    if (state === "Z" || state === "X") return undefined
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").replace(/\0+$/, "").split("\0")
    const short = stat.slice(stat.indexOf("(") + 1, nameEnd)
    const long = basename(words[0] ?? "")
    const name = short.length === KERNEL_NAME_LENGTH && long.startsWith(short) ? long : short
    return { name, pid, commandLine: words.join(" "), parent: Number(parent), group: Number(group) }
  } catch {
    return undefined
  }
}

/** @returns {Entry[]} */
const entries = () =>
  readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid)
    .sort((one, other) => one - other)
    .flatMap((pid) => read(pid) ?? [])

/**
 * @param {Entry} entry
 * @returns {Process}
 */
const toProcess = ({ commandLine, name, pid }) => ({ name, pid, commandLine })

export const processes = () => entries().map(toProcess)

/** @param {number} pid */
export const processName = (pid) => read(pid)?.name ?? ""

/**
 * A process that leads a group of its own, and whatever it has started.
 *
 * @param {number} leader
 */
export const family = (leader) => {
  const all = entries()
  const members = new Set(
    all.filter(({ group, pid }) => group === leader || pid === leader).map(({ pid }) => pid)
  )
  for (let before = -1; before !== members.size; ) {
    before = members.size
    for (const { parent, pid } of all) if (members.has(parent)) members.add(pid)
  }
  return all.filter(({ pid }) => members.has(pid)).map(toProcess)
}

/** @param {readonly number[]} pids */
const end = async (pids) => {
  const left = () => pids.filter((pid) => read(pid) !== undefined)
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGKILL"])) {
    for (const pid of left()) {
      try {
        process.kill(pid, signal)
      } catch {
        // It has just ended.
      }
    }
    if (await until(() => left().length === 0, END_LIMIT_MS)) return
  }
  throw new Refusal("Unknown", `processes do not end: ${left().join(", ")}`)
}

/** @param {{ name: string }} request */
export const stopByName = async ({ name }) => {
  const found = entries().filter((entry) => entry.name === name)
  if (found.length === 0) throw new Refusal("NotFound", `there is no process ${name}`)
  await end(found.map(({ pid }) => pid))
}

/** @param {{ pid: number }} request */
export const stopByPid = async ({ pid }) => {
  if (pid === 1 || pid === process.pid) {
    throw new Refusal("PermissionDenied", `process ${pid} is the session itself`)
  }
  if (!Number.isInteger(pid) || pid < 1 || read(pid) === undefined) {
    throw new Refusal("NotFound", `there is no process ${pid}`)
  }
  await end([pid])
}
