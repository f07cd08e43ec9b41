import { defineConfig } from "vitest/config"

/**
 * One project per folder that holds tests. Workspace packages resolve to their sources through the `exports` of
 * their package.json, so nothing has to be built first.
 */
const project = (name: string, root: string, include: ReadonlyArray<string>) => ({
  extends: true as const,
  test: { name, root, include: [...include] }
})

export default defineConfig({
  test: {
    projects: [
      project("core", "packages/core", ["test/**/*.test.ts"]),
      project("node", "packages/node", ["test/**/*.test.ts"]),
      project("testing", "packages/testing", ["test/**/*.test.ts"]),
      project("examples", "examples", ["**/*.test.ts"]),
      project("scripts", "scripts", ["**/*.test.ts"])
    ],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: "forks",
    poolOptions: { forks: { minForks: 1, maxForks: 2, isolate: false } },
    // On CI the totals are read by a program: see scripts/totals.ts.
    reporters:
      process.env["CI"] === undefined
        ? ["default"]
        : ["default", ["json", { outputFile: "build/results/tests.json" }]]
  }
})
