/** What the account keeps for its sessions: extensions, skills, volumes. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import { Chunk, Effect, Option, Stream } from "effect"
import { strToU8, zipSync } from "fflate"
import { makeHarness, type Subject } from "./harness.js"

const manifest = JSON.stringify({ manifest_version: 3, name: "Blocker", version: "1.0" })

const archive = zipSync({
  "manifest.json": strToU8(manifest),
  "icons/16.bin": Uint8Array.of(0, 1, 255),
  "empty/": new Uint8Array(0)
})

const skills = [
  {
    name: "web-search",
    id: "builtin:web_search",
    description: 'Search the web: "quoted"',
    instructions: "# How\n\nAsk.\n",
    files: { "scripts/ask.sh": "echo asked" }
  },
  { name: "pdf", description: "Read PDF files" }
]

export const accountContract = <E>(name: string, subject: Subject<E>) => {
  const { withLayer } = makeHarness(subject)

  describe(`${name}, what the account keeps`, () => {
    it.live("an extension is stored, listed, replaced, installed and deleted", () =>
      withLayer(
        true,
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const store = yield* bay.extensions.open("team")
          const listed = Effect.map(Stream.runCollect(store.list()), (all) =>
            Chunk.toReadonlyArray(all).map((extension) => [extension.id, extension.name])
          )
          const first = yield* store.create({ name: "My Blöcker.zip", content: Stream.make(archive) })
          const second = yield* store.create({ name: "other.zip", content: archive })
          const third = yield* store.create({ name: "third.zip", content: archive })
          assert.sameDeepMembers(
            [...(yield* listed)],
            [first, second, third].map(({ id, name }) => [id, name])
          )
          assert.strictEqual(first.name, "My Blöcker.zip")
          const replacement = zipSync({ "manifest.json": strToU8("{}") })
          yield* store.update(second.id, { name: "newer.zip", content: replacement })
          yield* store.delete(third.id)
          assert.strictEqual((yield* listed).length, 2)
          // Opened anew, as by another program.
          const again = yield* bay.extensions.open("team")
          assert.strictEqual(again.contextId, store.contextId)

          const profile = yield* bay.contexts.create("profile")
          yield* Effect.scoped(
            Effect.gen(function* () {
              const { fileSystem } = yield* bay.session({
                imageId: "browser_latest",
                browserContext: {
                  contextId: profile.id,
                  extensions: yield* store.option([first.id, second.id])
                }
              })
              const folder = `/tmp/extensions/${first.id}`
              assert.strictEqual(yield* fileSystem.readFileString(`${folder}/manifest.json`), manifest)
              assert.deepStrictEqual([...(yield* fileSystem.readFile(`${folder}/icons/16.bin`))], [0, 1, 255])
              assert.strictEqual((yield* fileSystem.stat(`${folder}/empty`)).kind, "directory")
              const other = `/tmp/extensions/${second.id}/manifest.json`
              assert.strictEqual(yield* fileSystem.readFileString(other), "{}")
              // What the session does with them stays there.
              yield* fileSystem.writeFileString(other, "changed")
            })
          )
          assert.strictEqual((yield* listed).length, 2)
          assert.isFalse(yield* store.cleanup)
          assert.strictEqual((yield* listed).length, 2)
        })
      )
    )

    it.live("extensions that are not named are not installed; a broken one fails the creation", () =>
      withLayer(
        true,
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const profile = yield* bay.contexts.create("profile")
          const store = yield* bay.extensions.open("team")
          const one = yield* store.create({ name: "one.zip", content: archive })
          const two = yield* store.create({ name: "two.zip", content: archive })
          const session = (id: string) =>
            Effect.flatMap(store.option([id]), (extensions) =>
              bay.session({
                imageId: "browser_latest",
                browserContext: { contextId: profile.id, extensions }
              })
            )
          yield* Effect.scoped(
            Effect.gen(function* () {
              const { fileSystem } = yield* session(one.id)
              const entries = yield* fileSystem.list("/tmp/extensions")
              assert.deepStrictEqual(
                entries.map((entry) => [entry.name, entry.isDirectory]),
                [[one.id, true]]
              )
            })
          )
          for (const content of [
            archive.slice(0, archive.length - 30),
            zipSync({ "../outside.txt": strToU8("x") })
          ]) {
            yield* store.update(two.id, { name: "two.zip", content })
            const error = yield* Effect.flip(Effect.scoped(session(two.id)))
            assert.deepInclude(error, { _tag: "ContextSyncError", reason: "Failed" })
            assert.include(error.message, two.id)
          }
          assert.deepStrictEqual((yield* bay.list()).sessions, [])
        })
      )
    )

    it.live("a temporary store goes with its scope", () =>
      withLayer(
        true,
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          yield* Effect.scoped(
            Effect.gen(function* () {
              const store = yield* bay.extensions.scoped
              yield* store.create({ name: "one.zip", content: archive })
              assert.strictEqual((yield* bay.contexts.list()).contexts.length, 1)
            })
          )
          assert.strictEqual((yield* bay.contexts.list()).contexts.length, 0)
        })
      )
    )

    const withSkills = <A, E2>(effect: Effect.Effect<A, E2, AgentBay.AgentBay>) =>
      Effect.provide(effect, subject.layer({ links: true, skills }))

    it.live("skills are described, and loaded at creation", () =>
      withSkills(
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const all = yield* bay.skills.metadata()
          assert.deepStrictEqual(
            all.skills.map(({ id, ...skill }) => [skill, Option.getOrNull(id)]),
            [
              [{ name: "web-search", description: 'Search the web: "quoted"' }, "builtin:web_search"],
              [{ name: "pdf", description: "Read PDF files" }, "sk_pdf"]
            ]
          )
          const root = Option.getOrThrow(all.rootPath)
          const named = yield* bay.skills.metadata({ imageId: "linux_latest", names: ["pdf", "none"] })
          assert.deepStrictEqual(
            named.skills.map(({ name }) => name),
            ["pdf"]
          )
          assert.strictEqual((yield* bay.skills.list({ ids: ["builtin:web_search"] })).length, 1)

          yield* Effect.scoped(
            Effect.gen(function* () {
              const { fileSystem } = yield* bay.session({ loadSkills: true, skillNames: ["web-search"] })
              const text = yield* fileSystem.readFileString(`${root}/web-search/SKILL.md`)
              assert.strictEqual(
                text,
                '---\nname: web-search\ndescription: "Search the web: \\"quoted\\""\n---\n\n# How\n\nAsk.\n'
              )
              assert.strictEqual(
                yield* fileSystem.readFileString(`${root}/web-search/scripts/ask.sh`),
                "echo asked"
              )
              assert.isFalse(yield* fileSystem.exists(`${root}/pdf`))
            })
          )
          yield* Effect.scoped(
            Effect.gen(function* () {
              const loaded = yield* bay.session({ loadSkills: true })
              assert.isTrue(yield* loaded.fileSystem.exists(`${root}/pdf/SKILL.md`))
              const plain = yield* bay.session()
              assert.isFalse(yield* plain.fileSystem.exists(root))
            })
          )
          const error = yield* Effect.flip(
            Effect.scoped(bay.session({ loadSkills: true, skillNames: ["none"] }))
          )
          assert.deepInclude(error, { _tag: "SessionError", reason: "NotFound" })
          assert.deepStrictEqual((yield* bay.list()).sessions, [])
        })
      )
    )

    it.live("skills bound to a context come with it", () =>
      withSkills(
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const { id: contextId } = yield* bay.contexts.create("work")
          const contexts = [{ contextId, path: "/home/wuying/work" }]
          yield* bay.skills.bind([{ contextId, skillIds: ["sk_pdf"], path: "/home/wuying/own" }])
          const found = Effect.scoped(
            Effect.flatMap(bay.session({ contexts }), ({ fileSystem }) =>
              fileSystem.exists("/home/wuying/own/pdf/SKILL.md")
            )
          )
          assert.isTrue(yield* found)
          yield* bay.skills.unbind([{ contextId, skillIds: ["sk_pdf"] }])
          assert.isFalse(yield* found)
          for (const binding of [
            { contextId, skillIds: ["none"] },
            { contextId: "SdkCtx-none", skillIds: ["sk_pdf"] }
          ]) {
            const error = yield* Effect.flip(bay.skills.bind([binding]))
            assert.deepInclude(error, { _tag: "SessionError", reason: "NotFound" })
          }
        })
      )
    )

    it.live("a volume keeps its files from one session to the next", () =>
      withLayer(
        true,
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const imageId = "linux_latest"
          const missing = yield* Effect.flip(bay.volumes.get({ imageId, name: "data" }))
          assert.deepInclude(missing, { _tag: "SessionError", reason: "NotFound" })
          const volume = yield* bay.volumes.create({ imageId, name: "data" })
          assert.strictEqual((yield* bay.volumes.create({ imageId, name: "data" })).id, volume.id)
          assert.strictEqual((yield* bay.volumes.get({ imageId, name: "data" })).id, volume.id)
          assert.strictEqual((yield* bay.volumes.get({ imageId, id: volume.id })).name, "data")
          for (const name of ["a", "b", "c"]) yield* bay.volumes.create({ imageId, name })
          const all = yield* Stream.runCollect(bay.volumes.listAll({ imageId, pageSize: 2 }))
          assert.strictEqual(Chunk.size(all), 4)
          assert.deepStrictEqual((yield* bay.volumes.list({ imageId: "windows_latest" })).volumes, [])

          yield* Effect.scoped(
            Effect.gen(function* () {
              const { fileSystem } = yield* bay.session({ imageId, volumeId: volume.id })
              yield* fileSystem.writeFileString("/mnt/volume/deep/kept.txt", "kept")
              const inUse = yield* Effect.flip(bay.volumes.delete(volume.id))
              assert.deepInclude(inUse, { _tag: "SessionError", reason: "Conflict" })
            })
          )
          const kept = Effect.scoped(
            Effect.flatMap(bay.session({ imageId, volumeId: volume.id }), ({ fileSystem }) =>
              fileSystem.readFileString("/mnt/volume/deep/kept.txt")
            )
          )
          assert.strictEqual(yield* kept, "kept")
          assert.deepStrictEqual((yield* bay.contexts.list()).contexts, [])
          yield* bay.volumes.delete(volume.id)
          assert.deepInclude(yield* Effect.flip(kept), { _tag: "SessionError", reason: "NotFound" })
        })
      )
    )
  })
}
