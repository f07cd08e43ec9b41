/**
 * Commands around processes: `setsid`, `kill`, `mkfifo`, and what `processSyntax` puts in the place of others.
 *
 * @since 0.1.0
 */
import type { Command, ResolvedCommandContext } from "just-bash"
import { FileFailure } from "./fileFailure.js"
import { absolute } from "./memoryPaths.js"
import type { Files, Process, Processes, Program } from "./processes.js"
import { names, takeRedirections } from "./processSyntax.js"
import type { CommandHost } from "./shellCommands.js"
import { command, output, refuse } from "./shellCommands.js"

type Output = Awaited<ReturnType<Command["execute"]>>

const EMPTY = new Uint8Array(0)

const SIGNALS = (
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG " +
  "XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split(" ")

/** A process here can be ended, not stopped: these do nothing. */
const HARMLESS = new Set(["CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "WINCH"])

const signalNumber = (name: string): number | undefined => {
  if (/^\d+$/.test(name)) return Number(name) <= SIGNALS.length ? Number(name) : undefined
  const at = SIGNALS.indexOf(name.toUpperCase().replace(/^SIG/, ""))
  return at < 0 ? undefined : at + 1
}

const bytesOutput = (bytes: Uint8Array, exitCode: number): Output => {
  let stdout = ""
  for (let start = 0; start < bytes.length; start += 8192) {
    stdout += String.fromCharCode(...bytes.subarray(start, start + 8192))
  }
  return { stdout, stderr: "", exitCode, stdoutKind: "bytes", stdoutEncoding: "binary" }
}

const environmentOf = (ctx: ResolvedCommandContext): Readonly<Record<string, string>> =>
  ctx.exportedEnv ?? Object.fromEntries(ctx.env)

const programOf = (argv: ReadonlyArray<string>, ctx: ResolvedCommandContext): Program => ({
  argv,
  env: environmentOf(ctx),
  cwd: ctx.cwd
})

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const detaching = ({ files }: CommandHost, processes: Processes, parent: Process | undefined): Command => {
  const open = (args: ReadonlyArray<string>, cwd: string) => {
    const { redirections, rest } = takeRedirections(args)
    const opened: { -readonly [Name in keyof Files]: Files[Name] } = {}
    const members = ["stdin", "stdout", "stderr"] as const
    for (const { fd, operator, target } of redirections) {
      const path = absolute(cwd, target)
      if (operator === ">&") {
        opened[members[fd]] = opened[target === "1" ? "stdout" : "stderr"]
        continue
      }
      if (operator.startsWith(">") && operator !== ">>" && processes.pipeAt(path) === undefined) {
        files.write(path, EMPTY)
      }
      opened[members[fd]] = path
    }
    return { opened, rest }
  }
  return command("setsid", async (args, ctx) => {
    try {
      const { opened, rest } = open(args, ctx.cwd)
      const options = rest.filter(
        (arg, index) => arg.startsWith("-") && rest.slice(0, index).every((o) => o.startsWith("-"))
      )
      const [first = "", ...others] = rest.slice(options.length)
      if (first === "") return refuse("setsid: no command specified")
      // The leader of a group cannot lead a session: the inner setsid forks, and nobody waits for it.
      const isForked = first === "setsid"
      const argv = isForked ? others : [first, ...others]
      const inBackground = isForked || options.includes("-f") || options.includes("--fork")
      const { ended, settled } = processes.start(
        programOf(argv, ctx),
        opened,
        inBackground ? undefined : parent
      )
      if (inBackground) {
        await settled
        return output("")
      }
      const { exitCode, stderr, stdout } = await ended
      return output(stdout, stderr, exitCode)
    } catch (failure) {
      if (!(failure instanceof FileFailure)) throw failure
      return refuse(`bash: ${failure.path}: ${failure.spoken}`)
    }
  })
}

const killing = (processes: Processes): Command =>
  command("kill", async (args) => {
    if (args[0] === "-l") return output(`${SIGNALS.join(" ")}\n`)
    const [first = "", second = ""] = args
    const isNamed = first === "-s" || first === "-n"
    const name = isNamed ? second : /^-\w/.test(first) && args.length > 1 ? first.slice(1) : undefined
    const number = name === undefined ? 15 : signalNumber(name)
    if (number === undefined) return refuse(`kill: ${name}: invalid signal specification`)
    const targets = args.slice(isNamed ? 2 : name === undefined ? 0 : 1).filter((arg) => arg !== "--")
    if (targets.length === 0) return refuse("kill: usage: kill [-s sigspec | -sigspec] pid", 2)
    const isFatal = number > 0 && !HARMLESS.has(SIGNALS[number - 1] ?? "")
    const complaints = targets.flatMap((target) => {
      if (!/^-?\d+$/.test(target)) return [`kill: ${target}: arguments must be process or job IDs\n`]
      return processes.signal(Number(target), number, isFatal)
        ? []
        : [`kill: (${target}) - No such process\n`]
    })
    return output("", complaints.join(""), complaints.length === 0 ? 0 : 1)
  })

const piping = (processes: Processes): Command =>
  command("mkfifo", async (args, ctx) => {
    const complaints: Array<string> = []
    for (const name of args.filter((arg) => !arg.startsWith("-"))) {
      try {
        processes.makePipe(absolute(ctx.cwd, name))
      } catch (failure) {
        if (!(failure instanceof FileFailure)) throw failure
        complaints.push(`mkfifo: cannot create fifo '${name}': ${failure.spoken}\n`)
      }
    }
    return output("", complaints.join(""), complaints.length === 0 ? 0 : 1)
  })

/** Commands without files read their input; what `cat` is given are files, of the others those that exist. */
const readsInput = (
  { files }: CommandHost,
  [name = "", ...args]: ReadonlyArray<string>,
  cwd: string
): boolean => {
  if (args.includes("-") || name === "tr" || name === "tee" || name === "xargs") return true
  if (name === "cat") return args.every((arg) => arg.startsWith("-"))
  if (/^(sh|bash|node|python3?)$/.test(name)) return args.length === 0
  return !args.some((arg) => files.find(absolute(cwd, arg))?.kind === "file")
}

/** What `read` assigns: words, and to the last name what is left. */
const fieldsOf = (
  args: ReadonlyArray<string>,
  line: string,
  separators: string
): ReadonlyArray<readonly [name: string, value: string]> => {
  const valued = /^-[a-zA-Z]*[adinNptu]$/
  const given = args.filter((arg, index) => !arg.startsWith("-") && !valued.test(args[index - 1] ?? ""))
  const isRaw = args.some((arg) => /^-[a-zA-Z]*r/.test(arg))
  const isSeparator = (character: string) => separators.includes(character)
  const trimmed = (text: string): string => {
    let [start, end] = [0, text.length]
    while (start < end && isSeparator(text[start] ?? "")) start += 1
    while (end > start && isSeparator(text[end - 1] ?? "")) end -= 1
    return text.slice(start, end)
  }
  let rest = isRaw ? line : line.replace(/\\(.)/g, "$1")
  if (given.length === 0) return [["REPLY", rest]]
  return given.map((name, index) => {
    rest = trimmed(rest)
    if (index === given.length - 1) return [name, rest]
    let end = 0
    while (end < rest.length && !isSeparator(rest[end] ?? "")) end += 1
    const value = rest.slice(0, end)
    rest = rest.slice(end)
    return [name, value]
  })
}

/** What a command of a command prints is known as text or bytes only to the one it is piped to. */
const inputting = (host: CommandHost, process: Process): ReadonlyArray<Command> => {
  let kept = ""
  return [
    command(names.keep, async (_, ctx) => {
      kept = ctx.stdin as unknown as string
      return output("")
    }),
    command(names.withInput, async (args, ctx) => {
      const input = readsInput(host, args, ctx.cwd) ? await process.stdin?.all(process.onWait) : undefined
      kept = ""
      // What is exported here is not exported there.
      const exported = Object.entries(ctx.exportedEnv ?? {}).map(
        ([name, value]) => `${name}=${quote(value)} `
      )
      const result = await ctx.exec?.(
        `set -o pipefail; ${exported.join("")}${args.map(quote).join(" ")} | ${quote(names.keep)}`,
        {
          cwd: ctx.cwd,
          stdin: bytesOutput(input ?? EMPTY, 0).stdout,
          stdinKind: "bytes",
          ...(ctx.signal === undefined ? {} : { signal: ctx.signal })
        }
      )
      if (result === undefined) return refuse(`${args[0]}: not available`, 127)
      const { exitCode, stderr } = result
      return { stdout: kept, stderr, exitCode, stdoutKind: "bytes", stdoutEncoding: "binary" }
    })
  ]
}

const inProcess = (host: CommandHost, process: Process): ReadonlyArray<Command> => [
  command(names.exec, async (args, ctx) => {
    process.replace(programOf(args, ctx))
    // The program that is replaced does nothing any more.
    return new Promise<Output>(() => undefined)
  }),
  command(names.ready, async () =>
    output("", "", (await process.stdin?.isReady(process.onWait)) === true ? 0 : 1)
  ),
  command(names.some, async () => bytesOutput((await process.stdin?.some(process.onWait)) ?? EMPTY, 0)),
  command(names.read, async (args, ctx) => {
    const bytes = (await process.stdin?.line(process.onWait)) ?? EMPTY
    const text = new TextDecoder().decode(bytes)
    for (const [name, value] of fieldsOf(args, text.replace(/\n$/, ""), ctx.env.get("IFS") ?? " \t\n")) {
      await ctx.assignShellVariable?.(name, value)
    }
    return output("", "", text.endsWith("\n") ? 0 : 1)
  }),
  ...inputting(host, process)
]

/**
 * `process`: the one that runs the shell which gets these commands; none for a command of the machine.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  host: CommandHost,
  processes: Processes,
  process: Process | undefined
): ReadonlyArray<Command> => [
  detaching(host, processes, process),
  killing(processes),
  piping(processes),
  ...(process === undefined ? [] : inProcess(host, process))
]
