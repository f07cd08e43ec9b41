/** Size of what a user's bundle gains: everything core exports, minified, `effect` included. */
import { bundleCore, limits } from "../../scripts/lib/bundle.js"
import { reportJson, table } from "./lib/report.js"

const size = await bundleCore()
const rows = [
  ["of it ours, minified", size.own, limits.own],
  ["minified", size.minified, limits.minified],
  ["gzipped", size.gzipped, limits.gzipped]
] as const
console.log(table(["core and effect", "bytes", "limit"], rows))
await reportJson("size", { ...size, limits })
if (rows.some(([, bytes, limit]) => bytes > limit)) process.exitCode = 1
