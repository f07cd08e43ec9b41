/**
 * Makes code that belongs into a module, or into the REPL, ready to be evaluated: `import` and top-level `await`.
 * The means are Node's own, which `--expose-internals` makes reachable.
 */
import { createRequire } from "node:module"

/** @param {string} name */
const internal = (name) => {
  try {
    return createRequire(import.meta.url)(name)
  } catch {
    return undefined
  }
}

/** @typedef {{ type: string, start: number, end: number } & Record<string, any>} Node */

/** @param {Node} declaration */
const asDynamic = ({ source, specifiers }) => {
  const load = `await __import(${JSON.stringify(source.value)})`
  if (specifiers.length === 0) return `${load};`
  const names = []
  const statements = []
  for (const { imported, local, type } of specifiers) {
    if (type === "ImportNamespaceSpecifier") statements.push(`const ${local.name} = ${load};`)
    else
      names.push(
        `${type === "ImportDefaultSpecifier" ? "default" : JSON.stringify(imported.name ?? imported.value)}: ${local.name}`
      )
  }
  if (names.length > 0) statements.push(`const { ${names.join(", ")} } = ${load};`)
  return statements.join(" ")
}

/**
 * @param {unknown} value
 * @param {(node: Node) => void} visit
 */
const eachNode = (value, visit) => {
  if (Array.isArray(value)) for (const item of value) eachNode(item, visit)
  else if (typeof value === "object" && value !== null && "type" in value) {
    visit(/** @type {Node} */ (value))
    for (const child of Object.values(value)) eachNode(child, visit)
  }
}

/**
 * Static imports become awaited dynamic ones, and dynamic ones go through the `__import` of the kernel. Code that
 * does not parse is returned as it is: evaluating it gives the error.
 *
 * @param {string} code
 */
export const rewriteImports = (code) => {
  if (!/\bimport\b/.test(code)) return code
  const acorn = internal("internal/deps/acorn/acorn/dist/acorn")
  if (acorn === undefined) return code
  /** @type {{ start: number, end: number, text: string }[]} */
  const edits = []
  try {
    const options = {
      ecmaVersion: "latest",
      sourceType: "script",
      allowAwaitOutsideFunction: true,
      allowImportExportEverywhere: true
    }
    eachNode(acorn.parse(code, options), (node) => {
      if (node.type === "ImportDeclaration")
        edits.push({ start: node.start, end: node.end, text: asDynamic(node) })
      if (node.type === "ImportExpression")
        edits.push({ start: node.start, end: node.start + "import".length, text: "__import" })
    })
  } catch {
    return code
  }
  return edits
    .sort((one, other) => other.start - one.start)
    .reduce(
      (text, { end, start, text: replacement }) => text.slice(0, start) + replacement + text.slice(end),
      code
    )
}

/**
 * Code with `await` at its top level, turned into an expression whose value is a promise of `{ value }`, with its
 * declarations before it; nothing for code without. The debugger could await by itself, but a promise that is
 * never settled and gets collected brings Node.js 22 down when the debugger waits for it.
 *
 * @param {string} code
 * @returns {string | undefined}
 */
export const rewriteAwait = (code) => {
  if (!code.includes("await")) return undefined
  return internal("internal/repl/await")?.processTopLevelAwait(code) ?? undefined
}
