/**
 * Everything `@effect-agentbay/core` exports, `effect` included, as a bundler for browsers would ship it. That it
 * bundles for a browser at all shows that core is platform-neutral.
 */
import { gzipSync } from "node:zlib"
import { build } from "esbuild"
import { root } from "./workspace.js"

/**
 * Bytes. `own`: what is ours of the minified bytes. It is the one number that we decide; the two others say what users
 * get.
 */
export const limits = { own: 350_000, minified: 680_000, gzipped: 230_000 }

export type Size = { readonly [Kind in keyof typeof limits]: number }

export const bundleCore = async (): Promise<Size> => {
  const { metafile, outputFiles } = await build({
    stdin: {
      contents: `export * from "@effect-agentbay/core"`,
      resolveDir: `${root}/examples`,
      sourcefile: "everything.ts"
    },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "error"
  })
  const bytes = outputFiles[0]?.contents ?? new Uint8Array()
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs))
  const own = inputs
    .filter(([file]) => file.includes("packages/core/"))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)
  return { own, minified: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length }
}
