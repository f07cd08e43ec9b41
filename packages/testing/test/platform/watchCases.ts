/** Watching directories and files. */
import { assert } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { type Case, furnish, type Place, refusal, system } from "./support.js"

/**
 * Watches until every event of `wanted`, as `said` says it, was seen, while `work` goes on. Nothing tells when a watch
 * has had the look that it begins with: `call` changes something until that is heard.
 */
const sees = <A, E, E2>(
  events: Stream.Stream<{ readonly _tag: string; readonly path: string }, E>,
  call: (count: number) => Effect.Effect<void, E2>,
  wanted: ReadonlyArray<string>,
  work: Effect.Effect<A, E2>,
  said: (event: { readonly _tag: string; readonly path: string }) => string = ({ path }) => path
) =>
  Effect.gen(function* () {
    const missing = new Set(wanted)
    const seen: Array<string> = []
    let isAtWork = false
    const watching = yield* events.pipe(
      Stream.takeUntil((event) => {
        seen.push(said(event))
        if (isAtWork) missing.delete(said(event))
        return missing.size === 0
      }),
      Stream.runDrain,
      Effect.timeoutFail({ duration: "20 seconds", onTimeout: () => new Error(`saw only ${seen.join()}`) }),
      Effect.orDie,
      Effect.fork
    )
    for (let count = 0; seen.length === 0 && watching.unsafePoll() === null; count++) {
      yield* call(count)
      yield* Effect.sleep("100 millis")
    }
    isAtWork = true
    yield* work
    yield* Fiber.join(watching)
    return seen
  })

const calling =
  ({ at, fs }: Place, name = "call") =>
  (count: number) =>
    fs.writeFileString(at(name), "x".repeat(count))

export const watchCases: Readonly<Record<string, Case>> = {
  "changes of a directory are seen": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      const made = yield* sees(
        fs.watch(at("")),
        calling(place),
        ["new\nline", "file", "dangling"],
        fs
          .writeFileString(at("new\nline"), "x")
          .pipe(
            Effect.zipRight(fs.writeFileString(at("file"), "changed")),
            Effect.zipRight(fs.writeFileString(at("dir/unseen"), "x")),
            Effect.zipRight(fs.remove(at("dangling")))
          )
      )
      assert.isFalse(made.some((event) => event.includes("unseen")))
    }),

  "changes below a directory are seen when they are asked for": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      yield* sees(
        fs.watch(at(""), { recursive: true }),
        calling(place, "dir/call"),
        ["dir/added", "dir/inner"],
        Effect.zipRight(fs.writeFileString(at("dir/added"), "x"), fs.remove(at("dir/inner")))
      )
    }),

  "changes of a file are seen": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      yield* sees(
        fs.watch(at("file")),
        calling(place, "file"),
        ["file"],
        fs.writeFileString(at("file"), "changed!")
      )
      assert.deepStrictEqual(
        yield* refusal(Stream.runDrain(fs.watch(at("none")))),
        system("NotFound", "stat")
      )
    })
}

/**
 * What happened, not only where. Not for Node: its implementation looks for a new entry in the directory of the
 * process, and takes it for a removed one.
 */
export const exactWatchCases: Readonly<Record<string, Case>> = {
  "what happened is told": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* Effect.forEach(["kept", "changed", "moded", "gone"], (name) =>
        fs.writeFileString(at(name), name)
      )
      yield* fs.makeDirectory(at("dir"))
      const seen = yield* sees(
        fs.watch(at("")),
        calling(place),
        ["Create new", "Update changed", "Update moded", "Remove gone"],
        Effect.all([
          fs.writeFileString(at("changed"), "other"),
          fs.chmod(at("moded"), 0o600),
          fs.remove(at("gone")),
          fs.writeFileString(at("dir/inner"), "x"),
          fs.writeFileString(at("new"), "x")
        ]),
        ({ _tag, path }) => `${_tag} ${path}`
      )
      assert.isFalse(seen.some((event) => /kept|dir/.test(event)))
      yield* sees(
        fs.watch(at("kept")),
        calling(place, "kept"),
        ["Remove kept"],
        fs.remove(at("kept")),
        ({ _tag, path }) => `${_tag} ${path}`
      )
    })
}
