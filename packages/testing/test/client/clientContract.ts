/**
 * What a program may rely on, whatever is behind it: the real client against a cloud, over each of the three routes.
 * The same tests run in memory and over HTTP, with the in-memory machine and with real processes.
 */

import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as SessionHandle from "@effect-agentbay/core/SessionHandle"
import { Chunk, Effect, Exit, Fiber, Option, Redacted, Schema, Stream } from "effect"
import { TestCloud } from "../../src/TestCloud.js"
import { makeHarness, routes, type Subject } from "./harness.js"

const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 256)

const text = "first line\nzweite Zeile: äöü\n第三行 🌍🚀\r\n\ttabs \"quotes\" 'single' $HOME `id` \\n\n"

export const clientContract = <E>(name: string, subject: Subject<E>) => {
  const { largeFileBytes } = subject
  const { withLayer, withSession } = makeHarness(subject)

  for (const route of routes) {
    describe(`${name}, ${route} route`, () => {
      it.live("commands: output, exit code, directory, environment", () =>
        withSession(route, ({ command }) =>
          Effect.gen(function* () {
            const ran = yield* command.run("pwd; echo $GREETING; echo oops >&2; exit 3", {
              cwd: "/tmp",
              env: { GREETING: "hallo 🌍" }
            })
            assert.deepInclude(ran, { stdout: "/tmp\nhallo 🌍\n", stderr: "oops\n", exitCode: 3 })
            const late = yield* Effect.flip(command.run("sleep 20", { timeout: "200 millis" }))
            assert.deepInclude(late, { _tag: "CommandTimeout", timeoutMs: 200 })
          })
        )
      )

      it.live("files: text and bytes come back as they were", () =>
        withSession(route, ({ fileSystem }) =>
          Effect.gen(function* () {
            yield* fileSystem.writeFileString("/tmp/deep/er/a.txt", text)
            assert.strictEqual(yield* fileSystem.readFileString("/tmp/deep/er/a.txt"), text)
            for (const length of [0, 1, 61_440, 61_441, largeFileBytes]) {
              const bytes = pattern(length)
              yield* fileSystem.writeFile("/tmp/a.bin", bytes)
              const back = yield* fileSystem.readFile("/tmp/a.bin")
              assert.strictEqual(Buffer.compare(back, bytes), 0, `${length} bytes`)
            }
            const entries = yield* fileSystem.list("/tmp")
            assert.deepInclude(entries, { name: "deep", isDirectory: true })
            assert.isFalse(entries.some((entry) => entry.name.endsWith(".part")))
          })
        )
      )

      it.live("files: what is refused has a reason", () =>
        withSession(route, ({ fileSystem }) =>
          Effect.gen(function* () {
            const missing = yield* Effect.flip(fileSystem.readFile("/tmp/none"))
            assert.deepInclude(missing, { _tag: "FileError", reason: "NotFound", path: "/tmp/none" })
            const directory = yield* Effect.flip(fileSystem.readFile("/tmp"))
            assert.deepInclude(directory, { _tag: "FileError", reason: "IsDirectory" })
            yield* fileSystem.writeFileString("/tmp/once", "1", { mode: "create_new" })
            const again = yield* Effect.flip(
              fileSystem.writeFileString("/tmp/once", "2", { mode: "create_new" })
            )
            assert.deepInclude(again, { _tag: "FileError", reason: "AlreadyExists" })
            assert.strictEqual(yield* fileSystem.readFileString("/tmp/once"), "1")
          })
        )
      )

      it.live("files: edited, moved, searched, watched", () =>
        withSession(route, ({ fileSystem }) =>
          Effect.gen(function* () {
            yield* fileSystem.writeFileString("/tmp/w/a.txt", "one two two")
            const edits = [{ oldText: "two", newText: "three" }]
            const preview = yield* fileSystem.edit("/tmp/w/a.txt", edits, { dryRun: true })
            assert.include(
              Option.getOrElse(preview, () => ""),
              "three"
            )
            assert.strictEqual(yield* fileSystem.readFileString("/tmp/w/a.txt"), "one two two")
            yield* fileSystem.edit("/tmp/w/a.txt", edits)
            assert.strictEqual(yield* fileSystem.readFileString("/tmp/w/a.txt"), "one three two")
            const noMatch = yield* Effect.flip(
              fileSystem.edit("/tmp/w/a.txt", [{ oldText: "four", newText: "" }])
            )
            assert.deepInclude(noMatch, { _tag: "FileError", reason: "NoMatch" })
            assert.deepStrictEqual(yield* fileSystem.getChanges("/tmp/w"), [])
            yield* fileSystem.move("/tmp/w/a.txt", "/tmp/w/b.md")
            assert.deepStrictEqual(yield* fileSystem.search("/tmp/w", "*.md"), ["/tmp/w/b.md"])
            assert.deepStrictEqual(yield* fileSystem.search("/tmp/w", "*.txt"), [])
            const kinds = (yield* fileSystem.getChanges("/tmp/w")).map((change) => change.eventType)
            assert.includeMembers([...kinds], ["create", "delete"])
            yield* fileSystem.remove("/tmp/w", { recursive: true })
            assert.isFalse(yield* fileSystem.exists("/tmp/w"))
          })
        )
      )

      it.live("code: state, results, exceptions", () =>
        withSession(route, ({ code, fileSystem }) =>
          Effect.gen(function* () {
            yield* fileSystem.writeFileString("/tmp/n.txt", "41")
            yield* code.run("python", "n = int(open('/tmp/n.txt').read())")
            const { stdout, text: value } = yield* code.run("python", "print('hi')\nn + 1")
            assert.strictEqual(stdout, "hi\n")
            assert.deepStrictEqual(Option.getOrNull(value), "42")
            const { error } = yield* code.run("python", "1 / 0")
            assert.strictEqual(Option.getOrThrow(error).name, "ZeroDivisionError")
            assert.include(Option.getOrThrow(error).traceback, "1 / 0")
            yield* code.run("javascript", "let m = 6")
            assert.deepStrictEqual(Option.getOrNull((yield* code.run("js", "m * 7")).text), "42")
          })
        )
      )

      it.live("the handle as JSON reaches the session again", () =>
        withSession(route, (session) =>
          Effect.gen(function* () {
            const bay = yield* AgentBay.AgentBay
            yield* session.fileSystem.writeFileString("/tmp/x", "still here")
            const json = yield* Schema.encode(SessionHandle.fromJson)(
              session.toHandle({ includeSecrets: true })
            )
            const again = bay.attach(yield* Schema.decode(SessionHandle.fromJson)(json))
            assert.strictEqual(yield* again.fileSystem.readFileString("/tmp/x"), "still here")
            const answer = yield* again.callMcpTool("shell", { command: "true", timeout_ms: 1000 })
            assert.strictEqual(answer.route, route)
            const found = yield* bay.get(session.sessionId)
            assert.strictEqual(yield* found.fileSystem.readFileString("/tmp/x"), "still here")
          })
        )
      )
    })
  }

  describe(`${name}, account`, () => {
    it.live("a session is found by its labels while it lives, and gone afterwards", () =>
      withLayer(
        true,
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const id = yield* Effect.scoped(
            Effect.gen(function* () {
              const session = yield* bay.session({ labels: { team: "a" } })
              yield* session.setLabels({ team: "b", run: "1" })
              assert.deepStrictEqual(yield* session.getLabels, { team: "b", run: "1" })
              const { sessions } = yield* bay.list({ labels: { team: "b" }, status: "RUNNING" })
              assert.deepStrictEqual(
                sessions.map(({ sessionId }) => sessionId),
                [session.sessionId]
              )
              assert.deepStrictEqual((yield* bay.list({ labels: { team: "a" } })).sessions, [])
              return session.sessionId
            })
          )
          assert.deepStrictEqual((yield* bay.list()).sessions, [])
          const error = yield* Effect.flip(bay.get(id))
          assert.deepInclude(error, {
            _tag: "SessionError",
            reason: "NotFound",
            code: "InvalidMcpSession.NotFound"
          })
          yield* bay.delete(id)
        })
      )
    )

    it.live("many sessions, page by page", () =>
      withLayer(
        true,
        Effect.scoped(
          Effect.gen(function* () {
            const bay = yield* AgentBay.AgentBay
            const made = yield* Effect.all(
              Array.from({ length: 7 }, () => bay.session({ labels: { many: "yes" } })),
              { concurrency: 4 }
            )
            const all = yield* Stream.runCollect(bay.listAll({ labels: { many: "yes" }, pageSize: 3 }))
            assert.deepStrictEqual(
              Chunk.toReadonlyArray(all)
                .map(({ sessionId }) => sessionId)
                .sort(),
              made.map(({ sessionId }) => sessionId).sort()
            )
            const third = yield* bay.list({ maxResults: 3, page: 3 })
            assert.strictEqual(third.sessions.length, 1)
            assert.isTrue(Option.isNone(third.nextToken))
          })
        )
      )
    )

    it.live("interrupting a program deletes its session", () =>
      withLayer(
        true,
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const cloud = yield* TestCloud
          const fiber = yield* Effect.fork(
            Effect.scoped(Effect.flatMap(bay.session(), ({ command }) => command.run("sleep 30")))
          )
          yield* Effect.repeat(Effect.yieldNow(), {
            until: () => Effect.map(cloud.sessions, (s) => s.length > 0)
          })
          const exit = yield* Fiber.interrupt(fiber)
          assert.isTrue(Exit.isInterrupted(exit))
          assert.deepStrictEqual(yield* cloud.sessions, [])
        })
      )
    )

    it.live("a context carries files from one session to the next, and to URLs", () =>
      withLayer(
        true,
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const context = yield* bay.contexts.create("contract")
          const contexts = [{ contextId: context.id, path: "/home/wuying/kept" }]
          yield* Effect.scoped(
            Effect.gen(function* () {
              const session = yield* bay.session({ contexts })
              yield* session.fileSystem.writeFileString("/home/wuying/kept/a.txt", text)
              const transfers = yield* session.context.sync({ mode: "upload" })
              assert.isTrue(transfers.every((transfer) => transfer.isSuccess))
            })
          )
          const { files } = yield* bay.contexts.files.list(context.id, "/home/wuying/kept")
          assert.deepStrictEqual(
            files.map((file) => file.path),
            ["/home/wuying/kept/a.txt"]
          )
          const { url } = yield* bay.contexts.files.downloadUrl(context.id, "/home/wuying/kept/a.txt")
          assert.match(Redacted.value(url), /^https?:\/\//)
          const back = yield* Effect.scoped(
            Effect.flatMap(bay.session({ contexts }), ({ fileSystem }) =>
              fileSystem.readFileString("/home/wuying/kept/a.txt")
            )
          )
          assert.strictEqual(back, text)
          yield* bay.contexts.clear(context.id, { interval: "10 millis" })
          assert.deepStrictEqual((yield* bay.contexts.files.list(context.id, "/")).files, [])
        })
      )
    )

    it.live("a session can be paused and resumed; a paused one is deleted with its scope", () =>
      withLayer(
        true,
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const cloud = yield* TestCloud
          yield* Effect.scoped(
            Effect.gen(function* () {
              const session = yield* bay.session()
              assert.strictEqual((yield* session.pause({ interval: "10 millis" })).status, "PAUSED")
              const error = yield* Effect.flip(session.command.run("true"))
              assert.deepInclude(error, { _tag: "SessionError", reason: "Conflict" })
              assert.strictEqual((yield* session.resume({ interval: "10 millis" })).status, "RUNNING")
              assert.strictEqual((yield* session.command.run("true")).exitCode, 0)
              yield* session.pause({ interval: "10 millis" })
            })
          )
          assert.deepStrictEqual(yield* cloud.sessions, [])
        })
      )
    )
  })
}
