/**
 * Writes `docs/official-defects.md`, what differs from official clients on purpose, from the entries in
 * `scripts/defects`.
 *
 *     pnpm defects          writes it when it is stale
 *     pnpm defects --check  fails when it is stale
 *
 * Either way it fails when an entry is wrong: when a test it names does not exist, when its id is missing or that of
 * another, or when a cell is empty.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as account from "./defects/account.js"
import * as automation from "./defects/automation.js"
import * as browser from "./defects/browser.js"
import * as calls from "./defects/calls.js"
import * as contexts from "./defects/contexts.js"
import * as files from "./defects/files.js"
import * as newest from "./defects/newest.js"
import { count, render } from "./defects/render.js"
import { verify } from "./defects/verify.js"
import * as work from "./defects/work.js"
import { fail } from "./lib/run.js"
import { root } from "./lib/workspace.js"

const sections = [calls, account, contexts, work, files, automation, browser, newest].flatMap(
  ({ sections }) => sections
)
const file = join(root, "docs", "official-defects.md")
const page = render(sections)
const stale = !existsSync(file) || readFileSync(file, "utf8") !== page

const problems = [...verify(sections)]
if (process.argv.includes("--check")) {
  if (stale) problems.push("docs/official-defects.md: stale, run `pnpm defects`")
} else if (stale) {
  writeFileSync(file, page)
  console.error("wrote docs/official-defects.md")
}

if (problems.length > 0) fail(...problems)
console.log(
  `${count(sections, "Pinned")} pinned, ${count(sections, "NoMeaning")} without a meaning here, ${count(sections, "NotYet")} not yet`
)
