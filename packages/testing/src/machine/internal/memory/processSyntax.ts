/**
 * What the shell cannot do for a process, said in what it can.
 *
 * The shell runs a command to its end before it handles redirections and the next command. So, in the syntax tree:
 *
 * - `setsid … <a >b 2>c` gets its redirections as arguments, because the process itself opens the files; with `&` it
 *   gets `-f`.
 * - In a process, `exec program` becomes a command that replaces the program of the process.
 * - In a process that reads a pipe, commands which read standard input ask the pipe: `read` for a line, `cat` for what
 *   is there, again and again, the others for everything.
 * - In a process whose outputs are files, each command that prints appends to them as soon as it has ended.
 *
 * @since 0.1.0
 */

import type { Files } from "./processes.js"

/** A private-use character: no script names such a command. */
const MARK = "\uE0FE"

/**
 * @since 0.1.0
 * @category names
 */
export const names = {
  exec: `${MARK}exec`,
  /** Waits until something is there; fails at the end. */
  ready: `${MARK}ready`,
  /** Prints what is there. */
  some: `${MARK}some`,
  /** `read` of a line. */
  read: `${MARK}read`,
  /** Runs the command in its arguments with everything that comes, if it reads its input. */
  withInput: `${MARK}input`,
  /** The end of a pipeline: keeps what comes. */
  keep: `${MARK}keep`
} as const

/**
 * Whether a path stands for one of these names. No file has it, but the shell looks for one.
 *
 * @since 0.1.0
 * @category names
 */
export const isName = (path: string): boolean => path.startsWith(`/usr/bin/${MARK}`)

/** One redirection among the arguments of `setsid`, followed by its target. */
const REDIRECTION = new RegExp(`^${MARK}([012])(<>|<|>>|>\\||>&|>)$`)

/**
 * @since 0.1.0
 * @category models
 */
export interface Redirection {
  readonly fd: 0 | 1 | 2
  readonly operator: string
  readonly target: string
}

/**
 * Takes the redirections off the arguments of `setsid`.
 *
 * @since 0.1.0
 * @category arguments
 */
export const takeRedirections = (
  args: ReadonlyArray<string>
): { readonly redirections: ReadonlyArray<Redirection>; readonly rest: ReadonlyArray<string> } => {
  const redirections: Array<Redirection> = []
  let index = 0
  while (true) {
    const [, fd, operator] = REDIRECTION.exec(args[index] ?? "") ?? []
    if (operator === undefined) return { redirections, rest: args.slice(index) }
    redirections.push({ fd: Number(fd) as 0 | 1 | 2, operator, target: args[index + 1] ?? "" })
    index += 2
  }
}

interface Node {
  readonly type: string
  [field: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"

const listOf = (value: unknown): Array<unknown> => (Array.isArray(value) ? value : [])

const word = (value: string): Node => ({ type: "Word", parts: [{ type: "SingleQuoted", value }] })

const textOf = (value: unknown): string | undefined => {
  const parts = isNode(value) ? listOf(value["parts"]) : []
  const [part] = parts
  return parts.length === 1 && isNode(part) && (part.type === "Literal" || part.type === "SingleQuoted")
    ? String(part["value"])
    : undefined
}

const nameOf = (command: unknown): string | undefined =>
  isNode(command) && command.type === "SimpleCommand" ? textOf(command["name"]) : undefined

const fdOf = (redirection: Node): number => {
  const fd = redirection["fd"]
  return typeof fd === "number" ? fd : String(redirection["operator"]).startsWith("<") ? 0 : 1
}

const redirectionsOf = (command: Node): Array<Node> => listOf(command["redirections"]).filter(isNode)

const FILES = new Set<unknown>(["<", ">", ">>", ">|", ">&", "<>"])

/** Descriptors from 3 on are only held by a process, which has no effect here. */
const detach = (command: Node, inBackground: boolean): void => {
  const own = redirectionsOf(command).filter((redirection) => FILES.has(redirection["operator"]))
  const given = own
    .filter((redirection) => fdOf(redirection) < 3)
    .flatMap((redirection) => [
      word(`${MARK}${fdOf(redirection)}${redirection["operator"]}`),
      redirection["target"]
    ])
  command["redirections"] = redirectionsOf(command).filter((redirection) => !own.includes(redirection))
  command["args"] = [...given, ...(inBackground ? [word("-f")] : []), ...listOf(command["args"])]
}

/** Commands that read standard input unless they are given files. */
const READERS = new Set(
  (
    "cat head tail tac sort uniq wc grep egrep fgrep rg sed awk tr cut tee rev nl od xxd base64 md5sum sha1sum " +
    "sha256sum jq yq xargs paste column fold expand unexpand gzip gunzip zcat strings python3 python node sh bash"
  ).split(" ")
)

const readsItself = (command: Node): boolean =>
  !redirectionsOf(command).some(
    (redirection) => fdOf(redirection) === 0 && String(redirection["operator"]).startsWith("<")
  )

const isPlainCat = (command: Node): boolean => {
  const args = listOf(command["args"])
  return nameOf(command) === "cat" && args.every((arg) => textOf(arg) === "-") && args.length < 2
}

const pipeline = (command: unknown): Node => ({ type: "Pipeline", commands: [command], negated: false })

const statement = (command: unknown): Node => ({
  type: "Statement",
  pipelines: [pipeline(command)],
  operators: [],
  background: false
})

const simple = (name: string): Node => ({
  type: "SimpleCommand",
  name: word(name),
  args: [],
  assignments: [],
  redirections: []
})

/** `cat` of a pipe, step by step. */
const catLoop = (command: Node, setting: Setting): Node => {
  const redirections = redirectionsOf(command)
  const print = simple(names.some)
  return {
    type: "While",
    condition: [statement(simple(names.ready))],
    body: [statement(redirections.length === 0 ? toFiles(print, setting) : print)],
    redirections
  }
}

const withPipe = (command: Node, setting: Setting): Node => {
  const name = nameOf(command)
  if (name === "read") return { ...command, name: word(names.read) }
  if (isPlainCat(command)) return catLoop(command, setting)
  return name !== undefined && READERS.has(name)
    ? { ...command, name: word(names.withInput), args: [command["name"], ...listOf(command["args"])] }
    : command
}

/** How a script runs: as the program of a process, which may read a pipe, and print to files. */
export interface Setting {
  readonly isProcess: boolean
  readonly readsPipe: boolean
  readonly outputs: Pick<Files, "stdout" | "stderr">
}

/** What prints nothing, or must not run as a program of its own. */
const QUIET = new Set([
  ...": true false test [ cd exit return break continue export unset set shift local declare typeset readonly read".split(
    " "
  ),
  names.exec,
  names.read,
  names.ready
])

/**
 * The command appends to the files. One that redirects something itself does so within a group, which carries text only;
 * a plain one may print any bytes.
 */
const toFiles = (command: Node, { outputs: { stderr, stdout } }: Setting): Node => {
  const append = (fd: number, path: string | undefined) =>
    path === undefined ? [] : [{ type: "Redirection", fd, operator: ">>", target: word(path) }]
  const redirections = [...append(1, stdout), ...append(2, stderr)]
  const name = nameOf(command)
  const isQuiet =
    command.type === "SimpleCommand" && (command["name"] === null || (name !== undefined && QUIET.has(name)))
  if (isQuiet || redirections.length === 0) return command
  const isBare = command.type === "SimpleCommand" && redirectionsOf(command).every((own) => fdOf(own) === 0)
  return isBare
    ? { ...command, redirections: [...redirectionsOf(command), ...redirections] }
    : { type: "Group", body: [statement(command)], redirections }
}

const nowhere = { stdout: undefined, stderr: undefined }

/** A script that is not the program of a process. */
export const plain: Setting = { isProcess: false, readsPipe: false, outputs: nowhere }

const rewriteCommand = (command: Node, setting: Setting, inBackground: boolean): Node => {
  const reads = setting.readsPipe && readsItself(command)
  if (command.type === "SimpleCommand") {
    const name = nameOf(command)
    if (name === "setsid") detach(command, inBackground)
    if (name === "exec" && setting.isProcess && listOf(command["args"]).length > 0) {
      command["name"] = word(names.exec)
    }
    // What is left within is substituted, by a shell of its own.
    rewriteAll(Object.values(command), plain)
    const own = reads ? withPipe(command, setting) : command
    return own.type !== "While" || redirectionsOf(own).length > 0 ? toFiles(own, setting) : own
  }
  // A function is called who knows where.
  const isFunction = command.type === "FunctionDef"
  const redirects = redirectionsOf(command).some((redirection) => fdOf(redirection) > 0)
  rewriteAll(Object.values(command), {
    isProcess: setting.isProcess && command.type !== "Subshell",
    readsPipe: reads && !isFunction,
    outputs: redirects || isFunction ? nowhere : setting.outputs
  })
  return redirects && !isFunction ? toFiles(command, setting) : command
}

const rewriteAll = (value: unknown, setting: Setting): void => {
  if (Array.isArray(value)) {
    for (const item of value) rewriteAll(item, setting)
  } else if (isNode(value) && value.type === "Statement") {
    rewriteStatement(value, setting)
  } else if (typeof value === "object" && value !== null) {
    for (const field of Object.values(value)) rewriteAll(field, setting)
  }
}

const rewriteStatement = (node: Node, setting: Setting): void => {
  const pipelines = listOf(node["pipelines"]).filter(isNode)
  const [first] = pipelines
  const only = pipelines.length === 1 && listOf(first?.["commands"]).length === 1
  const inBackground =
    node["background"] === true && only && nameOf(listOf(first?.["commands"])[0]) === "setsid"
  if (inBackground) node["background"] = false
  for (const pipeline of pipelines) {
    const commands = listOf(pipeline["commands"])
    const isProcess = setting.isProcess && commands.length === 1
    pipeline["commands"] = commands.map((command, index) => {
      const readsPipe = setting.readsPipe && index === 0
      const outputs = index === commands.length - 1 ? setting.outputs : nowhere
      return isNode(command)
        ? rewriteCommand(command, { isProcess, readsPipe, outputs }, inBackground)
        : command
    })
  }
}

/**
 * Rewrites a script; the tree belongs to one run, so it is changed in place.
 *
 * @since 0.1.0
 * @category syntax
 */
export const rewrite = <A extends object>(script: A, setting: Setting): A => {
  rewriteAll(script, setting)
  return script
}
