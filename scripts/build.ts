/**
 * `pnpm build`: every package to its `dist`.
 */
import { build } from "./lib/build.js"

await build()
