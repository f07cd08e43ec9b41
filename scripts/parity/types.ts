/**
 * Looks up what the table calls ours in the types of the packages themselves, so that renaming a member makes the
 * table wrong.
 */
import { join } from "node:path"
import ts from "typescript"
import { root } from "../lib/workspace.js"

const entries = ["core", "node"].map((folder) => join(root, "packages", folder, "src/index.ts"))

/** Names that stand for a value of an interface; anything else starts with a module of the barrels. */
const handles: Record<string, string> = {
  session: "Session.Session.Service",
  bay: "AgentBay.AgentBay.Service"
}

export interface Types {
  /** Undefined when every step exists; otherwise the step that does not. */
  readonly missing: (path: string) => string | undefined
  /** The members of what is there. */
  readonly members: (path: string) => ReadonlyArray<string>
}

const optionsOf = (): ts.CompilerOptions => {
  const file = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile)
  return {
    ...ts.parseJsonConfigFileContent(file.config, ts.sys, root).options,
    noEmit: true,
    incremental: false
  }
}

export const load = (): Types => {
  const program = ts.createProgram(entries, optionsOf())
  const checker = program.getTypeChecker()
  // Both packages may have a module of a name.
  const modules = new Map<string, ReadonlyArray<ts.Symbol>>()
  for (const entry of entries) {
    const source = program.getSourceFile(entry)
    const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source)
    if (symbol === undefined) throw new Error(`${entry} has no exports`)
    for (const module of checker.getExportsOfModule(symbol)) {
      modules.set(module.name, [...(modules.get(module.name) ?? []), module])
    }
  }

  const unaliased = (symbol: ts.Symbol): ts.Symbol =>
    (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol

  const has = (symbol: ts.Symbol, flags: ts.SymbolFlags): boolean => (symbol.flags & flags) !== 0

  /** What a program can write after the dot; of a list, what it can write after the dot of an element. */
  const propertiesOf = (type: ts.Type): ReadonlyArray<ts.Symbol> => {
    const present = checker.getNonNullableType(type)
    const element = checker.isArrayType(present)
      ? checker.getIndexTypeOfType(present, ts.IndexKind.Number)
      : undefined
    return checker.getPropertiesOfType(element ?? present)
  }

  /** A symbol may be a module, a type and a value at once. */
  const membersOf = (symbol: ts.Symbol): ReadonlyArray<ts.Symbol> => [
    ...(has(symbol, ts.SymbolFlags.Module) ? checker.getExportsOfModule(symbol).map(unaliased) : []),
    ...(has(symbol, ts.SymbolFlags.Type) ? propertiesOf(checker.getDeclaredTypeOfSymbol(symbol)) : []),
    ...(has(symbol, ts.SymbolFlags.Value) ? propertiesOf(checker.getTypeOfSymbol(symbol)) : [])
  ]

  /** What the path leads to, or the step that leads nowhere. */
  const find = (path: string): ReadonlyArray<ts.Symbol> | string => {
    const [first = "", ...rest] = path.split(".")
    const [name = "", ...steps] = [...(handles[first] ?? first).split("."), ...rest]
    let found = (modules.get(name) ?? []).map(unaliased)
    if (found.length === 0) return name
    for (const step of steps) {
      found = found.flatMap(membersOf).filter((member) => member.name === step)
      if (found.length === 0) return step
    }
    return found
  }

  return {
    missing: (path) => {
      const found = find(path)
      return typeof found === "string" ? found : undefined
    },
    members: (path) => {
      const found = find(path)
      return typeof found === "string" ? [] : [...new Set(found.flatMap(membersOf).map(({ name }) => name))]
    }
  }
}
