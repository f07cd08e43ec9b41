/**
 * The packages as users get them: built, packed, linted (`publint`, `attw`), installed from their tarballs into a
 * project of their own, and imported there by plain `node`, every subpath.
 *
 *     pnpm check:packages          all of it
 *     pnpm build                   only the build
 */
import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, posix } from "node:path"
import { build } from "./lib/build.js"
import { fail, pnpm, run, runOrFail } from "./lib/run.js"
import { type Package, packages, readManifest, root, scratch, walk } from "./lib/workspace.js"

interface Tarball {
  readonly pkg: Package
  readonly file: string
  /** Paths in the tarball, relative to the package. */
  readonly entries: ReadonlyArray<string>
}

const pack = async (pkg: Package): Promise<Tarball> => {
  const directory = join(scratch, "tarballs", pkg.folder)
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  await pnpm(["pack", "--pack-destination", directory], { cwd: pkg.dir })
  const file = join(directory, walk(directory)[0] ?? "")
  const entries = (await runOrFail("tar", ["-tzf", file]))
    .trim()
    .split("\n")
    .map((entry) => entry.replace(/^package\//, ""))
  return { pkg, file, entries }
}

/** What is missing from a tarball: its own papers, every target of its manifest, every asset its code names. */
const missing = ({ entries, pkg }: Tarball): ReadonlyArray<string> => {
  const has = new Set(entries)
  const problems: Array<string> = []
  const require = (path: string, why: string): void => {
    const found = path.endsWith("/") ? entries.some((entry) => entry.startsWith(path)) : has.has(path)
    if (!found) problems.push(`${pkg.json.name}: the tarball has no ${path} (${why})`)
  }
  for (const paper of ["package.json", "README.md", "LICENSE", "CHANGELOG.md"])
    require(paper, "every package has one")
  const targets = (value: unknown): ReadonlyArray<string> =>
    typeof value === "string" ? [value] : Object.values(value as Record<string, unknown>).flatMap(targets)
  for (const target of targets([pkg.json.publishConfig?.exports ?? {}, pkg.json.publishConfig?.bin ?? {}])) {
    require(target.replace(/^\.\//, ""), "package.json")
    if (!target.endsWith(".js")) continue
    require(target.replace(/^\.\/dist\/(.*)\.js$/, "src/$1.ts"), "sources are shipped")
    require(`${target.replace(/^\.\//, "")}.map`, "maps are shipped")
  }
  for (const asset of walk(join(pkg.dir, "assets"))) require(`assets/${asset}`, "assets are shipped")
  for (const source of walk(join(pkg.dir, "src"))) {
    const text = readFileSync(join(pkg.dir, "src", source), "utf8")
    // `new URL("../../assets/a.py", import.meta.url)`; of a template, the part before the first hole.
    for (const [, up = "", asset] of text.matchAll(/["'`]((?:\.{1,2}\/)*)assets(?:\/([^"'`$\n]*))?["'`$]/g)) {
      const from = up === "" ? "." : posix.dirname(posix.join("src", source))
      require(posix.join(from, up, "assets", asset ?? "/"), `named in src/${source}`)
    }
  }
  return problems
}

const lint = async ({ file, pkg }: Tarball): Promise<ReadonlyArray<string>> => {
  const results = await Promise.all([
    run("publint", ["run", file, "--strict"]),
    run("attw", [file, "--profile", "esm-only", "--no-emoji", "--format", "ascii"])
  ])
  return results.filter(({ code }) => code !== 0).map(({ output }) => `${pkg.json.name}\n${output.trim()}`)
}

const importer = `
import { createRequire } from "node:module"
const specifiers = JSON.parse(process.argv[2])
const require = createRequire(import.meta.url)
for (const specifier of specifiers) {
  await import(specifier)
  require(specifier)
}
`

/** A program of ours serves: it says where it listens, and stops when asked to. */
const serves = async (directory: string, name: string): Promise<void> => {
  const args = ["--port", "0", "--machine", "memory"]
  const child = spawn(join(directory, "node_modules", ".bin", name), args, { cwd: directory, stdio: "pipe" })
  const tooLate = setTimeout(() => child.kill("SIGKILL"), 60_000)
  let output = ""
  let asked = false
  const listen = (text: Buffer): void => {
    output += text.toString("utf8")
    if (asked || !/^listening https?:\/\/\S+/m.test(output)) return
    asked = true
    child.kill("SIGINT")
  }
  child.stdout.on("data", listen)
  child.stderr.on("data", listen)
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve))
  clearTimeout(tooLate)
  if (!asked || code !== 0)
    fail(`${name} ${args.join(" ")}: ${asked ? `exited with ${code}` : "did not listen"}\n${output}`)
}

/** A stranger's project: npm's flat layout, our tarballs, and the versions of the peers we develop against. */
const consume = async (tarballs: ReadonlyArray<Tarball>): Promise<number> => {
  const directory = mkdtempSync(join(tmpdir(), "agentbay-consumer-"))
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }))
  const ours = Object.fromEntries(tarballs.map(({ file, pkg }) => [pkg.json.name, `file:${file}`]))
  const peers = [...new Set(tarballs.flatMap(({ pkg }) => Object.keys(pkg.json.peerDependencies ?? {})))]
    .filter((name) => !(name in ours))
    .map((name) => [name, readManifest(join(root, "node_modules", name, "package.json")).version])
  writeFileSync(
    join(directory, "package.json"),
    JSON.stringify({
      name: "consumer",
      private: true,
      type: "module",
      dependencies: { ...ours, ...Object.fromEntries(peers) },
      pnpm: { overrides: ours }
    })
  )
  await pnpm(
    ["install", "--ignore-workspace", "--ignore-scripts", "--prefer-offline", "--config.node-linker=hoisted"],
    { cwd: directory }
  )
  const specifiers = tarballs.flatMap(({ pkg }) =>
    Object.keys(readManifest(join(directory, "node_modules", pkg.json.name, "package.json")).exports)
      .filter((subpath) => subpath !== "./package.json")
      .map((subpath) => posix.join(pkg.json.name, subpath))
  )
  writeFileSync(join(directory, "import.js"), importer)
  await runOrFail(process.execPath, ["import.js", JSON.stringify(specifiers)], { cwd: directory })
  for (const { pkg } of tarballs) {
    for (const name of Object.keys(pkg.json.publishConfig?.bin ?? {})) await serves(directory, name)
  }
  return specifiers.length
}

await build()
const tarballs: Array<Tarball> = []
for (const pkg of packages()) tarballs.push(await pack(pkg))

const problems = [...tarballs.flatMap(missing), ...(await Promise.all(tarballs.map(lint))).flat()]
if (problems.length > 0) fail(...problems)
console.log(`${tarballs.length} tarballs, ${await consume(tarballs)} subpaths imported`)
