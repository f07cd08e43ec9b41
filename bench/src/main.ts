/**
 * Runs every measurement in a process of its own, prints their tables, and gathers their JSON.
 *
 *     pnpm bench                      all of them
 *     pnpm bench handles sessions     some of them
 *     pnpm bench --json FILE          also writes one JSON document
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { buildSync } from "esbuild"

const all = [
  "size",
  "handles",
  "sessions",
  "suite",
  "http",
  "tool-call",
  "files",
  "transfer",
  "imports",
  "scale"
] as const

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: "string" } } })
const unknown = positionals.filter((name) => !all.some((known) => known === name))
if (unknown.length > 0) {
  console.error(`unknown measurement ${unknown.join(", ")}; there are ${all.join(", ")}`)
  process.exit(2)
}

/**
 * These count processor time and memory of our own code, so they run as a user's program would: built. Run from
 * source they would mostly measure what the loader adds to every function to keep its name.
 */
const built: ReadonlySet<string> = new Set(["handles", "sessions", "http", "tool-call", "files"])

const directory = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "build-"))

/** One file with everything in it, except what loads files of its own. */
const buildScript = (name: string, script: string): string => {
  const outfile = join(directory, `${name}.mjs`)
  buildSync({
    entryPoints: [script],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["just-bash", "quickjs-emscripten", "undici"],
    logLevel: "error"
  })
  return outfile
}

const documents: Array<unknown> = []
let failed = false
for (const name of positionals.length > 0 ? positionals : all) {
  const file = join(directory, `${name}.json`)
  const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url))
  console.log(`\n# ${name}\n`)
  const program = built.has(name) ? [buildScript(name, script)] : ["--import", "tsx", script]
  const { status } = spawnSync(process.execPath, ["--expose-gc", ...program, "--json", file], {
    stdio: "inherit"
  })
  if (status === 0) documents.push(JSON.parse(readFileSync(file, "utf8")))
  else failed = true
}
rmSync(directory, { recursive: true })
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(documents, null, 2)}\n`)
process.exitCode = failed ? 1 : 0
