/**
 * The one function through which JavaScript code reaches the machine.
 *
 * @since 0.1.0
 */
import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten"
import { FileFailure } from "./fileFailure.js"
import type { InterpreterHost } from "./interpreter.js"
import type { Launch, Sink } from "./javaScript.js"
import { sizeOf } from "./memoryNode.js"

/** Linux numbers, as Node.js puts them on `error.errno` (negative). */
const numbers = {
  EACCES: -13,
  EEXIST: -17,
  EINVAL: -22,
  EISDIR: -21,
  ELOOP: -40,
  ENAMETOOLONG: -36,
  ENOENT: -2,
  ENOSPC: -28,
  ENOTDIR: -20,
  ENOTEMPTY: -39,
  EPERM: -1
} as const

type Arguments = ReadonlyArray<unknown>

const text = (args: Arguments, index: number): string => String(args[index])
const number = (args: Arguments, index: number): number => Number(args[index])

const exactBuffer = (bytes: Uint8Array): ArrayBuffer => {
  const buffer = new ArrayBuffer(bytes.length)
  new Uint8Array(buffer).set(bytes)
  return buffer
}

/**
 * Operations take JSON arguments (and bytes), and answer with JSON or bytes.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeHostCall = (
  context: QuickJSContext,
  host: InterpreterHost,
  launch: Launch,
  sink: Sink
): QuickJSHandle => {
  const { files } = host
  let cwd = launch.cwd

  const operations: Readonly<Record<string, (args: Arguments, bytes: Uint8Array) => unknown>> = {
    print: (args) => sink.print(args[0] === "stderr" ? "stderr" : "stdout", text(args, 1)),
    display: (args) => sink.display({ ...(args[0] as object) }),
    now: () => host.now(),
    cwd: () => cwd,
    chdir: (args) => {
      files.list(text(args, 0))
      cwd = text(args, 0)
    },
    randomName: (args) => host.randomName(number(args, 0)),
    process: () => ({
      argv: launch.argv,
      env: launch.environment,
      pid: 1,
      cpus: Array.from({ length: host.cpuCount }, () => "virtual"),
      memory: host.memoryBytes
    }),
    decode: (_, bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
    read: (args) => files.read(text(args, 0)),
    write: (args, bytes) =>
      files.write(text(args, 0), bytes, args[1] as "overwrite" | "append" | "create_new"),
    mkdir: (args) => files.makeDirectory(text(args, 0), { recursive: args[1] === true }),
    readdir: (args) => {
      const base = text(args, 0)
      if (args[1] !== true) return files.list(base).map(([name, node]) => [name, node.kind])
      return files
        .walk(base)
        .map(([path, node]) => [path.slice(base === "/" ? 1 : base.length + 1), node.kind])
    },
    stat: (args) => {
      const node = files.node(text(args, 0), args[1] === true, args[1] === true ? "stat" : "lstat")
      const { accessedMs, createdMs, id, kind, links, mode, modifiedMs } = node
      const type = { file: 0o100000, directory: 0o040000, symlink: 0o120000, other: 0o020000 }[kind]
      return { accessedMs, createdMs, id, kind, links, mode: type | mode, modifiedMs, size: sizeOf(node) }
    },
    unlink: (args) => {
      if (files.node(text(args, 0), false, "unlink").kind === "directory") {
        throw new FileFailure("EPERM", "unlink", text(args, 0))
      }
      files.remove(text(args, 0))
    },
    rmdir: (args) => {
      if (files.node(text(args, 0), false, "rmdir").kind !== "directory") {
        throw new FileFailure("ENOTDIR", "rmdir", text(args, 0))
      }
      files.remove(text(args, 0))
    },
    rm: (args) => {
      const path = text(args, 0)
      if (args[2] === true && files.find(path) === undefined) return
      if (args[1] !== true && files.node(path, false, "rm").kind === "directory") {
        throw new FileFailure("EISDIR", "rm", path)
      }
      files.remove(path, { recursive: args[1] === true })
    },
    rename: (args) => files.rename(text(args, 0), text(args, 1)),
    symlink: (args) => files.symlink(text(args, 0), text(args, 1)),
    link: (args) => files.link(text(args, 0), text(args, 1)),
    readlink: (args) => files.readlink(text(args, 0)),
    realpath: (args) => files.realpath(text(args, 0)),
    chmod: (args) => files.chmod(text(args, 0), number(args, 1)),
    truncate: (args) => files.truncateNode(files.create(text(args, 0)), number(args, 1)),
    utimes: (args) => files.setTimes(text(args, 0), number(args, 1), number(args, 2))
  }

  const answer = (value: unknown): QuickJSHandle =>
    value instanceof Uint8Array
      ? context.newArrayBuffer(exactBuffer(value))
      : context.newString(JSON.stringify({ value }))

  const perform = (operation: string, args: Arguments, bytes: Uint8Array): QuickJSHandle => {
    try {
      return answer(operations[operation]?.(args, bytes))
    } catch (cause) {
      if (!(cause instanceof FileFailure)) throw cause
      const syscall = /, (\w+)/.exec(cause.message)?.[1]
      const failure = {
        message: cause.message,
        code: cause.code,
        errno: numbers[cause.code],
        syscall,
        path: cause.path
      }
      return context.newString(JSON.stringify({ failure }))
    }
  }

  /** Operations on values of the interpreter itself. */
  const promiseState = (promise: QuickJSHandle): QuickJSHandle => {
    const state = context.getPromiseState(promise)
    const result = context.newObject()
    context.newString(state.type).consume((type) => context.setProp(result, "state", type))
    if (state.type === "fulfilled") state.value.consume((value) => context.setProp(result, "value", value))
    if (state.type === "rejected") state.error.consume((value) => context.setProp(result, "value", value))
    return result
  }

  const isText = (handle: QuickJSHandle | undefined): handle is QuickJSHandle =>
    handle !== undefined && context.typeof(handle) === "string"

  return context.newFunction("host", (operationHandle, first, second) => {
    const operation = context.getString(operationHandle)
    switch (operation) {
      case "encode":
        return answer(new TextEncoder().encode(isText(first) ? context.getString(first) : ""))
      case "promiseState":
        return first === undefined ? context.undefined : promiseState(first)
      case "evaluate": {
        if (!isText(first) || !isText(second)) return context.undefined
        return context.evalCode(context.getString(first), context.getString(second))
      }
      default: {
        const args: Arguments = isText(first) ? JSON.parse(context.getString(first)) : []
        if (second === undefined || context.typeof(second) !== "object")
          return perform(operation, args, new Uint8Array(0))
        return context.getArrayBuffer(second).consume(({ value }) => perform(operation, args, value))
      }
    }
  })
}
