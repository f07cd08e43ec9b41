// @effect-diagnostics nodeBuiltinImport:off
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(new URL(`../../${name}/package.json`, import.meta.url), "utf8")) as Manifest

const namesIn = (names: Readonly<Record<string, string>> = {}): ReadonlyArray<string> =>
  Object.keys(names).sort()

describe("what is installed with a client", () => {
  it("is nothing but Effect, of which a program has its own copy", () => {
    const { dependencies, peerDependencies } = manifestOf("core")
    assert.deepStrictEqual(namesIn(dependencies), [])
    assert.deepStrictEqual(namesIn(peerDependencies), ["@effect/platform", "effect"])
  })

  it("on Node is an HTTP client, a WebSocket and a reader of .env files: no browser, no schemas of another library", () => {
    const { dependencies, peerDependencies } = manifestOf("node")
    assert.deepStrictEqual(namesIn(dependencies), ["dotenv", "undici", "ws"])
    assert.deepStrictEqual(namesIn(peerDependencies), ["@effect-agentbay/core", "@effect/platform", "effect"])
  })
})
