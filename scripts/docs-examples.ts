/**
 * Compiles every TypeScript example of the documentation against the workspace: the fenced `ts` blocks of README
 * and guides, and those in docstrings. Each block is a module of its own, as a reader would paste it.
 *
 * A block that shows something which cannot compile (a signature, a fragment) says so: `ts no-check`.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"
import { fail } from "./lib/run.js"
import { packages, root, walk } from "./lib/workspace.js"

interface Block {
  readonly file: string
  /** The line of the fence, counted from 0: block line `n` is line `fence + n` of the file. */
  readonly fence: number
  readonly code: string
}

const problems: Array<string> = []
let unchecked = 0

/** The fenced blocks in `text`, of which each line may start with what `prefix` matches. */
const blocksIn = (file: string, text: string, firstLine: number, prefix: RegExp): ReadonlyArray<Block> => {
  const found: Array<Block> = []
  let open:
    | { readonly info: string; readonly mark: string; readonly fence: number; lines: Array<string> }
    | undefined
  text.split("\n").forEach((raw, index) => {
    const line = raw.replace(prefix, "")
    const fence = /^\s*(`{3,}|~{3,})\s*(.*)$/.exec(line)
    if (open === undefined) {
      if (fence !== null) {
        open = { info: (fence[2] ?? "").trim(), mark: fence[1] ?? "", fence: firstLine + index, lines: [] }
      }
      return
    }
    if (fence === null || fence[2] !== "" || !(fence[1] ?? "").startsWith(open.mark)) {
      open.lines.push(line)
      return
    }
    const [language, ...flags] = open.info.split(/\s+/)
    if (language === "ts" || language === "typescript" || language === "tsx") {
      if (flags.length === 0 && language === "ts") {
        found.push({ file, fence: open.fence, code: open.lines.join("\n") })
      } else if (open.info === "ts no-check") {
        unchecked++
      } else {
        problems.push(
          `${file}:${open.fence + 1}: \`${open.info}\`: only \`ts\` and \`ts no-check\` are known here`
        )
      }
    }
    open = undefined
  })
  if (open !== undefined) problems.push(`${file}:${open.fence + 1}: this block is not closed`)
  return found
}

const blocksOfMarkdown = (file: string): ReadonlyArray<Block> =>
  blocksIn(file, readFileSync(join(root, file), "utf8"), 0, /^/)

/** Docstrings are found by the scanner, so that a string which looks like one is not taken for one. */
const blocksOfSource = (file: string): ReadonlyArray<Block> => {
  const text = readFileSync(join(root, file), "utf8")
  if (!text.includes("```") && !text.includes("@example")) return []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const seen = new Set<number>()
  const found: Array<Block> = []
  const visit = (node: ts.Node): void => {
    for (const { end, pos } of ts.getLeadingCommentRanges(text, node.pos) ?? []) {
      if (seen.has(pos) || !text.startsWith("/**", pos)) continue
      seen.add(pos)
      const comment = text.slice(pos, end)
      const line = source.getLineAndCharacterOfPosition(pos).line
      found.push(...blocksIn(file, comment, line, /^\s*\* ?/))
      comment
        .split(/^\s*\* ?@example\b/m)
        .slice(1)
        .forEach((example) => {
          if (!example.includes("```"))
            problems.push(`${file}:${line + 1}: an @example without a fenced block`)
        })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const documents = [
  "README.md",
  "CONTRIBUTING.md",
  ...walk(join(root, "docs")).map((path) => `docs/${path}`),
  ...packages().map(({ folder }) => `packages/${folder}/README.md`)
].filter((path) => path.endsWith(".md") && existsSync(join(root, path)))

const sources = packages().flatMap(({ dir, folder }) =>
  walk(join(dir, "src"))
    .filter((path) => path.endsWith(".ts"))
    .map((path) => `packages/${folder}/src/${path}`)
)

const blocks = [...documents.flatMap(blocksOfMarkdown), ...sources.flatMap(blocksOfSource)]

// Examples are written as a user of the packages, who has all of them installed: so does `examples`.
const project = join(root, "examples", "build", "docs")
rmSync(project, { recursive: true, force: true })
mkdirSync(project, { recursive: true })

const modules = new Map<string, Block>()
for (const block of blocks) {
  const module = join(project, `${block.file.replaceAll("/", "__")}__${block.fence + 1}.ts`)
  modules.set(module, block)
  // Padded, so that a line of the module is the same line of the documentation.
  writeFileSync(module, `${"\n".repeat(block.fence + 1)}${block.code}\n`)
}

const { config, error } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile)
if (error !== undefined) fail(ts.flattenDiagnosticMessageText(error.messageText, "\n"))
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
const program = ts.createProgram({
  rootNames: [...modules.keys()],
  options: {
    ...options,
    noEmit: true,
    composite: false,
    incremental: false,
    declaration: false,
    declarationMap: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    types: ["node"],
    typeRoots: [join(root, "node_modules", "@types")]
  }
})

for (const diagnostic of [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()]) {
  problems.push(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"))
}
for (const [module, { file }] of modules) {
  const source = program.getSourceFile(module)
  for (const { messageText, start } of [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source)
  ]) {
    const line = source === undefined ? 0 : source.getLineAndCharacterOfPosition(start ?? 0).line
    problems.push(`${file}:${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`)
  }
}

if (problems.length > 0) fail(...problems, `${problems.length} problems in ${blocks.length} examples`)
rmSync(project, { recursive: true, force: true })
console.log(`${blocks.length} examples compiled, ${unchecked} marked no-check`)
