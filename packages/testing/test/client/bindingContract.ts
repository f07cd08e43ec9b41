/** Contexts for a session that runs, contexts that sessions have in common, and how long sessions live. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import { Effect, Option, Schedule } from "effect"
import { TestCloud } from "../../src/TestCloud.js"
import { makeHarness, routes, type Subject } from "./harness.js"

const bytes = (text: string) => new TextEncoder().encode(text)

export const bindingContract = <E>(name: string, subject: Subject<E>) => {
  const { withLayer, withSession } = makeHarness(subject)

  for (const route of routes) {
    describe(`bindings ${name}, ${route} route`, () => {
      it.live("a context that is bound later brings its files, and takes them at the end", () =>
        withSession(route, (session) =>
          Effect.gen(function* () {
            const bay = yield* AgentBay.AgentBay
            const cloud = yield* TestCloud
            const { id } = yield* bay.contexts.create("later")
            yield* cloud.putContextFile(id, "/tmp/later/in.txt", bytes("from the store"))
            assert.deepStrictEqual(yield* session.context.listBindings, [])
            const transfers = yield* session.context.bind({
              contexts: [{ contextId: id, path: "/tmp/later" }]
            })
            assert.deepStrictEqual(
              transfers.map(({ contextId, isSuccess, path, taskType }) => [
                contextId,
                path,
                taskType,
                isSuccess
              ]),
              [[id, "/tmp/later", "download", true]]
            )
            assert.strictEqual(
              yield* session.fileSystem.readFileString("/tmp/later/in.txt"),
              "from the store"
            )
            const [binding] = yield* session.context.listBindings
            assert.deepInclude(binding, { contextId: id, path: "/tmp/later" })
            assert.strictEqual(Option.getOrNull(binding?.contextName ?? Option.none()), "later")
            const again = yield* Effect.flip(
              session.context.bind({ contexts: [{ contextId: id, path: "/tmp/later/" }] })
            )
            assert.deepInclude(again, { _tag: "SessionError", reason: "Conflict", code: "PathAlreadyBound" })
            yield* session.fileSystem.writeFileString("/tmp/later/out.txt", "to the store")
            yield* session.delete({ syncContexts: true })
            const stored = yield* cloud.contextFile(id, "/tmp/later/out.txt")
            assert.strictEqual(Buffer.from(Option.getOrThrow(stored)).toString(), "to the store")
          })
        )
      )

      it.live("what one session writes into a mounted context, the others have", () =>
        withSession(route, (first) =>
          Effect.scoped(
            Effect.gen(function* () {
              const bay = yield* AgentBay.AgentBay
              const { id } = yield* bay.contexts.create("shared")
              yield* first.context.bind({ mounts: [{ contextId: id, path: "/mnt/mine" }] })
              const second = yield* bay.session({
                imageId: "code_latest",
                isVpc: route === "vpc",
                mounts: [{ contextId: id, path: "/mnt/theirs", accessMode: "readOnly" }]
              })
              yield* first.command.run("mkdir -p /mnt/mine/dir && printf one > /mnt/mine/dir/a.txt")
              assert.strictEqual(yield* second.fileSystem.readFileString("/mnt/theirs/dir/a.txt"), "one")
              const part = yield* bay.session({
                imageId: "code_latest",
                isVpc: route === "vpc",
                mounts: [{ contextId: id, path: "/mnt/part", sourcePath: "dir" }]
              })
              yield* part.fileSystem.writeFileString("/mnt/part/b.txt", "two")
              assert.strictEqual(yield* first.fileSystem.readFileString("/mnt/mine/dir/b.txt"), "two")
              yield* first.command.run("rm /mnt/mine/dir/a.txt")
              assert.isFalse(yield* second.fileSystem.exists("/mnt/theirs/dir/a.txt"))
              yield* second.command.run("printf spoilt > /mnt/theirs/dir/b.txt || true")
              assert.strictEqual(yield* part.fileSystem.readFileString("/mnt/part/b.txt"), "two")
              assert.strictEqual(yield* second.fileSystem.readFileString("/mnt/theirs/dir/b.txt"), "two")
            })
          )
        )
      )
    })
  }

  describe(`lifetimes ${name}`, () => {
    it.live("an idle session ends; one that is used does not", () =>
      withLayer(
        true,
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const lifetime = { idleRelease: "3 seconds" } as const
          const kept = yield* bay.create({ lifetime })
          const keeping = yield* Effect.fork(Effect.repeat(kept.keepAlive, Schedule.spaced("100 millis")))
          const manual = yield* bay.create({ lifetime: { manualRelease: true } })
          // The last one made: when it has ended, the others would have.
          const idle = yield* bay.create({ lifetime })
          yield* Effect.repeat(idle.status, {
            until: ({ status }) => status === "FINISH",
            schedule: Schedule.spaced("50 millis")
          })
          assert.strictEqual(Option.getOrNull((yield* idle.status).endReason), "IdleTimeout")
          yield* kept.fileSystem.writeFileString("/tmp/a", "alive")
          assert.strictEqual((yield* manual.status).status, "RUNNING")
          yield* keeping.interruptAsFork(keeping.id())
          yield* Effect.all([kept.delete(), manual.delete()])
        })
      )
    )
  })
}
