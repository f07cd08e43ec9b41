/** Watching files: by pushes, by looks, and while connections are cut. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as fc from "effect/FastCheck"
import { TestCloud } from "../../src/TestCloud.js"
import { expectedOf, perform, prepare, record, root, steps, until, untilSo } from "../support/editing.js"
import { makeHarness, type Subject } from "./harness.js"

const limit = 120_000

const looks = Effect.flatMap(TestCloud, (cloud) =>
  Effect.map(cloud.journal, (calls) => calls.filter(({ tool }) => tool === "get_file_change").length)
)

const messages = (method: string) =>
  Effect.flatMap(TestCloud, (cloud) =>
    Effect.map(cloud.frames, (frames) =>
      frames.filter(({ frame }) => JSON.stringify(frame).includes(`"${method}"`))
    )
  )

export const watchContract = <E>(name: string, subject: Subject<E>) => {
  const { withSession } = makeHarness(subject)

  describe(`watching files ${name}`, () => {
    it.live(
      "changes are pushed, whoever makes them and however deep, and a quiet directory costs no calls",
      () =>
        withSession("link", (session) =>
          Effect.gen(function* () {
            const { command, fileSystem } = session
            yield* fileSystem.makeDirectory("/tmp/w/sub")
            const watch = yield* record(session, "/tmp//w/./", { interval: "100 millis" })
            yield* until(() => watch.modes.length > 0)
            assert.deepStrictEqual(watch.modes, [{ _tag: "Push" }])
            // The look that catches up is the last one for now.
            let before = -1
            yield* untilSo(
              Effect.gen(function* () {
                const last = before
                before = yield* looks
                yield* Effect.sleep("500 millis")
                return last === before
              })
            )
            yield* command.run("mkdir -p /tmp/w/sub/deep/er && echo a > /tmp/w/sub/deep/er/a.txt")
            yield* until(() => watch.changes.includes("create /tmp/w/sub/deep/er/a.txt"))
            // A directory that was made while watching is watched, too.
            yield* fileSystem.move("/tmp/w/sub/deep/er/a.txt", "/tmp/w/sub/deep/er/c.txt")
            yield* until(() => watch.changes.includes("create /tmp/w/sub/deep/er/c.txt"))
            // So is one that takes the name of another.
            yield* command.run("mv /tmp/w/sub/deep /tmp/other && mkdir -p /tmp/w/sub/deep/er")
            yield* until(() => watch.changes.includes("delete /tmp/w/sub/deep/er/c.txt"))
            yield* fileSystem.writeFileString("/tmp/w/sub/deep/er/d.txt", "d")
            yield* until(() => watch.changes.includes("create /tmp/w/sub/deep/er/d.txt"))
          }).pipe(Effect.scoped)
        ),
      limit
    )

    it.live(
      "whoever stops watching unsubscribes, once nobody else watches the same",
      () =>
        withSession("link", (session) =>
          Effect.gen(function* () {
            yield* session.fileSystem.makeDirectory(root)
            yield* Effect.gen(function* () {
              const first = yield* record(session, root)
              yield* Effect.scoped(
                Effect.gen(function* () {
                  const second = yield* record(session, root)
                  yield* until(() => first.modes.length + second.modes.length === 2)
                })
              )
              assert.lengthOf(yield* messages("unsubscribe_file_change"), 0)
              yield* session.fileSystem.makeDirectory(`${root}/still`)
              yield* until(() => first.changes.length > 0)
            }).pipe(Effect.scoped)
            yield* untilSo(Effect.map(messages("unsubscribe_file_change"), ({ length }) => length === 1))
          })
        ),
      limit
    )

    it.live(
      "without a live channel it polls, and says so",
      () =>
        withSession("api", (session) =>
          Effect.gen(function* () {
            assert.isTrue(Option.isNone(session.wsUrl))
            yield* session.fileSystem.makeDirectory(root)
            const watch = yield* record(session, root, { interval: "100 millis" })
            yield* until(() => watch.modes.length > 0)
            assert.deepInclude(watch.modes[0], { _tag: "Poll", reason: "NoChannel" })
            yield* session.fileSystem.makeDirectory(`${root}/new`)
            yield* until(() => watch.changes.length > 0)
            assert.deepStrictEqual(watch.changes, [`create ${root}/new`])
          }).pipe(Effect.scoped)
        ),
      limit
    )

    it.live(
      "random edits while connections are cut at random: all are told, each once",
      () =>
        Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(steps(300), (all) =>
              Effect.runPromise(
                withSession("link", (session) =>
                  Effect.gen(function* () {
                    yield* prepare(session, all)
                    const watch = yield* record(session, root, { interval: "100 millis" })
                    yield* until(() => watch.modes.length > 0)
                    yield* perform(session, all, Effect.sleep)
                    const expected = expectedOf(all)
                    yield* until(() => watch.changes.length >= expected.length)
                    // Whatever is told twice is told by the next pushes and looks.
                    yield* session.fileSystem.makeDirectory(`${root}/last`)
                    yield* until(() => watch.changes.includes(`create ${root}/last`))
                    yield* Effect.sleep("300 millis")
                    assert.deepStrictEqual(
                      watch.changes.filter((change) => !change.endsWith("/last")).sort(),
                      expected
                    )
                  }).pipe(Effect.scoped)
                ) as Effect.Effect<void>
              )
            ),
            { numRuns: subject.machine === "memory" ? 6 : 4, endOnFailure: true }
          )
        ),
      limit
    )
  })
}
