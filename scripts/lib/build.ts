/**
 * Sources to `dist`: ESM, declarations and maps.
 */
import { rmSync } from "node:fs"
import { join } from "node:path"
import { runOrFail } from "./run.js"
import { packages } from "./workspace.js"

/** From nothing, so that a module which is gone is gone from `dist` too. */
export const build = async (): Promise<void> => {
  for (const { dir } of packages()) {
    for (const output of ["dist", "build"]) rmSync(join(dir, output), { recursive: true, force: true })
  }
  await runOrFail("tsc", ["-b", "tsconfig.build.json"])
}
