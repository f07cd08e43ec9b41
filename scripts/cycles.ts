/**
 * Import cycles between the modules of the packages. Imports of types alone are not counted: they are gone at
 * run time.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import madge from "madge"
import { packages, root } from "./lib/workspace.js"

const sources = packages()
  .map(({ dir }) => join(dir, "src"))
  .filter(existsSync)

const graph = await madge(sources, {
  baseDir: root,
  fileExtensions: ["ts"],
  tsConfig: join(root, "tsconfig.json"),
  detectiveOptions: { ts: { skipTypeImports: true } }
})

// A relative import that is not followed would hide a cycle.
const lost = graph.warnings().skipped.filter((path) => path.startsWith("."))
const cycles = graph.circular()
for (const path of lost) console.error(`not found: ${path}`)
for (const cycle of cycles) console.error(`cycle: ${[...cycle, cycle[0]].join("\n    -> ")}`)
if (lost.length + cycles.length > 0) process.exit(1)

const imports = Object.values(graph.obj()).flat()
console.log(`${Object.keys(graph.obj()).length} files, ${imports.length} imports between them`)
