/** Fails when core, bundled with `effect`, is larger than promised. */
import { bundleCore, limits } from "./lib/bundle.js"
import { fail } from "./lib/run.js"

const size = await bundleCore().catch(() => fail("core does not bundle for a browser"))
const kinds = ["own", "minified", "gzipped"] as const
const text = kinds
  .map((kind) => `${(size[kind] / 1000).toFixed(1)} kB ${kind} (limit ${limits[kind] / 1000} kB)`)
  .join(", ")

if (kinds.some((kind) => size[kind] > limits[kind])) fail(text)
console.log(text)
