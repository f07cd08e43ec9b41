/**
 * What happens when a redirection names a file that cannot be made.
 *
 * The shell opens such a file without expecting a failure (its own file system never refuses), so the failure
 * would end the whole script. It does handle a target whose state cannot be read. Hence every target is marked in
 * the syntax tree, and the file system answers for a marked name that cannot be opened in the way the shell
 * handles: it exists, but its state cannot be read.
 *
 * @since 0.1.0
 */
import { type FileFailure, spokenOf } from "./fileFailure.js"

/** A private-use character; names end with it only between the syntax tree and the file system. */
const MARK = "\uE0FF"

const SHELL_COMPLAINT = new RegExp(`(bash: .*?)${MARK}: cannot open redirect target`, "g")

/** What the shell prints for a target in a subshell that was not marked. */
const SUBSHELL_COMPLAINT = /^(E[A-Z]+): [^\n]*, open '([^\n]*)'$/gm

/**
 * @since 0.1.0
 * @category marks
 */
export const isMarked = (path: string): boolean => path.endsWith(MARK)

/**
 * @since 0.1.0
 * @category marks
 */
export const unmarked = (path: string): string => (isMarked(path) ? path.slice(0, -MARK.length) : path)

/**
 * The shell's complaints in the words of bash. `failures` are what the file system refused, in order.
 *
 * @since 0.1.0
 * @category marks
 */
export const explain = (stderr: string, failures: ReadonlyArray<FileFailure>): string => {
  let next = 0
  const explained = stderr.replace(SHELL_COMPLAINT, (_, name: string) => {
    const failure = failures[next]
    next += 1
    return `${name}: ${failure === undefined ? "No such file or directory" : failure.spoken}`
  })
  return explained.replaceAll(MARK, "").replace(SUBSHELL_COMPLAINT, (line, code: string, name: string) => {
    const spoken = spokenOf(code)
    return spoken === undefined ? line : `bash: ${name}: ${spoken}`
  })
}

interface Node {
  readonly type?: unknown
  readonly [field: string]: unknown
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null

const OUTPUT = new Set<unknown>([">", ">>", ">|", "&>", "&>>"])
const STATIC = new Set<unknown>(["Literal", "SingleQuoted", "Escaped", "TildeExpansion"])

/**
 * Only names that are certainly no device of the shell (`/dev/stderr`, …) and no pattern: fixed ones, and those
 * whose last part after a slash is fixed.
 */
const canMark = (parts: ReadonlyArray<unknown>): boolean => {
  const flat = parts.flatMap((part) =>
    isNode(part) && part.type === "DoubleQuoted" && Array.isArray(part["parts"]) ? part["parts"] : [part]
  )
  const isStatic = (part: unknown) => isNode(part) && STATIC.has(part.type)
  if (flat.some((part) => isNode(part) && (part.type === "Glob" || part.type === "BraceExpansion")))
    return false
  const first = flat[0]
  if (isNode(first) && String(first["value"]).startsWith("/dev/")) return false
  const last = flat[flat.length - 1]
  return flat.every(isStatic) || (isNode(last) && isStatic(last) && String(last["value"]).includes("/"))
}

const markAll = (value: unknown): void => {
  if (Array.isArray(value)) {
    for (const item of value) markAll(item)
    return
  }
  if (!isNode(value)) return
  const target = value["target"]
  if (
    value.type === "Redirection" &&
    OUTPUT.has(value["operator"]) &&
    isNode(target) &&
    Array.isArray(target["parts"])
  ) {
    if (canMark(target["parts"])) target["parts"].push({ type: "Literal", value: MARK })
  }
  for (const field of Object.values(value)) markAll(field)
}

/**
 * Marks the targets of output redirections. The tree belongs to one run, so it is changed in place.
 *
 * @since 0.1.0
 * @category marks
 */
export const markTargets = <A extends object>(script: A): A => {
  markAll(script)
  return script
}
