/**
 * Where things are in this workspace.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"

export const root = resolve(import.meta.dirname, "../..")

/** Everything the checks write that is not a result of its own. Ignored by git. */
export const scratch = join(root, "build")

/** What the two test runners leave for `scripts/totals.ts`. */
export const typeTestTotals = join(scratch, "results", "type-tests.json")
export const testReport = join(scratch, "results", "tests.json")

export interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly version: string
  readonly description: string
  readonly exports: Record<string, unknown>
  readonly bin?: Record<string, string>
  readonly scripts?: Record<string, string>
  readonly files?: ReadonlyArray<string>
  readonly dependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  publishConfig?: { access: string; exports: Record<string, unknown>; bin?: Record<string, string> }
}

export const readManifest = (file: string): Manifest => JSON.parse(readFileSync(file, "utf8")) as Manifest

export interface Package {
  readonly folder: string
  readonly dir: string
  readonly json: Manifest
}

/** The published packages, each after those it depends on. */
export const packages = (): ReadonlyArray<Package> => {
  const found = readdirSync(join(root, "packages"))
    .sort()
    .map((folder) => ({ folder, dir: join(root, "packages", folder) }))
    .filter(({ dir }) => existsSync(join(dir, "package.json")))
    .map((entry) => ({ ...entry, json: readManifest(join(entry.dir, "package.json")) }))
    .filter(({ json }) => json.private !== true)
  const ordered: Array<Package> = []
  const add = (pkg: Package): void => {
    if (ordered.includes(pkg)) return
    const needs = { ...pkg.json.dependencies, ...pkg.json.peerDependencies }
    for (const other of found) if (other.json.name in needs) add(other)
    ordered.push(pkg)
  }
  found.forEach(add)
  return ordered
}

/** Every file below a directory, relative to it, with forward slashes, sorted. Nothing if it does not exist. */
export const walk = (dir: string): Array<string> => {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(dir.length + 1)
        .replaceAll("\\", "/")
    )
    .filter((path) => !path.split("/").some((part) => part === "node_modules" || part === "dist"))
    .sort()
}
