/** Fails when core, bundled with `effect`, is larger than promised. */
import { bundleCore, limits } from "./lib/bundle.js"
import { fail } from "./lib/run.js"

const size = await bundleCore().catch(() => fail("core does not bundle for a browser"))
const text = (["minified", "gzipped"] as const)
  .map((kind) => `${(size[kind] / 1000).toFixed(1)} kB ${kind} (limit ${limits[kind] / 1000} kB)`)
  .join(", ")

if (size.minified > limits.minified || size.gzipped > limits.gzipped) fail(text)
console.log(text)
