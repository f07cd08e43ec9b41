/**
 * `pnpm check`: every `check:*` script of package.json, two at a time, one line each.
 *
 *     pnpm check              all of them
 *     pnpm check types lint   only these
 *
 * A check that fails prints what it said. The last line a check prints is shown beside its name.
 */
import { join } from "node:path"
import { run } from "./lib/run.js"
import { readManifest, root } from "./lib/workspace.js"

const prefix = "check:"
const scripts = readManifest(join(root, "package.json")).scripts ?? {}
const all = Object.keys(scripts)
  .filter((name) => name.startsWith(prefix))
  .map((name) => name.slice(prefix.length))

const wanted = process.argv.slice(2).filter((name) => name !== "--")
const unknown = wanted.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`no such check: ${unknown.join(", ")} (there are ${all.join(", ")})`)
  process.exit(2)
}

const seconds = (from: number): string => `${((performance.now() - from) / 1000).toFixed(1)} s`
const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? ""

/** Lines of a failed check: enough to see what is wrong, the rest by running it alone. */
const shown = 100

const queue = [...(wanted.length > 0 ? wanted : all)]
const failed: Array<string> = []
const begin = performance.now()

const worker = async (): Promise<void> => {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const start = performance.now()
    const result = await run(scripts[prefix + name] ?? "", [], { shell: true, env: { NO_COLOR: "1" } })
    if (result.code === 0) {
      const said = lastLine(result.stdout)
      console.log(`ok    ${name} (${seconds(start)})${said === "" ? "" : `: ${said}`}`)
    } else {
      failed.push(name)
      console.log(`FAIL  ${name} (${seconds(start)}): pnpm check:${name}`)
      const lines = result.output.trimEnd().split("\n")
      for (const line of lines.slice(0, shown)) console.log(`      ${line}`)
      if (lines.length > shown) console.log(`      ... and ${lines.length - shown} more lines`)
    }
  }
}

const count = queue.length
await Promise.all([worker(), worker()])
console.log(
  failed.length === 0
    ? `all ${count} checks passed in ${seconds(begin)}`
    : `${failed.length} of ${count} checks failed in ${seconds(begin)}: ${failed.join(", ")}`
)
process.exitCode = failed.length === 0 ? 0 : 1
