/** Time of the tests that need neither a network nor processes: what a developer waits for. */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { reportJson, round, table } from "./lib/report.js"

const limit = 60

const projects = ["core", "testing", "examples"]

/** Tests that start servers or processes. */
const outside = [
  "**/test/{server,bin}/**",
  "**/client/localCloud.test.ts",
  "**/machine/{LocalMachine*,isolation}.test.ts",
  "**/machine/local/**",
  "**/test/local-cloud.test.ts"
]

const start = process.hrtime.bigint()
const { status, stdout } = spawnSync(
  "npx",
  [
    ...["--no-install", "vitest", "run", "--reporter=dot"],
    ...projects.flatMap((name) => ["--project", name]),
    ...outside.flatMap((glob) => ["--exclude", glob])
  ],
  {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" }
  }
)
const seconds = Number(process.hrtime.bigint() - start) / 1e9
const passed = Number(/Tests\s+(\d+) passed/.exec(stdout)?.[1] ?? 0)

console.log(
  table(
    ["in-memory tests", "passed", "seconds", "limit"],
    [["all of them", passed, round(seconds, 1), limit]]
  )
)
await reportJson("suite", { passed, seconds: round(seconds, 1), limit, green: status === 0 })
if (status !== 0 || seconds > limit) process.exitCode = 1
