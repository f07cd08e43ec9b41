import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as Extensions from "@effect-agentbay/node/Extensions"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(Path.join(tmpdir(), "extensions-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const provided = Effect.provide([TestAgentBay.layer, NodeFileSystem.layer])

describe("Extensions.fromFile", () => {
  it.scoped("is the file as it is when it is stored, under its name", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      const path = Path.join(yield* folder, "My Blocker.zip")
      const file = yield* Extensions.fromFile(path)
      const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256)
      bytes.set([0x50, 0x4b, 3, 4])
      writeFileSync(path, bytes)
      const store = yield* bay.extensions.open("team")
      const { id, name } = yield* store.create(file)
      assert.strictEqual(name, "My Blocker.zip")
      const stored = yield* cloud.contextFile(store.contextId, `/tmp/extensions/${id}`)
      assert.strictEqual(Buffer.compare(Option.getOrThrow(stored), bytes), 0)
    }).pipe(provided)
  )

  it.scoped("fails when the file cannot be read, and leaves nothing behind", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      const store = yield* bay.extensions.open("team")
      const path = Path.join(yield* folder, "none.zip")
      const error = yield* Effect.flip(store.create(yield* Extensions.fromFile(path)))
      assert.deepInclude(error, { _tag: "SystemError", reason: "NotFound" })
      assert.include(error.message, path)
      assert.deepStrictEqual((yield* cloud.contexts)[0]?.files, [])
      writeFileSync(path, "text")
      const refused = yield* Effect.flip(store.create(yield* Extensions.fromFile(path)))
      assert.deepInclude(refused, { _tag: "InvalidArgument", field: "content" })
    }).pipe(provided)
  )
})
