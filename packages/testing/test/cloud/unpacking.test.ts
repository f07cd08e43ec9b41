/** What a policy says becomes of archives that arrive in a session. */
import { assert, describe, it } from "@effect/vitest"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Option } from "effect"
import { strToU8, zipSync } from "fflate"
import { createSession, data } from "../support/service.js"

const archive = zipSync({ "a.txt": strToU8("a"), "deep/b.txt": strToU8("b") })

/** The files of a session that mounts one archive with this policy. */
const filesWith = (extractPolicy: unknown, path = "one.zip") =>
  Effect.gen(function* () {
    const cloud = yield* TestCloud
    const { Id } = yield* data("GetContext", { Name: "archives", AllowCreate: "true" })
    yield* cloud.putContextFile(Id, "/mnt/archives/one.zip", archive)
    const Policy = JSON.stringify({ extractPolicy, bwList: { whiteLists: [{ path }] } })
    const { SessionId } = yield* createSession({
      PersistenceDataList: JSON.stringify([{ ContextId: Id, Path: "/mnt/archives", Policy }])
    })
    const machine = Option.getOrThrow(yield* cloud.machine(SessionId))
    const entries = yield* machine.walk("/mnt/archives")
    return entries.flatMap(({ kind, path }) => (kind === "file" ? [path.slice("/mnt/archives/".length)] : []))
  }).pipe(Effect.provide(TestAgentBay.layerHttpClient))

describe("archives", () => {
  it.effect("become folders of their names", () =>
    Effect.gen(function* () {
      assert.sameMembers([...(yield* filesWith({ extract: true }))], ["one.zip/a.txt", "one.zip/deep/b.txt"])
    })
  )

  it.effect("may stay, and may be unpacked where they are", () =>
    Effect.gen(function* () {
      assert.sameMembers(
        [...(yield* filesWith({ extract: true, deleteSrcFile: false }))],
        ["one.zip", "one/a.txt", "one/deep/b.txt"]
      )
      assert.sameMembers(
        [...(yield* filesWith({ extract: true, extractToCurrentFolder: true }))],
        ["a.txt", "deep/b.txt"]
      )
    })
  )

  it.effect("are files like others where nobody names them, or nobody wants them unpacked", () =>
    Effect.gen(function* () {
      for (const policy of [undefined, null, {}, { extract: false }]) {
        assert.deepStrictEqual(yield* filesWith(policy), ["one.zip"])
      }
      assert.deepStrictEqual(yield* filesWith({ extract: true }, ""), ["one.zip"])
    })
  )
})
