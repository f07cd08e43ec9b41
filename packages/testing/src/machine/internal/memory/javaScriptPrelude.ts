/**
 * What JavaScript code finds around it, in its own language: console, timers, `process`, `require` with the
 * modules of Node.js that make sense over an in-memory machine. Files are real inside the machine.
 *
 * The source is evaluated once per interpreter with a function `host(operation, …)` in scope, and evaluates to the
 * few functions the engine calls.
 *
 * @since 0.1.0
 */
export const javaScriptPrelude: string = String.raw`((host, { format, inspect }) => {
  const define = (name, value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true })
  const call = (operation, args, bytes) => {
    const result = host(operation, args === undefined ? undefined : JSON.stringify(args), bytes)
    if (typeof result !== "string") return result
    const parsed = JSON.parse(result)
    if (parsed.failure === undefined) return parsed.value
    const error = new Error(parsed.failure.message)
    for (const key of ["code", "errno", "syscall", "path"])
      if (parsed.failure[key] !== undefined) error[key] = parsed.failure[key]
    throw error
  }
  const print = (stream, text) => { call("print", [stream, text]) }

  // Text and bytes
  class TextEncoder {
    get encoding() { return "utf-8" }
    encode(text = "") { return new Uint8Array(host("encode", String(text))) }
  }
  class TextDecoder {
    get encoding() { return "utf-8" }
    decode(bytes = new Uint8Array(0)) { return call("decode", undefined, exact(bytes)) }
  }
  const exact = (bytes) => {
    if (bytes instanceof ArrayBuffer) return bytes
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  }
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  const toBase64 = (bytes) => {
    let text = ""
    for (let at = 0; at < bytes.length; at += 3) {
      const word = (bytes[at] << 16) | ((bytes[at + 1] || 0) << 8) | (bytes[at + 2] || 0)
      text += alphabet[word >> 18] + alphabet[(word >> 12) & 63] +
        (at + 1 < bytes.length ? alphabet[(word >> 6) & 63] : "=") + (at + 2 < bytes.length ? alphabet[word & 63] : "=")
    }
    return text
  }
  const fromBase64 = (text) => {
    const digits = [...text.replaceAll("-", "+").replaceAll("_", "/")].map((digit) => alphabet.indexOf(digit)).filter((digit) => digit >= 0)
    const bytes = []
    for (let at = 0; at + 1 < digits.length; at += 4) {
      const word = (digits[at] << 18) | (digits[at + 1] << 12) | ((digits[at + 2] || 0) << 6) | (digits[at + 3] || 0)
      bytes.push(word >> 16)
      if (at + 2 < digits.length) bytes.push((word >> 8) & 255)
      if (at + 3 < digits.length) bytes.push(word & 255)
    }
    return bytes
  }
  class Buffer extends Uint8Array {
    static from(value, encoding) {
      if (typeof value !== "string") {
        const source = value instanceof ArrayBuffer ? new Uint8Array(value) : value
        const buffer = new Buffer(source.length)
        for (let at = 0; at < source.length; at++) buffer[at] = source[at]
        return buffer
      }
      switch (encoding) {
        case "hex": return Buffer.from((value.match(/[0-9a-fA-F]{2}/g) || []).map((pair) => parseInt(pair, 16)))
        case "base64": case "base64url": return Buffer.from(fromBase64(value))
        case "latin1": case "binary": case "ascii": return Buffer.from(Array.from({ length: value.length }, (_, at) => value.charCodeAt(at) & 255))
        default: return Buffer.from(new TextEncoder().encode(value))
      }
    }
    static alloc(size, fill) { const buffer = new Buffer(size); return fill === undefined ? buffer : buffer.fill(fill) }
    static allocUnsafe(size) { return new Buffer(size) }
    static isBuffer(value) { return value instanceof Buffer }
    static byteLength(value, encoding) { return typeof value === "string" ? Buffer.from(value, encoding).length : value.byteLength }
    static concat(list) {
      const whole = new Buffer(list.reduce((total, part) => total + part.length, 0))
      let at = 0
      for (const part of list) { whole.set(part, at); at += part.length }
      return whole
    }
    toString(encoding, start = 0, end = this.length) {
      const part = this.subarray(start, end)
      switch (encoding) {
        case "hex": return Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join("")
        case "base64": return toBase64(part)
        case "base64url": return toBase64(part).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
        case "latin1": case "binary": case "ascii": return Array.from(part, (byte) => String.fromCharCode(byte)).join("")
        default: return new TextDecoder().decode(part)
      }
    }
    slice(start, end) { return this.subarray(start, end) }
    equals(other) { return this.length === other.length && this.every((byte, at) => byte === other[at]) }
    toJSON() { return { type: "Buffer", data: Array.from(this) } }
    [Symbol.for("nodejs.util.inspect.custom")]() {
      const shown = Array.from(this.subarray(0, 50), (byte) => " " + byte.toString(16).padStart(2, "0")).join("")
      return "<Buffer" + shown + (this.length > 50 ? " ... " + (this.length - 50) + " more bytes" : "") + ">"
    }
  }

  // Time: the machine's clock, not the host's.
  const now = () => call("now")
  const HostDate = Date
  class MachineDate extends HostDate {
    constructor(...args) { if (args.length === 0) super(now()); else super(...args) }
    static now() { return now() }
  }
  Object.defineProperty(MachineDate, "name", { value: "Date" })
  const CallableDate = new Proxy(MachineDate, { apply: () => new MachineDate().toString() })
  Object.defineProperty(HostDate.prototype, "constructor", { value: CallableDate, writable: true, configurable: true })
  define("Date", CallableDate)

  const timers = new Map()
  let lastTimer = 0
  class Timeout {
    constructor(id) { Object.defineProperty(this, "id", { value: id }) }
    ref() { return this }
    unref() { return this }
    hasRef() { return true }
    [Symbol.toPrimitive]() { return this.id }
  }
  const schedule = (callback, ms, args, repeat) => {
    if (typeof callback !== "function") throw new TypeError('The "callback" argument must be of type function.')
    const delay = Math.max(1, Number(ms) || 1)
    const id = ++lastTimer
    timers.set(id, { id, due: now() + delay, repeat: repeat ? delay : 0, callback, args })
    return new Timeout(id)
  }
  const cancel = (timer) => { if (timer !== undefined && timer !== null) timers.delete(Number(timer)) }
  const nextDue = () => {
    let due = -1
    for (const timer of timers.values()) if (due < 0 || timer.due < due) due = timer.due
    return due
  }
  const runDue = (time) => {
    let next
    for (const timer of timers.values())
      if (timer.due <= time && (next === undefined || timer.due < next.due || (timer.due === next.due && timer.id < next.id))) next = timer
    if (next === undefined) return false
    if (next.repeat > 0) next.due = time + next.repeat
    else timers.delete(next.id)
    next.callback(...next.args)
    return true
  }
  const setTimeout = (callback, ms, ...args) => schedule(callback, ms, args, false)
  const setInterval = (callback, ms, ...args) => schedule(callback, ms, args, true)
  const setImmediate = (callback, ...args) => schedule(callback, 1, args, false)
  const queueMicrotask = (callback) => { Promise.resolve().then(callback) }
  const performance = { now: () => now() - performance.timeOrigin, timeOrigin: now() }

  // Console
  let indentation = ""
  const write = (stream) => (...args) => print(stream, format(...args).replace(/^/gm, indentation) + "\n")
  const counts = new Map(), started = new Map()
  const log = write("stdout"), warn = write("stderr")
  const console = {
    log, info: log, debug: log, warn, error: warn,
    trace: (...args) => warn("Trace: " + format(...args)),
    dir: (value, options) => log(inspect(value, options)),
    table: (value) => log(inspect(value)),
    assert: (condition, ...args) => { if (!condition) warn("Assertion failed" + (args.length > 0 ? ": " + format(...args) : "")) },
    group: (...args) => { if (args.length > 0) log(...args); indentation += "  " },
    groupEnd: () => { indentation = indentation.slice(2) },
    count: (label = "default") => { counts.set(label, (counts.get(label) || 0) + 1); log(label + ": " + counts.get(label)) },
    countReset: (label = "default") => { counts.delete(label) },
    time: (label = "default") => { started.set(label, now()) },
    timeEnd: (label = "default") => { log(label + ": " + (now() - started.get(label)) + "ms"); started.delete(label) }
  }

  // Modules
  const normalizeParts = (path) => {
    const parts = []
    for (const part of path.split("/")) {
      if (part === "" || part === ".") continue
      if (part === ".." && parts.length > 0 && parts[parts.length - 1] !== "..") parts.pop()
      else if (part !== ".." || !path.startsWith("/")) parts.push(part)
    }
    return parts
  }
  const path = {
    sep: "/", delimiter: ":",
    isAbsolute: (value) => value.startsWith("/"),
    normalize: (value) => (value.startsWith("/") ? "/" : "") + normalizeParts(value).join("/") + (value.length > 1 && value.endsWith("/") && normalizeParts(value).length > 0 ? "/" : "") || ".",
    join: (...parts) => path.normalize(parts.filter((part) => part !== "").join("/")),
    resolve: (...parts) => {
      let whole = ""
      for (const part of [process.cwd(), ...parts]) whole = part.startsWith("/") ? part : part === "" ? whole : whole + "/" + part
      return "/" + normalizeParts(whole).join("/")
    },
    dirname: (value) => { const at = value.replace(/\/+$/, "").lastIndexOf("/"); return at < 0 ? "." : at === 0 ? "/" : value.slice(0, at) },
    basename: (value, suffix = "") => {
      const name = value.replace(/\/+$/, "").split("/").pop()
      return suffix !== "" && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name
    },
    extname: (value) => { const name = path.basename(value), at = name.lastIndexOf("."); return at <= 0 ? "" : name.slice(at) },
    relative: (from, to) => {
      const left = normalizeParts(path.resolve(from)), right = normalizeParts(path.resolve(to))
      let shared = 0
      while (shared < left.length && shared < right.length && left[shared] === right[shared]) shared++
      return [...left.slice(shared).map(() => ".."), ...right.slice(shared)].join("/")
    },
    parse: (value) => {
      const base = path.basename(value), ext = path.extname(value)
      return { root: value.startsWith("/") ? "/" : "", dir: value.includes("/") ? path.dirname(value) : "", base, ext, name: ext === "" ? base : base.slice(0, -ext.length) }
    },
    format: (parts) => (parts.dir ? parts.dir + "/" : parts.root || "") + (parts.base || (parts.name || "") + (parts.ext || ""))
  }
  path.posix = path

  const encodingOf = (options) => typeof options === "string" ? options : options && options.encoding
  const fullPath = (value) => path.resolve(Buffer.isBuffer(value) ? value.toString() : String(value))
  const bytesOf = (data, options) => exact(typeof data === "string" ? Buffer.from(data, encodingOf(options)) : ArrayBuffer.isView(data) ? data : Buffer.from(String(data)))
  const statsOf = (raw) => ({
    dev: 1, ino: raw.id, mode: raw.mode, nlink: raw.links, uid: 1000, gid: 1000, size: raw.size,
    atimeMs: raw.accessedMs, mtimeMs: raw.modifiedMs, ctimeMs: raw.modifiedMs, birthtimeMs: raw.createdMs,
    atime: new Date(raw.accessedMs), mtime: new Date(raw.modifiedMs), ctime: new Date(raw.modifiedMs), birthtime: new Date(raw.createdMs),
    isFile: () => raw.kind === "file", isDirectory: () => raw.kind === "directory", isSymbolicLink: () => raw.kind === "symlink",
    isCharacterDevice: () => raw.kind === "other", isFIFO: () => false, isSocket: () => false, isBlockDevice: () => false
  })
  const direntOf = (parentPath, name, kind) => ({
    name, parentPath, path: parentPath,
    isFile: () => kind === "file", isDirectory: () => kind === "directory", isSymbolicLink: () => kind === "symlink"
  })
  const sync = {
    readFile: (file, options) => {
      const buffer = Buffer.from(call("read", [fullPath(file)]))
      const encoding = encodingOf(options)
      return encoding ? buffer.toString(encoding) : buffer
    },
    writeFile: (file, data, options) => {
      const flag = options && options.flag
      call("write", [fullPath(file), flag === "a" ? "append" : flag === "wx" ? "create_new" : "overwrite"], bytesOf(data, options))
    },
    appendFile: (file, data, options) => { call("write", [fullPath(file), "append"], bytesOf(data, options)) },
    mkdir: (directory, options) => { call("mkdir", [fullPath(directory), !!(options && options.recursive)]) },
    mkdtemp: (prefix) => { const made = prefix + call("randomName", [6]); call("mkdir", [fullPath(made), false]); return made },
    readdir: (directory, options) => {
      const base = fullPath(directory)
      const recursive = !!(options && options.recursive)
      return call("readdir", [base, recursive]).map(([name, kind]) =>
        options && options.withFileTypes ? direntOf(path.dirname(base + "/" + name), path.basename(name), kind) : name)
    },
    stat: (file, options) => {
      try { return statsOf(call("stat", [fullPath(file), true])) } catch (error) {
        if (options && options.throwIfNoEntry === false && error.code === "ENOENT") return undefined
        throw error
      }
    },
    lstat: (file) => statsOf(call("stat", [fullPath(file), false])),
    access: (file) => { call("stat", [fullPath(file), true]) },
    unlink: (file) => { call("unlink", [fullPath(file)]) },
    rmdir: (directory) => { call("rmdir", [fullPath(directory)]) },
    rm: (file, options) => { call("rm", [fullPath(file), !!(options && options.recursive), !!(options && options.force)]) },
    rename: (from, to) => { call("rename", [fullPath(from), fullPath(to)]) },
    copyFile: (from, to) => { call("write", [fullPath(to), "overwrite"], exact(Buffer.from(call("read", [fullPath(from)])))) },
    symlink: (target, file) => { call("symlink", [String(target), fullPath(file)]) },
    link: (existing, file) => { call("link", [fullPath(existing), fullPath(file)]) },
    readlink: (file) => call("readlink", [fullPath(file)]),
    realpath: (file) => call("realpath", [fullPath(file)]),
    chmod: (file, mode) => { call("chmod", [fullPath(file), typeof mode === "string" ? parseInt(mode, 8) : mode]) },
    truncate: (file, size = 0) => { call("truncate", [fullPath(file), size]) },
    utimes: (file, accessed, modified) => { call("utimes", [fullPath(file), Number(accessed) * 1000, Number(modified) * 1000]) }
  }
  const fs = { constants: { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 }, promises: {} }
  for (const name of Object.keys(sync)) {
    fs[name + "Sync"] = sync[name]
    fs.promises[name] = async (...args) => sync[name](...args)
    fs[name] = (...args) => {
      const callback = args.pop()
      fs.promises[name](...args).then((value) => queueMicrotask(() => callback(null, value)), (error) => queueMicrotask(() => callback(error)))
    }
  }
  fs.existsSync = (file) => { try { call("stat", [fullPath(file), true]); return true } catch { return false } }

  class EventEmitter {
    #listeners = new Map()
    on(name, listener) { this.#listeners.set(name, [...(this.#listeners.get(name) || []), listener]); return this }
    addListener(name, listener) { return this.on(name, listener) }
    once(name, listener) {
      const wrapped = (...args) => { this.off(name, wrapped); listener.apply(this, args) }
      return this.on(name, wrapped)
    }
    off(name, listener) { this.#listeners.set(name, (this.#listeners.get(name) || []).filter((other) => other !== listener)); return this }
    removeListener(name, listener) { return this.off(name, listener) }
    removeAllListeners(name) { if (name === undefined) this.#listeners.clear(); else this.#listeners.delete(name); return this }
    listenerCount(name) { return (this.#listeners.get(name) || []).length }
    emit(name, ...args) {
      const listeners = this.#listeners.get(name) || []
      if (name === "error" && listeners.length === 0) throw args[0]
      for (const listener of listeners) listener.apply(this, args)
      return listeners.length > 0
    }
  }
  EventEmitter.EventEmitter = EventEmitter

  const same = (left, right) => {
    if (Object.is(left, right)) return true
    if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false
    if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false
    if (left instanceof Map || left instanceof Set) return left.size === right.size && same([...left], [...right])
    if (left instanceof Date) return left.getTime() === right.getTime()
    const keys = Object.keys(left)
    return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && same(left[key], right[key]))
  }
  class AssertionError extends Error {
    constructor(message) { super(message); this.name = "AssertionError"; this.code = "ERR_ASSERTION" }
  }
  const expect = (condition, message, fallback) => {
    if (!condition) throw message instanceof Error ? message : new AssertionError(message || fallback)
  }
  const assert = (value, message) => expect(value, message, "The expression evaluated to a falsy value")
  Object.assign(assert, {
    AssertionError, ok: assert,
    equal: (left, right, message) => expect(left == right, message, inspect(left) + " == " + inspect(right)),
    notEqual: (left, right, message) => expect(left != right, message, inspect(left) + " != " + inspect(right)),
    strictEqual: (left, right, message) => expect(Object.is(left, right), message, inspect(left) + " !== " + inspect(right)),
    notStrictEqual: (left, right, message) => expect(!Object.is(left, right), message, "values are identical: " + inspect(left)),
    deepStrictEqual: (left, right, message) => expect(same(left, right), message, "values differ: " + inspect(left) + " and " + inspect(right)),
    deepEqual: (left, right, message) => expect(same(left, right), message, "values differ: " + inspect(left) + " and " + inspect(right)),
    fail: (message) => expect(false, message, "Failed"),
    throws: (run, message) => { try { run() } catch { return } expect(false, message, "Missing expected exception.") }
  })
  assert.strict = assert

  class Exit extends Error {
    constructor(code) { super("process.exit(" + code + ")"); this.name = "Exit"; this.exitCode = code }
  }
  const stream = (name) => ({ isTTY: false, write: (text) => { print(name, typeof text === "string" ? text : Buffer.from(text).toString()); return true } })
  const launch = call("process")
  const process = {
    argv: launch.argv, env: launch.env, pid: launch.pid, platform: "linux", arch: "x64", version: "v20.0.0",
    versions: { node: "20.0.0" }, exitCode: undefined, title: "node", execPath: "/usr/bin/node",
    stdout: stream("stdout"), stderr: stream("stderr"),
    cwd: () => call("cwd"), chdir: (directory) => { call("chdir", [fullPath(directory)]) },
    exit: (code) => { throw new Exit(code === undefined ? process.exitCode || 0 : code) },
    uptime: () => performance.now() / 1000, hrtime: () => { const ms = performance.now(); return [Math.floor(ms / 1000), (ms % 1000) * 1e6] },
    nextTick: (callback, ...args) => queueMicrotask(() => callback(...args)), on: () => process, emitWarning: (text) => warn("Warning: " + text)
  }
  process.hrtime.bigint = () => BigInt(Math.round(performance.now() * 1e6))
  const os = {
    EOL: "\n", platform: () => "linux", type: () => "Linux", arch: () => "x64", release: () => "5.15.0", hostname: () => "localhost",
    homedir: () => launch.env.HOME, tmpdir: () => "/tmp", cpus: () => launch.cpus.map((model) => ({ model, speed: 0, times: {} })),
    totalmem: () => launch.memory, uptime: () => performance.now() / 1000,
    userInfo: () => ({ username: launch.env.USER, uid: 1000, gid: 1000, homedir: launch.env.HOME, shell: "/bin/bash" })
  }
  const util = {
    inspect, format, isDeepStrictEqual: same, TextEncoder, TextDecoder,
    promisify: (run) => (...args) => new Promise((resolve, reject) => run(...args, (error, value) => error ? reject(error) : resolve(value))),
    inherits: (child, parent) => { Object.setPrototypeOf(child.prototype, parent.prototype) },
    types: { isPromise: (value) => value instanceof Promise, isDate: (value) => value instanceof Date, isRegExp: (value) => value instanceof RegExp }
  }
  const after = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value))
  const cloneOf = (value, seen = new Map()) => {
    if (typeof value === "function" || typeof value === "symbol") throw new Error(String(value) + " could not be cloned.")
    if (typeof value !== "object" || value === null) return value
    if (seen.has(value)) return seen.get(value)
    const keep = (copy) => { seen.set(value, copy); return copy }
    const inner = (item) => cloneOf(item, seen)
    if (value instanceof HostDate) return keep(new HostDate(value.getTime()))
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags))
    if (value instanceof ArrayBuffer) return keep(value.slice(0))
    if (ArrayBuffer.isView(value)) return keep(new value.constructor(value))
    if (value instanceof Map) { const copy = keep(new Map()); for (const [key, item] of value) copy.set(inner(key), inner(item)); return copy }
    if (value instanceof Set) { const copy = keep(new Set()); for (const item of value) copy.add(inner(item)); return copy }
    const copy = keep(Array.isArray(value) ? new Array(value.length) : value instanceof Error ? new value.constructor(value.message) : {})
    for (const key of Object.keys(value)) copy[key] = inner(value[key])
    return copy
  }
  const builtins = {
    assert, "assert/strict": assert, buffer: { Buffer }, console, events: EventEmitter, fs, "fs/promises": fs.promises, os, path, "path/posix": path,
    perf_hooks: { performance }, process, timers: { setTimeout, setInterval, setImmediate, clearTimeout: cancel, clearInterval: cancel, clearImmediate: cancel },
    "timers/promises": { setTimeout: after, setImmediate: (value) => after(1, value) }, util
  }
  const loaded = new Map()
  const resolveModule = (base, name) => {
    const start = path.resolve(base, name)
    for (const candidate of [start, start + ".js", start + ".cjs", start + ".json", start + "/index.js"]) {
      try { if (call("stat", [candidate, true]).kind === "file") return candidate } catch {}
    }
    return undefined
  }
  const findModule = (base, name) => {
    if (/^\.{0,2}\//.test(name) || name === "." || name === "..") return resolveModule(base, name)
    for (let directory = base; ; directory = path.dirname(directory)) {
      const found = resolveModule(directory + "/node_modules", name)
      if (found !== undefined || directory === "/") return found
    }
  }
  const requireFrom = (base) => {
    const require = (name) => {
      const builtin = builtins[name.replace(/^node:/, "")]
      if (builtin !== undefined) return builtin
      const file = name.startsWith("node:") ? undefined : findModule(base(), name)
      if (file === undefined) throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: "MODULE_NOT_FOUND" })
      if (loaded.has(file)) return loaded.get(file).exports
      const module = { exports: {}, filename: file, id: file, loaded: false }
      loaded.set(file, module)
      const source = sync.readFile(file, "utf8")
      if (file.endsWith(".json")) module.exports = JSON.parse(source)
      else {
        const directory = path.dirname(file)
        const wrapper = host("evaluate", "(function (exports, require, module, __filename, __dirname) {" + source.replace(/^#!.*/, "") + "\n})", file)
        wrapper.call(module.exports, module.exports, requireFrom(() => directory), module, file, directory)
      }
      module.loaded = true
      return module.exports
    }
    require.resolve = (name) => findModule(base(), name)
    require.cache = {}
    return require
  }
  const require = requireFrom(() => process.cwd())

  // Values shown to the person at the notebook
  const bundleOf = (value) => {
    const custom = value !== null && value !== undefined && value[Symbol.for("Jupyter.display")]
    return typeof custom === "function" ? custom.call(value) : { "text/plain": inspect(value) }
  }
  const display = (value) => { call("display", [bundleOf(value)]) }
  const describe = (thrown) => {
    if (!(thrown instanceof Error)) return { name: "Error", value: typeof thrown === "string" ? thrown : inspect(thrown), traceback: ["Uncaught " + inspect(thrown)] }
    const frames = String(thrown.stack || "").split("\n").filter((line) => line.trim() !== "" && !line.includes("(<machine>"))
    const rest = keysWithout(thrown)
    return {
      name: String(thrown.name), value: String(thrown.message), exitCode: thrown instanceof Exit ? thrown.exitCode : undefined,
      traceback: [thrown.name + (thrown.message === "" ? "" : ": " + thrown.message), ...frames.slice(0, 20), ...rest]
    }
  }
  const keysWithout = (thrown) => {
    const keys = Object.keys(thrown).filter((key) => !["stack", "message", "name"].includes(key))
    return keys.length === 0 ? [] : ["{ " + keys.map((key) => key + ": " + inspect(thrown[key])).join(", ") + " }"]
  }

  const globals = {
    TextEncoder, TextDecoder, Buffer, console, process, require, display, queueMicrotask, performance, setTimeout, setInterval, setImmediate,
    clearTimeout: cancel, clearInterval: cancel, clearImmediate: cancel, global: globalThis,
    structuredClone: (value) => cloneOf(value),
    btoa: (text) => toBase64(Buffer.from(text, "latin1")), atob: (text) => Buffer.from(text, "base64").toString("latin1")
  }
  for (const name of Object.keys(globals)) define(name, globals[name])
  define(Symbol.for("builtin modules"), builtins)
  return {
    nextDue, runDue,
    clearTimers: () => { timers.clear() },
    show: (value) => value === undefined ? undefined : JSON.stringify(bundleOf(value)),
    describe: (thrown) => JSON.stringify(describe(thrown)),
    exitCode: () => process.exitCode || 0,
    exportsOf: (name) => JSON.stringify(Object.keys(builtins[name] || {}))
  }
})`
