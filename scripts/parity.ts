/**
 * Writes `docs/parity.md`, the official SDK method by method, from the table in `scripts/parity`.
 *
 *     pnpm parity          writes it when it is stale
 *     pnpm parity --check  fails when it is stale
 *
 * Either way it fails when the table is wrong: when a member or a test it names does not exist, when the test does not
 * mention the member, when a tool or action of the contract or a recorded method of the official SDK has no row, or
 * when a cell is empty.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fail } from "./lib/run.js"
import { root } from "./lib/workspace.js"
import * as account from "./parity/account.js"
import * as browser from "./parity/browser.js"
import * as desktop from "./parity/desktop.js"
import * as newest from "./parity/newest.js"
import { count, emptyCells, render } from "./parity/render.js"
import * as session from "./parity/session.js"
import * as storage from "./parity/storage.js"
import { verify } from "./parity/verify.js"

const modules = [account, storage, session, desktop, browser, newest].flatMap(({ modules }) => modules)
const file = join(root, "docs", "parity.md")
const page = render(modules)
const stale = !existsSync(file) || readFileSync(file, "utf8") !== page

const problems = [...emptyCells(modules), ...verify(modules)]
if (process.argv.includes("--check")) {
  if (stale) problems.push("docs/parity.md: stale, run `pnpm parity`")
} else if (stale) {
  writeFileSync(file, page)
  console.error("wrote docs/parity.md")
}

if (problems.length > 0) fail(...problems)
console.log(
  `${count(modules, "Built")} names with a counterpart, ${count(modules, "NotYet")} not yet, ${count(modules, "LeftOut")} left out`
)
