/**
 * Runs every measurement in a process of its own, prints their tables, and gathers their JSON.
 *
 *     pnpm bench                      all of them
 *     pnpm bench handles sessions     some of them
 *     pnpm bench --json FILE          also writes one JSON document
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const all = ["size", "handles", "sessions", "http"] as const

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: "string" } } })
const unknown = positionals.filter((name) => !all.some((known) => known === name))
if (unknown.length > 0) {
  console.error(`unknown measurement ${unknown.join(", ")}; there are ${all.join(", ")}`)
  process.exit(2)
}

const directory = mkdtempSync(join(tmpdir(), "agentbay-bench-"))
const documents: Array<unknown> = []
let failed = false
for (const name of positionals.length > 0 ? positionals : all) {
  const file = join(directory, `${name}.json`)
  const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url))
  console.log(`\n# ${name}\n`)
  const { status } = spawnSync(process.execPath, ["--expose-gc", "--import", "tsx", script, "--json", file], {
    stdio: "inherit"
  })
  if (status === 0) documents.push(JSON.parse(readFileSync(file, "utf8")))
  else failed = true
}
rmSync(directory, { recursive: true })
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(documents, null, 2)}\n`)
process.exitCode = failed ? 1 : 0
