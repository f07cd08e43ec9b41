/**
 * The size of everything `@effect-agentbay/core` exports, `effect` included, as a bundler for browsers would
 * ship it. That it bundles for a browser at all shows that core is platform-neutral.
 */
import { gzipSync } from "node:zlib"
import { build } from "esbuild"
import { fail } from "./lib/run.js"
import { root } from "./lib/workspace.js"

const limits = { minified: 400_000, gzipped: 125_000 }

const { outputFiles } = await build({
  stdin: {
    contents: `export * from "@effect-agentbay/core"`,
    resolveDir: `${root}/examples`,
    sourcefile: "everything.ts"
  },
  bundle: true,
  minify: true,
  write: false,
  format: "esm",
  platform: "browser",
  target: "es2022",
  logLevel: "error"
}).catch(() => fail("core does not bundle for a browser"))

const bytes = outputFiles[0]?.contents ?? new Uint8Array()
const size = { minified: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length }
const text = (["minified", "gzipped"] as const)
  .map((kind) => `${(size[kind] / 1000).toFixed(1)} kB ${kind} (limit ${limits[kind] / 1000} kB)`)
  .join(", ")

if (size.minified > limits.minified || size.gzipped > limits.gzipped) fail(text)
console.log(text)
