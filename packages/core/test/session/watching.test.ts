import { describe, it } from "@effect/vitest"
import { type FileSystemTools, SessionFileSystem, type SessionSocket } from "@effect-agentbay/core"
import { Deferred, Effect, Queue, Stream, TestClock } from "effect"
import { ChannelError, ChannelUnavailable } from "../../src/AgentBayError.js"
import { makeMerge } from "../../src/internal/files/changes.js"
import { samePlace } from "../../src/internal/files/paths.js"
import { assert } from "../support/assertions.js"
import { answer, type Intercept, makeFakeSession } from "../support/FakeSession.js"

type FileChange = FileSystemTools.FileChange

const change = (eventType: FileChange["eventType"], path: string): FileChange => ({
  eventType,
  path,
  pathType: "file"
})

const pushed = (at: number, ...changes: ReadonlyArray<FileChange>) => ({
  _tag: "Pushed" as const,
  at,
  changes
})

describe("pushes and reports become one", () => {
  const a = change("modify", "/w/a")
  const b = change("create", "/w/b")

  it("what comes both ways is told once, whichever comes first", () => {
    const merge = makeMerge()
    assert.deepStrictEqual(merge([pushed(0, a)], [a, b], 0), [a, b])
    assert.deepStrictEqual(merge([pushed(10, b)], [], 20), [])
  })

  it("what the report of a service leaves out after pushing it is told all the same", () => {
    const merge = makeMerge()
    assert.deepStrictEqual(merge([pushed(0, a)], [], 0), [a])
    assert.deepStrictEqual(merge([pushed(10, a)], [b], 10), [a, b])
  })

  it("the report speaks for the paths it names", () => {
    const merge = makeMerge()
    const gone = change("delete", "/w/a")
    assert.deepStrictEqual(merge([pushed(0, a, a, gone)], [gone], 0), [gone])
  })

  it("a push that comes long after a report is news, and one report excuses one push", () => {
    const merge = makeMerge()
    assert.deepStrictEqual(merge([], [a], 0), [a])
    assert.deepStrictEqual(merge([pushed(3_001, a)], [], 3_001), [a])
    assert.deepStrictEqual(merge([], [a], 5_000), [a])
    assert.deepStrictEqual(merge([pushed(5_001, a), pushed(5_002, a)], [], 5_002), [a])
  })
})

it("paths are the same place however they are written", () => {
  for (const [one, other] of [
    ["/w", "/w/"],
    ["/w/a", "//w//./b/../a/"],
    ["/", "/.."],
    ["C:\\Users\\A", "c:/users/a/"]
  ] as const) {
    assert.isTrue(samePlace(one, other), one)
  }
  for (const [one, other] of [
    ["/w", "/W"],
    ["/w", "w"],
    ["/w/a", "/w"]
  ] as const) {
    assert.isFalse(samePlace(one, other), one)
  }
})

/** A live channel that does what the test says. */
const scripted = (options: {
  readonly available?: Effect.Effect<void, ChannelUnavailable>
  readonly answer?: Effect.Effect<SessionSocket.JsonObject, ChannelError>
}) =>
  Effect.gen(function* () {
    const signals = yield* Queue.unbounded<SessionSocket.Signal>()
    const said: Array<string> = []
    const targets = new Set<string>()
    const unused = () => Effect.dieMessage("not used here")
    const note = (target: string, data: SessionSocket.JsonObject) => {
      targets.add(target)
      said.push(`${String(data.method)} ${JSON.stringify(data.params)}`)
    }
    const socket: SessionSocket.SessionSocket.Service = {
      available: () => options.available ?? Effect.void,
      call: (target, data) =>
        Effect.suspend(() => {
          note(target, data)
          return options.answer ?? Effect.succeed({ phase: "end" })
        }),
      send: (target, data) => Effect.sync(() => note(target, data)),
      subscribe: () => Effect.succeed(Stream.fromQueue(signals)),
      open: unused,
      stream: () => Stream.dieMessage("not used here"),
      events: () => Stream.dieMessage("not used here"),
      state: Stream.empty,
      close: Effect.void
    }
    return { signals, socket, said, targets }
  })

const remote = new ChannelError({
  reason: "Remote",
  operation: "test",
  sessionId: "s-1",
  phase: "sent",
  detail: "unknown method"
})

const opened: SessionSocket.Signal = { _tag: "Opened", connection: 1 }

const push = (data: SessionSocket.JsonObject): SessionSocket.Signal => ({
  _tag: "Push",
  id: "p-1",
  target: "wuying_filesystem",
  data
})

const watching = (
  channel: Effect.Effect.Success<ReturnType<typeof scripted>>,
  options: SessionFileSystem.ChangesOptions = {},
  intercept: Intercept = () => Effect.succeed(answer("[]"))
) =>
  Effect.gen(function* () {
    const { calls, runtime } = yield* makeFakeSession({ intercept })
    const files = SessionFileSystem.make(runtime, channel.socket)
    const modes: Array<SessionFileSystem.WatchMode> = []
    const changes: Array<FileChange> = []
    const ended = yield* Deferred.make<never, SessionFileSystem.SessionFileSystem.WatchFailure>()
    const fiber = yield* files
      .changes("/w", {
        ...options,
        onMode: (mode) =>
          Effect.sync(() => {
            modes.push(mode)
          })
      })
      .pipe(
        Stream.runForEach((one) =>
          Effect.sync(() => {
            changes.push(one)
          })
        ),
        Effect.catchAll((error) => Deferred.fail(ended, error)),
        Effect.fork
      )
    yield* TestClock.adjust(0)
    return { calls, modes, changes, ended, fiber }
  })

describe("watching over a live channel", () => {
  it.scoped("subscribes at the server of the tool, with the path as it was given", () =>
    Effect.gen(function* () {
      const channel = yield* scripted({})
      yield* Queue.offer(channel.signals, opened)
      const { modes } = yield* watching(channel)
      assert.deepStrictEqual(channel.said, ['subscribe_file_change {"path":"/w"}'])
      // The server that the tool list of the session names.
      assert.deepStrictEqual([...channel.targets], ["wuying_test"])
      assert.deepStrictEqual(modes, [{ _tag: "Push" }])
    })
  )

  it.scoped("takes what is pushed for this place, in whatever spelling, and nothing else", () =>
    Effect.gen(function* () {
      const channel = yield* scripted({})
      yield* Queue.offer(channel.signals, opened)
      const { changes } = yield* watching(channel)
      const a = change("modify", "/w/a")
      yield* Queue.offerAll(channel.signals, [
        push({ eventType: "file_change", path: "/w2", events: [change("modify", "/w2/x")] }),
        push({ eventType: "other", path: "/w", events: [change("modify", "/w/y")] }),
        push({ eventType: "file_change", events: [change("modify", "/w/z")] }),
        push({ eventType: "file_change", path: "/w", events: "none" }),
        push({ eventType: "file_change", path: "//w/./", events: ["text", { eventType: "explode" }, a] })
      ])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(changes, [a])
    })
  )

  it.scoped("subscribes again on each connection, and looks", () =>
    Effect.gen(function* () {
      const channel = yield* scripted({})
      yield* Queue.offer(channel.signals, opened)
      const { calls, modes } = yield* watching(channel)
      const before = calls.length
      yield* Queue.offerAll(channel.signals, [
        { _tag: "Lost", error: remote },
        { _tag: "Opened", connection: 2 }
      ])
      yield* TestClock.adjust(0)
      assert.lengthOf(channel.said, 2)
      assert.isAbove(calls.length, before)
      assert.deepStrictEqual(
        modes.map(({ _tag }) => _tag),
        ["Push", "Poll", "Push"]
      )
    })
  )

  it.scoped("a server that says it does not push is polled from then on, and that is said", () =>
    Effect.gen(function* () {
      const channel = yield* scripted({ answer: Effect.fail(remote) })
      yield* Queue.offer(channel.signals, opened)
      const { calls, modes } = yield* watching(channel, { interval: "1 second" })
      assert.deepStrictEqual(modes, [{ _tag: "Poll", reason: "NotOffered", detail: remote.message }])
      const before = calls.length
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(calls.length, before + 10)
    })
  )

  it.scoped("with `push` that is a failure, and so is a session without a live channel", () =>
    Effect.gen(function* () {
      const refusing = yield* scripted({ answer: Effect.fail(remote) })
      yield* Queue.offer(refusing.signals, opened)
      const refused = yield* watching(refusing, { mode: "push" })
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Effect.flip(Deferred.await(refused.ended)))._tag, "ChannelError")

      const missing = new ChannelUnavailable({ reason: "NoUrl", operation: "test", sessionId: "s-1" })
      const none = yield* scripted({ available: Effect.fail(missing) })
      const unavailable = yield* watching(none, { mode: "push" })
      assert.strictEqual((yield* Effect.flip(Deferred.await(unavailable.ended)))._tag, "ChannelUnavailable")
      assert.lengthOf(unavailable.calls, 0)
      const polling = yield* watching(none)
      assert.deepInclude(polling.modes[0], { _tag: "Poll", reason: "NoChannel" })
    })
  )
})
