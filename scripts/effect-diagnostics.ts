/**
 * The diagnostics of the Effect language service, which `tsc` does not know.
 *
 * The whole workspace is read with the ordinary rules. Core is read a second time with the rules of its own
 * tsconfig, which keep it platform-neutral and its time virtual. In the sources of packages errors and warnings fail;
 * elsewhere (tests, examples, scripts) only errors do.
 */
import { run } from "./lib/run.js"
import { root } from "./lib/workspace.js"

interface Diagnostic {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly severity: "error" | "warning"
  readonly name: string
  readonly message: string
}

interface Report {
  readonly diagnostics: ReadonlyArray<Diagnostic>
  readonly summary: { readonly filesChecked: number; readonly totalFiles: number }
}

const diagnose = async (project: string): Promise<Report> => {
  const args = ["diagnostics", "--project", project, "--format", "json", "--severity", "error,warning"]
  const { output, stdout } = await run("effect-language-service", args)
  try {
    return JSON.parse(stdout) as Report
  } catch {
    console.error(`effect-language-service ${args.join(" ")} printed no report:\n${output}`)
    return process.exit(1)
  }
}

const reports = await Promise.all(["tsconfig.json", "packages/core/tsconfig.build.json"].map(diagnose))
const found = new Set<string>()
for (const { diagnostics } of reports) {
  for (const { column, file, line, message, name, severity } of diagnostics) {
    const path = file.startsWith(root) ? file.slice(root.length + 1) : file
    if (severity === "error" || /^packages\/[^/]+\/src\//.test(path)) {
      found.add(`${path}:${line}:${column} ${severity} ${name}: ${message}`)
    }
  }
}

for (const problem of [...found].sort()) console.error(problem)
const checked = reports[0]?.summary.filesChecked ?? 0
if (found.size > 0 || checked === 0) {
  console.error(`${found.size} problems in ${checked} files`)
  process.exit(1)
}
console.log(`${checked} files`)
