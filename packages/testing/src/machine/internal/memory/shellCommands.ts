/**
 * Commands the shell lacks, or answers from the host: who and where one is, time, temporary files.
 *
 * @since 0.1.0
 */
import type { Command, ResolvedCommandContext } from "just-bash"
import { FileFailure } from "./fileFailure.js"
import type { MemoryFiles } from "./memoryFiles.js"
import { absolute, join } from "./memoryPaths.js"

/**
 * What commands need from the machine. `sleep` ends early, without failing, when the signal aborts.
 *
 * @since 0.1.0
 * @category models
 */
export interface CommandHost {
  readonly files: MemoryFiles
  readonly user: string
  readonly cpuCount: number
  readonly now: () => number
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>
  /** Lower-case letters and digits, for names of temporary files. */
  readonly randomName: (length: number) => string
}

type Output = Awaited<ReturnType<Command["execute"]>>

export const output = (stdout: string, stderr = "", exitCode = 0): Output => ({ stdout, stderr, exitCode })

export const refuse = (message: string, exitCode = 1): Output => output("", `${message}\n`, exitCode)

export const command = (
  name: string,
  execute: (args: Array<string>, ctx: ResolvedCommandContext) => Promise<Output>
): Command => ({
  name,
  trusted: true,
  execute
})

const units: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 }

/** Milliseconds, or undefined when `text` is no duration as `sleep` and `timeout` take it. */
const durationMs = (text: string): number | undefined => {
  if (/^inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY
  const match = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text)
  const unit = units[match?.[2] ?? ""]
  return match?.[1] === undefined || unit === undefined ? undefined : Number(match[1]) * unit * 1000
}

const identity = (host: CommandHost): ReadonlyArray<Command> => {
  const { user } = host
  return [
    command("whoami", async () => output(`${user}\n`)),
    command("groups", async () => output(`${user}\n`)),
    command("nproc", async () => output(`${host.cpuCount}\n`)),
    command("id", async (args) => {
      const flags = args.filter((arg) => arg.startsWith("-")).join("")
      const named = args.find((arg) => !arg.startsWith("-"))
      if (named !== undefined && named !== user) return refuse(`id: '${named}': no such user`)
      if (!/[ugG]/.test(flags)) return output(`uid=1000(${user}) gid=1000(${user}) groups=1000(${user})\n`)
      return output(flags.includes("n") ? `${user}\n` : "1000\n")
    }),
    command("uname", async (args, ctx) => {
      const name = ctx.env.get("HOSTNAME") ?? "localhost"
      const fields: ReadonlyArray<readonly [string, string]> = [
        ["s", "Linux"],
        ["n", name],
        ["r", "5.15.0"],
        ["v", "#1 SMP"],
        ["m", "x86_64"],
        ["o", "GNU/Linux"]
      ]
      const flags = args.join("")
      const chosen = flags.includes("a")
        ? fields
        : fields.filter(([flag]) => (flags === "" ? flag === "s" : flags.includes(flag)))
      return output(`${chosen.map(([, value]) => value).join(" ")}\n`)
    }),
    listing(host)
  ]
}

/** The shell's `ls`, which calls every owner `user`, marks directories unasked, and parts files by empty lines. */
const listing = ({ files, user }: CommandHost): Command =>
  command("ls", async (args, ctx) => {
    const list = async (operands: ReadonlyArray<string>): Promise<Output> =>
      (await ctx.origCommand?.([...options, "--", ...operands])) ?? refuse("ls: not available", 127)
    const end = args.indexOf("--")
    const options = args.filter(
      (arg, index) => arg.startsWith("-") && arg !== "-" && (end < 0 || index < end)
    )
    const operands = args
      .filter((arg, index) => (end >= 0 && index > end) || !options.includes(arg))
      .filter((arg) => arg !== "--")
    const isDirectory = (name: string) =>
      !options.some((option) => /^-\w*d/.test(option)) &&
      files.find(absolute(ctx.cwd, name))?.kind === "directory"
    const single = operands.filter((name) => !isDirectory(name)).sort()
    const directories = operands.filter(isDirectory)
    const parts: Array<Output> = []
    if (operands.length < 2) parts.push(await list(operands))
    else {
      for (const name of single) parts.push(await list([name]))
      const entries = directories.length === 0 ? undefined : await list(directories)
      const heading = directories.length === 1 ? `${directories[0]}:\n` : ""
      const gap = single.length > 0 ? "\n" : ""
      if (entries !== undefined) parts.push({ ...entries, stdout: `${gap}${heading}${entries.stdout}` })
    }
    const marksKinds = options.some((option) => /^-\w*[Fp]|^--classify/.test(option))
    const stdout = parts
      .map((part) => part.stdout)
      .join("")
      .replace(
        /^([-dl][-rwxsStT]{9} +\d+ )user user (.*)$/gm,
        (_, head: string, tail: string) =>
          `${head}${user} ${user} ${!marksKinds && head.startsWith("d") ? tail.replace(/\/$/, "") : tail}`
      )
    const exitCode = Math.max(...parts.map((part) => part.exitCode))
    return output(stdout, parts.map((part) => part.stderr).join(""), exitCode)
  })

/**
 * `printf` and `echo -e` can write bytes that are no text (`\\xff`), which the shell's own take for characters.
 * Such escapes pass through them as lone surrogates, one for each byte.
 */
const SURROGATES = 0xdc00
const HIGH_BYTE = /\\(?:x([89a-fA-F][0-9a-fA-F])|0?([23][0-7]{2}))/g

const withSurrogates = (text: string): string =>
  text.replace(HIGH_BYTE, (_, hex: string | undefined, octal: string | undefined) =>
    String.fromCharCode(
      SURROGATES + (hex === undefined ? Number.parseInt(octal ?? "0", 8) : Number.parseInt(hex, 16))
    )
  )

/** UTF-8, but for the surrogates, which become the bytes they stand for; one character for each byte. */
const toByteString = (text: string): string => {
  let bytes = ""
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code >= SURROGATES + 0x80 && code <= SURROGATES + 0xff)
      bytes += String.fromCharCode(code - SURROGATES)
    else for (const byte of new TextEncoder().encode(character)) bytes += String.fromCharCode(byte)
  }
  return bytes
}

/** Whether `printf` reads the argument at `index` for a `%b`, which interprets escapes. */
const isInterpreted = (format: string, index: number): boolean => {
  const directives = format.match(/%[-+ #0']*\d*(?:\.\d+)?[a-zA-Z]/g) ?? []
  return directives[(index - 1) % directives.length]?.endsWith("b") === true
}

const printers = (): ReadonlyArray<Command> => {
  const printer = (name: string, interprets: (args: ReadonlyArray<string>, index: number) => boolean) =>
    command(name, async (args, ctx) => {
      const escaped = args.map((arg, index) => (interprets(args, index) ? withSurrogates(arg) : arg))
      const result = (await ctx.origCommand?.(escaped)) ?? refuse(`${name}: not available`, 127)
      if (escaped.every((arg, index) => arg === args[index])) return result
      return { ...result, stdout: toByteString(result.stdout), stdoutKind: "bytes", stdoutEncoding: "binary" }
    })
  return [
    printer(
      "printf",
      ([format = ""], index) => format !== "-v" && (index === 0 || isInterpreted(format, index))
    ),
    printer("echo", (args) => args.some((arg) => /^-[neE]*e[neE]*$/.test(arg)))
  ]
}

/** The shell's `tail` takes `-c +3`, from the third byte on, for the last three bytes. */
const tail = command("tail", async (args, ctx) => {
  const call = async (own: Array<string>): Promise<Output> =>
    (await ctx.origCommand?.(own)) ?? refuse("tail: not available", 127)
  const found = /(?:^|\n)(?:-c\n?|--bytes[=\n])\+(\d+)(?=\n|$)/.exec(args.join("\n"))
  if (found === null) return call(args)
  const whole = ["-c", String(Number.MAX_SAFE_INTEGER)]
  const others = args
    .join("\n")
    .replace(found[0], "")
    .split("\n")
    .filter((arg) => arg !== "")
  const result = await call([...whole, ...others])
  return { ...result, stdout: result.stdout.slice(Math.max(0, Number(found[1]) - 1)) }
})

const clockwork = (host: CommandHost): ReadonlyArray<Command> => [
  command("sleep", async (args, ctx) => {
    if (args.length === 0) return refuse("sleep: missing operand")
    let total = 0
    for (const arg of args) {
      const ms = durationMs(arg)
      if (ms === undefined) return refuse(`sleep: invalid time interval '${arg}'`)
      total += ms
    }
    await host.sleep(total, ctx.signal)
    return output("")
  }),
  command("timeout", async (args, ctx) => {
    const valued = /^(-k|-s|--kill-after|--signal)$/
    let index = 0
    while (args[index]?.startsWith("-") === true) index += valued.test(args[index] ?? "") ? 2 : 1
    const limit = durationMs(args[index] ?? "")
    const [name, ...rest] = args.slice(index + 1)
    if (args[index] === undefined || name === undefined) return refuse("timeout: missing operand", 125)
    if (limit === undefined) return refuse(`timeout: invalid time interval '${args[index]}'`, 125)
    if (ctx.exec === undefined) return refuse(`timeout: failed to run command '${name}'`, 126)
    const expired = new AbortController()
    const finished = new AbortController()
    const signal = ctx.signal === undefined ? expired.signal : AbortSignal.any([ctx.signal, expired.signal])
    // `timeout 0` means no limit.
    const timer = host.sleep(limit === 0 ? Number.POSITIVE_INFINITY : limit, finished.signal).then(() => {
      if (!finished.signal.aborted) expired.abort()
    })
    const quoted = `'${name.replaceAll("'", "'\\''")}'`
    const result = await ctx.exec(quoted, { cwd: ctx.cwd, signal, args: rest })
    finished.abort()
    await timer
    return expired.signal.aborted ? output("", "", 124) : result
  }),
  command("date", async (args, ctx) => {
    const isGiven = args.some((arg) =>
      /^(-[a-zA-Z]*[drf]|--date|--reference|--file|--help|--version)/.test(arg)
    )
    const now = isGiven ? [] : ["-d", `@${Math.floor(host.now() / 1000)}`]
    return (await ctx.origCommand?.([...now, ...args])) ?? refuse("date: not available", 127)
  }),
  command("touch", async (args, ctx) => {
    const { files } = host
    let given: { accessedMs: number; modifiedMs: number } | undefined
    const letters: Array<string> = []
    const names: Array<string> = []
    const complaints: Array<string> = []
    for (let index = 0; index < args.length; index++) {
      const arg = args[index] ?? ""
      if (arg === "-d" || arg === "-r") {
        const value = args[++index] ?? ""
        const ms = Date.parse(value)
        const reference = arg === "-r" ? files.find(absolute(ctx.cwd, value)) : undefined
        given = reference ?? { accessedMs: ms, modifiedMs: ms }
        if (!Number.isNaN(given.modifiedMs)) continue
        return arg === "-r"
          ? refuse(`touch: failed to get attributes of '${value}': No such file or directory`)
          : ((await ctx.origCommand?.(args)) ?? refuse(`touch: invalid date format '${value}'`))
      }
      if (/^(-[a-zA-Z]*t|--)/.test(arg)) {
        return (await ctx.origCommand?.(args)) ?? refuse("touch: not available", 127)
      }
      if (arg.startsWith("-")) letters.push(...arg.slice(1))
      else names.push(arg)
    }
    if (names.length === 0) return refuse("touch: missing file operand")
    const both = letters.includes("a") === letters.includes("m")
    for (const name of names) {
      const path = absolute(ctx.cwd, name)
      try {
        if (files.find(path) === undefined) {
          if (letters.includes("c")) continue
          files.create(path)
        }
        const node = files.node(path)
        const { accessedMs, modifiedMs } = given ?? { accessedMs: host.now(), modifiedMs: host.now() }
        files.setTimes(
          path,
          both || letters.includes("a") ? accessedMs : node.accessedMs,
          both || letters.includes("m") ? modifiedMs : node.modifiedMs
        )
      } catch (failure) {
        if (!(failure instanceof FileFailure)) throw failure
        complaints.push(`touch: cannot touch '${name}': ${failure.spoken}\n`)
      }
    }
    return output("", complaints.join(""), complaints.length === 0 ? 0 : 1)
  })
]

const paths = (host: CommandHost): ReadonlyArray<Command> => [
  command("realpath", async (args, ctx) => {
    const lines: Array<string> = []
    const complaints: Array<string> = []
    for (const name of args.filter((arg) => !arg.startsWith("-"))) {
      try {
        lines.push(`${host.files.realpath(absolute(ctx.cwd, name))}\n`)
      } catch (failure) {
        if (!(failure instanceof FileFailure)) throw failure
        complaints.push(`realpath: ${name}: ${failure.toMachineError().detail}\n`)
      }
    }
    return output(lines.join(""), complaints.join(""), complaints.length === 0 ? 0 : 1)
  }),
  command("mktemp", async (args, ctx) => {
    const at = args.indexOf("-p")
    const base = (at < 0 ? undefined : args[at + 1]) ?? ctx.env.get("TMPDIR") ?? "/tmp"
    const given = args.find((arg, index) => !arg.startsWith("-") && index !== (at < 0 ? -1 : at + 1))
    const template = given ?? "tmp.XXXXXXXXXX"
    const xs = /X{3,}(?=[^X]*$)/.exec(template)?.[0]
    if (xs === undefined) return refuse(`mktemp: too few X's in template '${template}'`)
    const named = template.replace(/X{3,}(?=[^X]*$)/, host.randomName(xs.length))
    const path = given === undefined || at >= 0 ? join(base, named) : absolute(ctx.cwd, named)
    try {
      if (args.includes("-d")) {
        host.files.makeDirectory(path)
        host.files.chmod(path, 0o700)
      } else if (!args.includes("-u")) host.files.create(path, { exclusive: true, mode: 0o600 })
    } catch (failure) {
      if (!(failure instanceof FileFailure)) throw failure
      return refuse(`mktemp: failed to create '${path}': ${failure.toMachineError().detail}`)
    }
    return output(`${path}\n`)
  })
]

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (host: CommandHost): ReadonlyArray<Command> => [
  ...identity(host),
  ...printers(),
  tail,
  ...clockwork(host),
  ...paths(host)
]
