/**
 * How long each package takes to load in a fresh process, beside the barrels of `effect` and `@effect/platform`. Our
 * own sources are built into one file each, as a user's bundler or the published package would have them; everything
 * else comes from node_modules.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { build as bundle, type Plugin } from "esbuild"
import { median } from "./lib/compare.js"
import { reportJson, round, table } from "./lib/report.js"

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 9)

const root = fileURLToPath(new URL("../..", import.meta.url))

const subjects = [
  { name: "effect, @effect/platform", home: "core", source: 'import "effect"; import "@effect/platform"' },
  ...["core", "node", "testing"].map((home) => ({
    name: `@effect-agentbay/${home}`,
    home,
    source: `export * from "@effect-agentbay/${home}"`
  }))
]

/** Other packages are loaded from where the package finds them. */
const ownOnly: Plugin = {
  name: "own sources only",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[^./]/ }, ({ path }) =>
      path.startsWith("@effect-agentbay/") ? undefined : { path, external: true }
    )
}

const build = async ({ home, name, source }: (typeof subjects)[number]) => {
  const directory = mkdtempSync(join(root, "packages", home, "build-"))
  const file = join(directory, "index.mjs")
  await bundle({
    stdin: { contents: source, resolveDir: join(root, "bench") },
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    plugins: [ownOnly],
    logLevel: "error"
  })
  return { name, file, directory, kilobytes: round(statSync(file).size / 1000) }
}

const load = (file: string): number =>
  Number(
    execFileSync(process.execPath, [
      "--input-type=module",
      "--eval",
      `const start = performance.now()
       await import(${JSON.stringify(pathToFileURL(file).href)})
       process.stdout.write(String(performance.now() - start))
       process.exit()`
    ])
  )

const built = await Promise.all(subjects.map(build))

try {
  const times = built.map((): Array<number> => [])
  for (let round = -1; round < rounds; round++) {
    for (const [index, { file }] of built.entries()) {
      const milliseconds = load(file)
      // The first round warms the file cache.
      if (round >= 0) times[index]?.push(milliseconds)
    }
  }
  const reference = median(times[0] ?? [])
  const rows = built.map(({ name, kilobytes }, index) => {
    const milliseconds = median(times[index] ?? [])
    return {
      name,
      kilobytes,
      milliseconds: round(milliseconds, 1),
      ratio: round(milliseconds / reference, 2)
    }
  })
  console.log(`importing in a fresh process, median of ${rounds} interleaved rounds\n`)
  console.log(
    table(
      ["package", "own kB", "ms", "ratio"],
      rows.map((row) => [row.name, row.kilobytes, row.milliseconds, `${row.ratio.toFixed(2)}x`])
    )
  )
  await reportJson("imports", rows)
} finally {
  for (const { directory } of built) rmSync(directory, { recursive: true })
}
