/**
 * Commands about files, as precise as those of a Linux: all that `stat` knows, modes, links, positions, and the
 * complaints of the coreutils. The shell's own are coarser, or missing.
 *
 * @since 0.1.0
 */
import type { Command, ResolvedCommandContext } from "just-bash"
import { FileFailure } from "./fileFailure.js"
import type { MemoryFiles } from "./memoryFiles.js"
import { type MemoryNode, sizeOf } from "./memoryNode.js"
import { absolute, join, partsOf } from "./memoryPaths.js"
import { type CommandHost, command, output, refuse } from "./shellCommands.js"

type Output = Awaited<ReturnType<Command["execute"]>>

interface Parsed {
  /** Single letters, with their values. */
  readonly options: ReadonlyMap<string, string>
  readonly operands: ReadonlyArray<string>
}

/** `valued`: the letters that take a value. Undefined for what only the shell's own command may know. */
const parse = (args: ReadonlyArray<string>, known: string, valued = ""): Parsed | undefined => {
  const options = new Map<string, string>()
  const operands: Array<string> = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ""
    if (arg === "--") return { options, operands: [...operands, ...args.slice(index + 1)] }
    if (!arg.startsWith("-") || arg === "-") {
      operands.push(arg)
      continue
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] ?? ""
      if (valued.includes(letter)) {
        const rest = arg.slice(at + 1)
        if (rest === "") index += 1
        options.set(letter, rest === "" ? (args[index] ?? "") : rest)
        break
      }
      if (!known.includes(letter)) return undefined
      options.set(letter, "")
    }
  }
  return { options, operands }
}

const own = async (name: string, args: Array<string>, ctx: ResolvedCommandContext): Promise<Output> =>
  (await ctx.origCommand?.(args)) ?? refuse(`${name}: invalid option -- '${args[0] ?? ""}'`)

/** Does it for every operand; what the file system refuses is said in the words of the coreutils. */
const forEach = (
  operands: ReadonlyArray<string>,
  complaint: (operand: string) => string,
  act: (operand: string) => unknown
): Output => {
  let stdout = ""
  let stderr = ""
  for (const operand of operands) {
    try {
      const said = act(operand)
      if (typeof said === "string") stdout += said
    } catch (failure) {
      if (!(failure instanceof FileFailure)) throw failure
      stderr += `${complaint(operand)}: ${failure.spoken}\n`
    }
  }
  return output(stdout, stderr, stderr === "" ? 0 : 1)
}

const kinds: Readonly<Record<MemoryNode["kind"], readonly [number, string, string]>> = {
  file: [0o100000, "-", "regular file"],
  directory: [0o040000, "d", "directory"],
  symlink: [0o120000, "l", "symbolic link"],
  other: [0o020000, "c", "character special file"]
}

const triad = (bits: number, special: boolean, letter: string): string =>
  `${(bits & 4) === 0 ? "-" : "r"}${(bits & 2) === 0 ? "-" : "w"}${
    special ? ((bits & 1) === 0 ? letter.toUpperCase() : letter) : (bits & 1) === 0 ? "-" : "x"
  }`

const symbolic = (kind: string, mode: number): string =>
  kind +
  triad((mode >> 6) & 7, (mode & 0o4000) !== 0, "s") +
  triad((mode >> 3) & 7, (mode & 0o2000) !== 0, "s") +
  triad(mode & 7, (mode & 0o1000) !== 0, "t")

const timeText = (ms: number): string => {
  const [date = "", time = ""] = new Date(ms).toISOString().slice(0, -1).split("T")
  return `${date} ${time}000000 +0000`
}

const described = (name: string, node: MemoryNode, user: string, letter: string): string => {
  const [type, kind, kindName] = kinds[node.kind]
  const size = sizeOf(node)
  const seconds = (ms: number): string => String(Math.floor(ms / 1000))
  const quoted = `'${name}'`
  const fields: Readonly<Record<string, string>> = {
    "%": "%",
    a: node.mode.toString(8),
    A: symbolic(kind, node.mode),
    b: String(Math.ceil(size / 4096) * 8),
    B: "512",
    d: "1",
    D: "1",
    f: (type | node.mode).toString(16),
    F: node.kind === "file" && size === 0 ? "regular empty file" : kindName,
    g: "1000",
    G: user,
    h: String(node.links),
    i: String(node.id),
    n: name,
    N: node.kind === "symlink" ? `${quoted} -> '${node.target}'` : quoted,
    o: "4096",
    s: String(size),
    // The null device is the third of the first kind.
    t: node.kind === "other" ? "1" : "0",
    T: node.kind === "other" ? "3" : "0",
    u: "1000",
    U: user,
    w: timeText(node.createdMs),
    W: seconds(node.createdMs),
    x: timeText(node.accessedMs),
    X: seconds(node.accessedMs),
    y: timeText(node.modifiedMs),
    Y: seconds(node.modifiedMs),
    // Changes of a node itself are not told from those of its content.
    z: timeText(node.modifiedMs),
    Z: seconds(node.modifiedMs)
  }
  return fields[letter] ?? "?"
}

const octal = (text: string | undefined): number | undefined =>
  text !== undefined && /^[0-7]{1,5}$/.test(text) ? Number.parseInt(text, 8) : undefined

const baseName = (path: string): string => partsOf(path).at(-1) ?? ""

const parentOf = (path: string): string => path.replace(/[^/]+\/*$/, "") || "/"

/** Where `source` goes: into `destination` when that is a directory. */
const placeFor = (files: MemoryFiles, source: string, destination: string, asGiven: boolean): string =>
  !asGiven && files.find(destination)?.kind === "directory"
    ? join(destination, baseName(source))
    : destination

const links = ({ files }: CommandHost): ReadonlyArray<Command> => [
  command("ln", async (args, ctx) => {
    const parsed = parse(args, "sfnTPv")
    if (parsed === undefined) return own("ln", args, ctx)
    const { operands, options } = parsed
    const isSymbolic = options.has("s")
    const [first, last = "."] = operands.length < 2 ? [operands[0], "."] : [operands[0], operands.at(-1)]
    if (first === undefined) return refuse("ln: missing file operand")
    const end = absolute(ctx.cwd, last)
    const isLink = options.has("n") && files.find(end, false)?.kind === "symlink"
    return forEach(
      operands.length < 2 ? operands : operands.slice(0, -1),
      (target) =>
        isSymbolic
          ? `ln: failed to create symbolic link '${last}' -> '${target}'`
          : `ln: failed to create hard link '${last}' => '${target}'`,
      (target) => {
        const place = placeFor(files, target, end, options.has("T") || isLink)
        if (target === "") throw new FileFailure("ENOENT", "symlink", target)
        if (options.has("f") && files.find(place, false) !== undefined) files.remove(place)
        if (isSymbolic) files.symlink(target, place)
        else files.link(absolute(ctx.cwd, target), place)
      }
    )
  }),
  command("link", async ([existing = "", path = ""], ctx) =>
    forEach(
      [path],
      () => `link: cannot create link '${path}' to '${existing}'`,
      () => files.link(absolute(ctx.cwd, existing), absolute(ctx.cwd, path))
    )
  ),
  command("readlink", async (args, ctx) => {
    const parsed = parse(args, "fn")
    const [name] = parsed?.operands ?? []
    if (!parsed?.options.has("f") || parsed.operands.length !== 1 || name === undefined)
      return own("readlink", args, ctx)
    const path = absolute(ctx.cwd, name)
    try {
      const at = files.find(path, false) === undefined ? parentOf(path) : path
      const base = files.realpath(at)
      return output(
        `${at === path ? base : join(base, baseName(path))}${parsed.options.has("n") ? "" : "\n"}`
      )
    } catch (failure) {
      if (!(failure instanceof FileFailure)) throw failure
      return output("", "", 1)
    }
  }),
  command("rm", async (args, ctx) => {
    const parsed = parse(args, "rRf")
    if (parsed === undefined) return own("rm", args, ctx)
    const { operands, options } = parsed
    const recursive = options.has("r") || options.has("R")
    if (operands.length === 0 && !options.has("f")) return refuse("rm: missing operand")
    return forEach(
      operands,
      (name) => `rm: cannot remove '${name}'`,
      (name) => {
        const path = absolute(ctx.cwd, name)
        try {
          const node = files.node(path, false, "rm")
          if (node.kind === "directory" && !recursive) throw new FileFailure("EISDIR", "rm", name)
          files.remove(path, { recursive })
        } catch (failure) {
          if (!(options.has("f") && failure instanceof FileFailure && failure.code === "ENOENT"))
            throw failure
        }
      }
    )
  }),
  command("mv", async (args, ctx) => {
    const parsed = parse(args, "fT")
    const [source, destination] = parsed?.operands ?? []
    if (!parsed?.options.has("T") || source === undefined || destination === undefined) {
      return own("mv", args, ctx)
    }
    return forEach(
      [source],
      () => `mv: cannot move '${source}' to '${destination}'`,
      () => files.rename(absolute(ctx.cwd, source), absolute(ctx.cwd, destination))
    )
  })
]

const content = ({ files }: CommandHost): ReadonlyArray<Command> => [
  command("truncate", async (args, ctx) => {
    const parsed = parse(args, "c", "s")
    const size = Number(parsed?.options.get("s"))
    if (parsed === undefined || !Number.isSafeInteger(size) || size < 0) {
      return refuse(`truncate: Invalid number: '${parsed?.options.get("s") ?? args[0] ?? ""}'`)
    }
    return forEach(
      parsed.operands,
      (name) => `truncate: cannot open '${name}' for writing`,
      (name) => {
        const path = absolute(ctx.cwd, name)
        if (parsed.options.has("c") && files.find(path) === undefined) return
        files.truncateNode(files.create(path), size)
      }
    )
  }),
  command("dd", async (args, ctx) => {
    const given = new Map(
      args.map((arg) => [arg.slice(0, arg.indexOf("=")), arg.slice(arg.indexOf("=") + 1)])
    )
    const unknown = [...given.keys()].find(
      (key) => !/^(if|of|bs|seek|skip|count|conv|oflag|status)$/.test(key)
    )
    if (unknown !== undefined) return refuse(`dd: unrecognized operand '${unknown}'`)
    const units: Readonly<Record<string, number>> = { k: 1024, K: 1024, M: 1024 ** 2 }
    const bs = given.get("bs") ?? "512"
    const block = Number.parseInt(bs, 10) * (units[bs.slice(-1)] ?? 1)
    const position = Number(given.get("seek") ?? 0) * (given.get("oflag") === "seek_bytes" ? 1 : block)
    const skipped = Number(given.get("skip") ?? 0) * block
    const count = given.get("count")
    const from = given.get("if")
    const to = given.get("of")
    const conversions = given.get("conv")?.split(",") ?? []
    let bytes: Uint8Array = Uint8Array.from(ctx.stdin as unknown as string, (character) =>
      character.charCodeAt(0)
    )
    const result = forEach(
      [to ?? from ?? ""],
      (name) => `dd: failed to open '${name}'`,
      () => {
        if (from !== undefined) bytes = files.read(absolute(ctx.cwd, from))
        bytes = bytes.subarray(skipped, count === undefined ? undefined : skipped + Number(count) * block)
        if (to === undefined) return
        const node = files.create(absolute(ctx.cwd, to), { exclusive: conversions.includes("excl") })
        if (!conversions.includes("notrunc")) files.truncateNode(node, position)
        files.writeNode(node, position, bytes)
      }
    )
    if (result.exitCode !== 0) return result
    if (to === undefined) {
      // Without the statistics: the shell cannot redirect what stands on stderr beside bytes on stdout.
      const stdout = bytes.reduce((text, byte) => text + String.fromCharCode(byte), "")
      return { ...output(stdout), stdoutKind: "bytes", stdoutEncoding: "binary" }
    }
    const records = `${Math.floor(bytes.length / block)}+${bytes.length % block === 0 ? 0 : 1} records`
    return output(
      "",
      given.get("status") === "none" ? "" : `${records} in\n${records} out\n${bytes.length} bytes copied\n`
    )
  }),
  command("sync", async () => output(""))
]

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (host: CommandHost): ReadonlyArray<Command> => {
  const { files, user } = host
  return [
    ...links(host),
    ...content(host),
    // What the files of this machine are made with.
    command("umask", async () => output("0022\n")),
    command("stat", async (args, ctx) => {
      const parsed = parse(args, "L", "c")
      const format = parsed?.options.get("c")
      if (parsed === undefined || format === undefined) return own("stat", args, ctx)
      return forEach(
        parsed.operands,
        (name) => `stat: cannot statx '${name}'`,
        (name) => {
          const node = files.node(absolute(ctx.cwd, name), parsed.options.has("L") || name.endsWith("/"))
          if (name.endsWith("/") && node.kind !== "directory") throw new FileFailure("ENOTDIR", "stat", name)
          return `${format.replace(/%(.)/g, (_, letter: string) => described(name, node, user, letter))}\n`
        }
      )
    }),
    command("mkdir", async (args, ctx) => {
      const parsed = parse(args, "p", "m")
      const mode = octal(parsed?.options.get("m"))
      if (parsed === undefined || (parsed.options.has("m") && mode === undefined))
        return own("mkdir", args, ctx)
      return forEach(
        parsed.operands,
        (name) => `mkdir: cannot create directory '${name}'`,
        (name) => {
          const path = absolute(ctx.cwd, name)
          const isThere = files.find(path, false) !== undefined
          files.makeDirectory(path, { recursive: parsed.options.has("p") })
          if (mode !== undefined && !isThere) files.chmod(path, mode)
        }
      )
    }),
    command("chmod", async (args, ctx) => {
      const [text, ...operands] = args
      const mode = octal(text)
      if (mode === undefined) return own("chmod", args, ctx)
      return forEach(
        operands,
        (name) => `chmod: cannot access '${name}'`,
        (name) => files.chmod(absolute(ctx.cwd, name), mode)
      )
    }),
    command("chown", async ([owner = "", ...operands], ctx) =>
      forEach(
        operands,
        (name) => `chown: changing ownership of '${name}'`,
        (name) => {
          files.node(absolute(ctx.cwd, name))
          // One user who is not root gives files to nobody else.
          const isOwn = owner.split(":").every((part) => part === "" || part === "1000" || part === user)
          if (!isOwn) throw new FileFailure("EPERM", "chown", name)
        }
      )
    )
  ]
}
