/**
 * Everything `@effect-agentbay/core` exports, `effect` included, as a bundler for browsers would ship it. That it
 * bundles for a browser at all shows that core is platform-neutral.
 */
import { gzipSync } from "node:zlib"
import { build } from "esbuild"
import { root } from "./workspace.js"

/** Bytes. */
export const limits = { minified: 565_000, gzipped: 189_000 }

export const bundleCore = async (): Promise<{ readonly minified: number; readonly gzipped: number }> => {
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
  })
  const bytes = outputFiles[0]?.contents ?? new Uint8Array()
  return { minified: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length }
}
