/**
 * The worker in which CPython (WebAssembly) runs. The worker blocks while Python waits, and asks the machine for
 * everything through one shared buffer; Python sees the machine's files at their own paths.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category models
 */
export interface PythonWorkerData {
  readonly directory: string
  readonly module: WebAssembly.Module
  readonly library: Uint8Array
  /** Whether an answer is there, and its status: a length, or a negative errno. */
  readonly control: Int32Array
  /** The machine's clocks at the last answer, in ms: since 1970, and monotonic with fractions. */
  readonly clocks: Float64Array
  readonly data: Uint8Array
  /** A pending signal number; Python looks at it while it runs. */
  readonly signals: Uint8Array
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
  readonly sources: Readonly<Record<string, string>>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface PythonCall {
  readonly operation: string
  readonly args: ReadonlyArray<unknown>
  readonly bytes?: Uint8Array | undefined
}

/** Emscripten's own errno numbers. */
export const emscriptenErrno = {
  EACCES: 2,
  EEXIST: 20,
  EINVAL: 28,
  EISDIR: 31,
  ELOOP: 32,
  ENAMETOOLONG: 37,
  ENOENT: 44,
  ENOSPC: 51,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  EPERM: 63
} as const

interface EmscriptenNode {
  parent: EmscriptenNode
  name: string
  mode: number
  node_ops: object
  stream_ops: object
}

interface EmscriptenStream {
  node: EmscriptenNode
  position: number
  flags: number
  seekable: boolean
  tty?: unknown
  stream_ops: object
  inode?: number
}

interface EmscriptenFileSystem {
  readonly ErrnoError: new (errno: number) => Error
  readonly root: EmscriptenNode
  readonly streams: ReadonlyArray<EmscriptenStream>
  readonly createNode: (parent: EmscriptenNode, name: string, mode: number, device: number) => EmscriptenNode
  readonly makedev: (major: number, minor: number) => number
  readonly registerDevice: (device: number, operations: object) => void
  readonly mkdev: (path: string, mode: number, device: number) => void
  readonly mkdirTree: (path: string) => void
  readonly rmdir: (path: string) => void
  readonly chdir: (path: string) => void
  readonly writeFile: (path: string, content: string | Uint8Array, options?: object) => void
  hashAddNode: (node: EmscriptenNode) => void
}

interface PythonModule {
  readonly FS: EmscriptenFileSystem
  readonly ENV: Record<string, string>
  readonly callMain: (args: Array<string>) => number
  Py_EmscriptenSignalBuffer?: Uint8Array
  readonly _Py_EMSCRIPTEN_SIGNAL_HANDLING: number
}

interface WorkerThreads {
  readonly parentPort: { readonly postMessage: (message: PythonCall) => void }
  readonly workerData: PythonWorkerData
}

interface Status {
  readonly id: number
  readonly mode: number
  readonly links: number
  readonly size: number
  readonly accessedMs: number
  readonly modifiedMs: number
}

/**
 * The worker's program. It is sent as source text, so it may use nothing but its argument and the globals.
 *
 * @since 0.1.0
 * @category programs
 */
export const pythonWorker = async (require: (id: string) => unknown): Promise<void> => {
  const { parentPort, workerData } = require("node:worker_threads") as WorkerThreads
  const { clocks, control, data, environment, signals, sources } = workerData
  const STDLIB = "/.python"
  const decoder = new TextDecoder()

  /** Blocks until the machine has answered. A negative status is an errno. */
  const ask = (operation: string, args: ReadonlyArray<unknown>, bytes?: Uint8Array): Uint8Array => {
    let received: Uint8Array | undefined
    let length = 0
    for (let offset = 0; received === undefined || offset < length; offset += data.length) {
      Atomics.store(control, 0, 0)
      parentPort.postMessage(
        received === undefined ? { operation, args, bytes } : { operation: "more", args: [offset] }
      )
      Atomics.wait(control, 0, 0)
      const status = Atomics.load(control, 1)
      if (status < 0) throw new FS.ErrnoError(-status)
      received ??= new Uint8Array(status)
      length = status
      received.set(data.subarray(0, Math.min(data.length, length - offset)), offset)
      if (length === 0) break
    }
    return received ?? new Uint8Array(0)
  }
  const askJson = (operation: string, args: ReadonlyArray<unknown>): unknown =>
    JSON.parse(decoder.decode(ask(operation, args)))

  // Time is the machine's, and may stand still: it is asked for whenever Python looks at a clock.
  const [startedMs = 0] = clocks.subarray(1)
  Date.now = () => {
    ask("clock", [])
    return clocks[0] ?? 0
  }
  performance.now = () => {
    ask("clock", [])
    return (clocks[1] ?? 0) - startedMs
  }

  const create = require(`${workerData.directory}/python.cjs`) as (options: object) => Promise<PythonModule>
  let memory: WebAssembly.Memory | undefined
  const python = await create({
    noInitialRun: true,
    printErr: () => undefined,
    instantiateWasm: (
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void
    ) => {
      const instance = new WebAssembly.Instance(workerData.module, imports)
      memory = instance.exports["memory"] as WebAssembly.Memory
      done(instance, workerData.module)
    },
    preRun: [
      (module: PythonModule) => {
        module.FS.mkdirTree(STDLIB)
        module.FS.writeFile(`${STDLIB}/python313.zip`, workerData.library, { canOwn: true })
        for (const [name, source] of Object.entries(sources)) module.FS.writeFile(`${STDLIB}/${name}`, source)
        Object.assign(module.ENV, environment, {
          PYTHONHOME: STDLIB,
          PYTHONPATH: `${STDLIB}/python313.zip:${STDLIB}`,
          PYTHONDONTWRITEBYTECODE: "1",
          PYTHONUTF8: "1"
        })
      }
    ]
  })
  const { FS } = python

  // Signals reach Python while it computes, which is how a run is stopped without losing its names.
  python.Py_EmscriptenSignalBuffer = signals
  if (memory !== undefined)
    new DataView(memory.buffer).setInt32(python._Py_EMSCRIPTEN_SIGNAL_HANDLING, 1, true)

  const pathOf = (node: EmscriptenNode): string => {
    const parts: Array<string> = []
    for (let at = node; at.parent !== at; at = at.parent) parts.unshift(at.name)
    return `/${parts.join("/")}`
  }
  const child = (parent: EmscriptenNode, name: string) =>
    `${pathOf(parent) === "/" ? "" : pathOf(parent)}/${name}`
  const attributes = (status: Status) => ({
    dev: 1,
    ino: status.id,
    mode: status.mode,
    nlink: status.links,
    uid: 1000,
    gid: 1000,
    rdev: 0,
    size: status.size,
    atime: new Date(status.accessedMs),
    mtime: new Date(status.modifiedMs),
    ctime: new Date(status.modifiedMs),
    blksize: 4096,
    blocks: Math.ceil(status.size / 512)
  })
  interface Changes {
    readonly mode?: number
    readonly size?: number
    readonly atime?: number
    readonly mtime?: number
    readonly timestamp?: number
  }
  const change = (target: string | number, changes: Changes) => {
    if (changes.size !== undefined) ask("truncate", [target, changes.size])
    if (typeof target !== "string") return
    if (changes.mode !== undefined) ask("chmod", [target, changes.mode])
    const accessed = changes.atime ?? changes.timestamp
    const modified = changes.mtime ?? changes.timestamp
    if (accessed !== undefined || modified !== undefined) ask("utimes", [target, accessed, modified])
  }
  const adopt = (parent: EmscriptenNode, name: string, mode: number): EmscriptenNode => {
    const node = FS.createNode(parent, name, mode, 0)
    node.node_ops = nodeOperations
    node.stream_ops = streamOperations
    return node
  }
  const nodeOperations = {
    getattr: (node: EmscriptenNode) => attributes(askJson("stat", [pathOf(node)]) as Status),
    setattr: (node: EmscriptenNode, changes: Changes) => {
      change(pathOf(node), changes)
      if (changes.mode !== undefined) node.mode = changes.mode
    },
    lookup: (parent: EmscriptenNode, name: string) =>
      adopt(parent, name, (askJson("stat", [child(parent, name)]) as Status).mode),
    mknod: (parent: EmscriptenNode, name: string, mode: number) => {
      ask("mknod", [child(parent, name), mode])
      return adopt(parent, name, mode)
    },
    rename: (node: EmscriptenNode, parent: EmscriptenNode, name: string) => {
      ask("rename", [pathOf(node), child(parent, name)])
      node.name = name
      node.parent = parent
    },
    unlink: (parent: EmscriptenNode, name: string) => void ask("unlink", [child(parent, name)]),
    rmdir: (parent: EmscriptenNode, name: string) => void ask("rmdir", [child(parent, name)]),
    readdir: (node: EmscriptenNode) => askJson("readdir", [pathOf(node)]),
    symlink: (parent: EmscriptenNode, name: string, target: string) => {
      ask("symlink", [target, child(parent, name)])
      return adopt(parent, name, 0o120777)
    },
    readlink: (node: EmscriptenNode) => askJson("readlink", [pathOf(node)])
  }
  const inodeOf = (stream: EmscriptenStream) => stream.inode ?? -1
  const statusOf = (stream: EmscriptenStream) =>
    askJson("stat", [stream.inode ?? pathOf(stream.node)]) as Status
  const streamOperations = {
    open: (stream: EmscriptenStream) => {
      if ((stream.node.mode & 0o170000) === 0o040000) return
      stream.inode = askJson("open", [
        pathOf(stream.node),
        (stream.flags & 3) !== 0,
        (stream.flags & 3) !== 1
      ]) as number
    },
    close: (stream: EmscriptenStream) => {
      if (stream.inode !== undefined) ask("close", [stream.inode])
    },
    getattr: (stream: EmscriptenStream) => attributes(statusOf(stream)),
    setattr: (stream: EmscriptenStream, changes: Changes) =>
      change(stream.inode ?? pathOf(stream.node), changes),
    read: (
      stream: EmscriptenStream,
      buffer: Uint8Array,
      offset: number,
      length: number,
      position: number
    ) => {
      const content = ask("read", [inodeOf(stream), position, length])
      buffer.set(content, offset)
      return content.length
    },
    write: (
      stream: EmscriptenStream,
      buffer: Uint8Array,
      offset: number,
      length: number,
      position: number
    ) => {
      ask("write", [inodeOf(stream), position], buffer.slice(offset, offset + length))
      return length
    },
    llseek: (stream: EmscriptenStream, offset: number, whence: number) => {
      const base = whence === 1 ? stream.position : whence === 2 ? statusOf(stream).size : 0
      if (base + offset < 0) throw new FS.ErrnoError(28)
      return base + offset
    }
  }

  /** Standard streams, and the device through which the programs below talk to the machine. */
  const channel = (operation: string) => ({
    write: (_: EmscriptenStream, buffer: Uint8Array, offset: number, length: number) => {
      ask(operation, [], buffer.slice(offset, offset + length))
      return length
    }
  })
  let input = new Uint8Array(0)
  const drain = (operation: string) => ({
    read: (_: EmscriptenStream, buffer: Uint8Array, offset: number, length: number) => {
      if (input.length === 0) input = Uint8Array.from(ask(operation, []))
      const taken = input.subarray(0, length)
      buffer.set(taken, offset)
      input = input.slice(taken.length)
      return taken.length
    }
  })
  const connect = (descriptor: number, operations: object) => {
    const stream = FS.streams[descriptor]
    if (stream === undefined) return
    stream.tty = undefined
    stream.seekable = false
    stream.stream_ops = operations
  }
  connect(0, drain("stdin"))
  connect(1, channel("stdout"))
  connect(2, channel("stderr"))
  const device = FS.makedev(64, 0)
  FS.registerDevice(device, {
    open: (stream: EmscriptenStream) => {
      stream.seekable = false
    },
    ...drain("next"),
    ...channel("machine")
  })
  FS.mkdev("/dev/machine", 0o666, device)

  // From here on every name below "/", but for Emscripten's own devices, is looked up in the machine, each time:
  // the shell may have changed it meanwhile.
  for (const path of ["/home/web_user", "/home", "/tmp"]) FS.rmdir(path)
  FS.root.node_ops = nodeOperations
  FS.hashAddNode = () => undefined
  FS.chdir(workerData.cwd)

  let exitCode = 1
  try {
    exitCode = python.callMain([...workerData.args])
  } catch (cause) {
    const status = (cause as { readonly status?: unknown }).status
    if (typeof status === "number") exitCode = status
    else parentPort.postMessage({ operation: "crash", args: [String(cause)] })
  }
  parentPort.postMessage({ operation: "exit", args: [exitCode] })
}
