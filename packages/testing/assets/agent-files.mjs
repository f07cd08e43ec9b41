/** The file operations of a session. */
import { constants, lstatSync, readdirSync } from "node:fs"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import { dirname, join, resolve } from "node:path"
import { Refusal } from "./refusal.mjs"

export const home = process.env["HOME"] ?? "/"

/** The most one `read` hands over: the answer is held in memory on both sides. */
const READ_LIMIT = 512 * 1024 * 1024
const READ_STEP = 64 * 1024
/** So many entries are looked at before other requests get their turn. */
const ENTRIES_AT_ONCE = 512

const owners = new Map([
  [0, "root"],
  [1000, "wuying"],
  [65534, "nobody"]
])
const groups = new Map([
  [0, "root"],
  [1000, "wuying"],
  [65534, "nogroup"]
])

/** @param {unknown} path */
export const absolute = (path) => {
  if (typeof path !== "string" || path === "") throw new Refusal("Invalid", "a path may not be empty")
  if (path.includes("\0")) throw new Refusal("Invalid", "a path may not contain a zero byte")
  return resolve(home, path)
}

/** @param {import("node:fs").Stats} stats */
const kindOf = (stats) =>
  stats.isFile() ? "file" : stats.isDirectory() ? "directory" : stats.isSymbolicLink() ? "symlink" : "other"

/**
 * @param {string} path
 * @param {import("node:fs").Stats} stats
 */
const describe = (path, stats) => ({
  path,
  kind: kindOf(stats),
  size: stats.size,
  mode: stats.mode & 0o7777,
  createdMs: stats.birthtimeMs,
  modifiedMs: stats.mtimeMs,
  accessedMs: stats.atimeMs,
  owner: owners.get(stats.uid) ?? String(stats.uid),
  group: groups.get(stats.gid) ?? String(stats.gid)
})

/** @typedef {ReturnType<typeof describe>} Entry */

/** @param {unknown} path */
export const stat = async (path) => {
  const target = absolute(path)
  return describe(target, await fs.stat(target))
}

const turn = () => new Promise((done) => setImmediate(done))

/**
 * @param {string} directory
 * @returns {Promise<Entry[]>}
 */
const entriesOf = async (directory) => {
  const entries = []
  for (const [index, name] of readdirSync(directory).sort().entries()) {
    if (index % ENTRIES_AT_ONCE === ENTRIES_AT_ONCE - 1) await turn()
    const path = join(directory, name)
    // An entry may vanish after its directory was read; then it is not there.
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats !== undefined) entries.push(describe(path, stats))
  }
  return entries
}

/** @param {unknown} path */
export const list = (path) => entriesOf(absolute(path))

/** @param {unknown} path */
export const walk = async (path) => {
  const root = absolute(path)
  /** @type {Entry[]} */
  const found = []
  const pending = (await entriesOf(root)).reverse()
  for (let entry = pending.pop(), seen = 0; entry !== undefined; entry = pending.pop(), seen++) {
    found.push(entry)
    if (seen % ENTRIES_AT_ONCE === 0) await turn()
    if (entry.kind !== "directory") continue
    try {
      pending.push(...(await entriesOf(entry.path)).reverse())
    } catch {
      // A directory below that cannot be entered, or is gone by now, is an entry without contents, as for find.
    }
  }
  return found
}

/**
 * @param {unknown} path
 * @param {number} offset
 * @param {number} length
 * @returns {Promise<Buffer[]>}
 */
export const read = async (path, offset, length) => {
  const target = absolute(path)
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(length) || length < 0) {
    throw new Refusal("Invalid", "offset and length are whole numbers from 0", target)
  }
  // Without O_NONBLOCK, opening a pipe nobody writes to would wait for ever.
  const handle = await fs.open(target, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = await handle.stat()
    if (!(stats.isFile() || stats.isDirectory() || stats.isCharacterDevice())) {
      throw new Refusal("Invalid", "neither a file nor a character device", target)
    }
    const wanted = length === 0 ? Number.POSITIVE_INFINITY : length
    const pieces = []
    let got = 0
    while (got < wanted) {
      // The size is a hint only: files below /proc say 0 whatever they hold.
      const step = Math.min(wanted - got, Math.max(stats.size - offset - got, READ_STEP), READ_LIMIT)
      const position = stats.isFile() ? offset + got : null
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(step), 0, step, position)
      if (bytesRead === 0) break
      got += bytesRead
      if (got > READ_LIMIT) {
        throw new Refusal(
          "Invalid",
          `one read gives at most ${READ_LIMIT} bytes: read the file in parts`,
          target
        )
      }
      pieces.push(buffer.subarray(0, bytesRead))
    }
    return pieces
  } finally {
    await handle.close()
  }
}

const openFlags = {
  overwrite: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
  append: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND,
  create_new: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
}

/**
 * @param {unknown} path
 * @param {Buffer} content
 * @param {keyof typeof openFlags} mode
 */
export const write = async (path, content, mode) => {
  const target = absolute(path)
  const flags = openFlags[mode] | constants.O_NONBLOCK
  const handle = await fs.open(target, flags, 0o644).catch(async (failure) => {
    if (failure.code !== "ENOENT") throw failure
    await fs.mkdir(dirname(target), { recursive: true })
    return fs.open(target, flags, 0o644)
  })
  try {
    await handle.writeFile(content)
  } finally {
    await handle.close()
  }
  return null
}

/** @param {unknown} path */
export const makeDirectory = async (path) => {
  await fs.mkdir(absolute(path), { recursive: true })
  return null
}

/**
 * @param {unknown} path
 * @param {boolean} recursive
 */
export const remove = async (path, recursive) => {
  const target = absolute(path)
  if (target === "/") throw new Refusal("PermissionDenied", "the root directory cannot be removed", target)
  const stats = await fs.lstat(target)
  if (!stats.isDirectory()) await fs.unlink(target)
  else if (recursive) await fs.rm(target, { recursive: true })
  else await fs.rmdir(target)
  return null
}

/**
 * @param {unknown} source
 * @param {unknown} destination
 */
export const move = async (source, destination) => {
  const from = absolute(source)
  const to = absolute(destination)
  try {
    await fs.rename(from, to)
  } catch (failure) {
    // /dev/shm is another file system than the rest of the session.
    if (/** @type {NodeJS.ErrnoException} */ (failure).code !== "EXDEV") throw failure
    await fs.cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
    await fs.rm(from, { recursive: true })
  }
  return null
}

/** @returns {{ busy: number, total: number }} */
const processorTimes = () => {
  let busy = 0
  let total = 0
  for (const { times } of os.cpus()) {
    const all = times.user + times.nice + times.sys + times.irq + times.idle
    total += all
    busy += all - times.idle
  }
  return { busy, total }
}

let earlier = processorTimes()

/** The processor figure covers the time since the previous call, the first one the life of the session. */
export const metrics = async () => {
  const now = processorTimes()
  const elapsed = now.total - earlier.total
  const cpuUsedPercent =
    elapsed <= 0 ? 0 : Math.min(100, Math.max(0, ((now.busy - earlier.busy) * 100) / elapsed))
  earlier = now
  const disk = await fs.statfs(home)
  const meminfo = await fs.readFile("/proc/meminfo", "utf8")
  const available = Number(/^MemAvailable:\s+(\d+)/m.exec(meminfo)?.[1] ?? os.freemem() / 1024) * 1024
  return {
    cpuCount: os.cpus().length,
    cpuUsedPercent,
    memoryTotalBytes: os.totalmem(),
    memoryUsedBytes: os.totalmem() - available,
    diskTotalBytes: disk.blocks * disk.bsize,
    diskUsedBytes: (disk.blocks - disk.bfree) * disk.bsize
  }
}
