/**
 * Addresses that belong to one machine or one company, in files that everybody gets: hosts of package registries,
 * credentials for them, and paths of the machine this runs on.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fail, runOrFail } from "./lib/run.js"
import { root } from "./lib/workspace.js"

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** This checkout, and what lies beside it: where a note or a stack trace would have been copied from. */
const machinePaths = (): ReadonlyArray<string> => {
  const parent = dirname(root)
  const beside =
    parent === "/" || parent === tmpdir()
      ? []
      : readdirSync(parent)
          .map((name) => join(parent, name))
          .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
  // In a container the home is /root, as it is in many a session: not a trace of anybody.
  return [root, ...beside, ...(homedir() === "/root" ? [] : [homedir()])]
}

const configuredRegistry =
  (await runOrFail("npm", ["config", "get", "registry"])).trim().split("\n").at(-1) ?? ""
const registryHost = URL.canParse(configuredRegistry) ? [new URL(configuredRegistry).host] : []

const forbidden: ReadonlyArray<readonly [string, RegExp]> = [
  [
    "host of a package registry",
    /\/\/[\w.-]*registry\.[\w-]+\.[a-z]{2,}|\bregistry\.(npmjs|yarnpkg|npmmirror)\b/
  ],
  ["host of a package registry", /(^|["'\s])(@[\w-]+:)?registry\s*[=:]\s*["']?https?:/],
  ["address of a package tarball", /https?:\/\/\S+\/-\/\S+\.tgz/],
  ["credentials of a registry", /_auth[T]oken|_pass[w]ord\s*=|npm_[A-Za-z0-9]{36}/],
  ...registryHost.map((host) => ["host of a package registry", new RegExp(escape(host))] as const),
  ...machinePaths().map((path) => ["path of this machine", new RegExp(`${escape(path)}(?![\\w-])`)] as const)
]

const files = (await runOrFail("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))
  .split("\0")
  .filter((file) => file !== "" && existsSync(join(root, file)))

const problems: Array<string> = []
for (const file of files) {
  const bytes = readFileSync(join(root, file))
  if (bytes.includes(0)) continue
  bytes
    .toString("utf8")
    .split("\n")
    .forEach((line, index) => {
      const hit = forbidden.find(([, pattern]) => pattern.test(line))
      if (hit !== undefined) problems.push(`${file}:${index + 1}: ${hit[0]}`)
    })
}

if (problems.length > 0) fail(...problems)
console.log(`${files.length} files`)
