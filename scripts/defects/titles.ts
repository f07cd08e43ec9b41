/** The titles of the tests in a file, read from its source: suites, tests, and helpers that make tests. */
import { readFileSync } from "node:fs"
import ts from "typescript"

/** Stands for what only the running test knows. */
const unknown = "…"

export interface Titles {
  /** Whether one of the tests has this full title. */
  readonly has: (title: string) => boolean
}

const isFunction = (node: ts.Node): boolean => ts.isArrowFunction(node) || ts.isFunctionExpression(node)

/** `describe`, `it.scoped.prop`, `it.each(…)`, `withMachine`: never a method of something else. */
const rootOf = (callee: ts.Expression): string | undefined => {
  if (ts.isIdentifier(callee)) return callee.text
  if (ts.isCallExpression(callee)) return rootOf(callee.expression)
  if (!ts.isPropertyAccessExpression(callee)) return undefined
  const root = rootOf(callee.expression)
  return root === "it" || root === "test" || root === "describe" ? root : undefined
}

/** A literal title; with `…` in place of what is filled in. */
const titleOf = (node: ts.Expression | undefined): string | undefined => {
  if (node === undefined) return undefined
  if (ts.isStringLiteralLike(node)) return node.text.replace(/%[sdijfoO]/g, unknown)
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => unknown + literal.text).join("")
  }
  return undefined
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

const toPattern = (title: string): RegExp => new RegExp(`^${title.split(unknown).map(escape).join("[^]*")}$`)

export const readTitles = (file: string): Titles => {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true)
  const tests: Array<ReadonlyArray<string>> = []
  const texts = new Set<string>()

  const visit = (node: ts.Node, path: ReadonlyArray<string>): void => {
    if (ts.isStringLiteralLike(node)) texts.add(node.text)
    if (ts.isCallExpression(node) && node.arguments.slice(1).some(isFunction)) {
      const root = rootOf(node.expression)
      const named = root === "it" || root === "test" || root === "describe"
      const title = titleOf(node.arguments[0]) ?? (named ? unknown : undefined)
      if (root !== undefined && title !== undefined) {
        const inside = [...path, title]
        if (root !== "describe") tests.push(inside)
        ts.forEachChild(node, (child) => visit(child, inside))
        return
      }
    }
    ts.forEachChild(node, (child) => visit(child, path))
  }
  visit(source, [])

  /** A title that is a variable may be any text of the file, and no other. */
  const fits = (pattern: string, part: string): boolean =>
    pattern === unknown ? part === unknown || texts.has(part) : toPattern(pattern).test(part)

  return {
    has: (title) => {
      const parts = title.split(" > ")
      return tests.some(
        (path) =>
          path.length === parts.length && path.every((pattern, index) => fits(pattern, parts[index] ?? ""))
      )
    }
  }
}
