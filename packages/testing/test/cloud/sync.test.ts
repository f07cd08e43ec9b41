import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Option, TestClock } from "effect"
import { bytes, contextInfo, createSession, data, execute, viaApi } from "../support/service.js"

const run = Effect.provide(TestAgentBay.layerHttpClient)

const context = (Name: string) =>
  Effect.map(data("GetContext", { Name, AllowCreate: "true" }), ({ Id }) => Id as string)

const mounting = (items: ReadonlyArray<{ ContextId: string; Path: string; policy?: unknown }>) =>
  createSession({
    PersistenceDataList: JSON.stringify(
      items.map(({ policy, ...item }) =>
        policy === undefined ? item : { ...item, Policy: JSON.stringify(policy) }
      )
    )
  })

const exec = (session: { SessionId: string }, command: string) =>
  Effect.map(
    viaApi(session as never, "shell", { command, timeout_ms: 5000 }),
    ({ text }) => JSON.parse(text).stdout
  )

describe("mounted contexts", () => {
  it.effect("bring files from one session to the next", () =>
    Effect.gen(function* () {
      const ContextId = yield* context("proj")
      const first = yield* mounting([{ ContextId, Path: "/home/wuying/data" }])
      assert.deepInclude((yield* contextInfo({ SessionId: first.SessionId }))[0], {
        contextId: ContextId,
        path: "/home/wuying/data",
        taskType: "download",
        status: "Success",
        errorMessage: ""
      })
      yield* exec(
        first,
        "mkdir -p data/sub && printf one > data/a && printf two > data/sub/b && printf no > other"
      )
      yield* data("DeleteSessionAsync", { SessionId: first.SessionId })
      const cloud = yield* TestCloud
      assert.deepStrictEqual((yield* cloud.contexts)[0]?.files, [
        "/home/wuying/data/a",
        "/home/wuying/data/sub/b"
      ])
      const second = yield* mounting([{ ContextId, Path: "/home/wuying/data/" }])
      assert.strictEqual(yield* exec(second, "cat data/a data/sub/b"), "onetwo")
      // A file deleted in a session is deleted in the context.
      yield* exec(second, "rm data/a")
      yield* data("ReleaseMcpSession", { SessionId: second.SessionId })
      assert.deepStrictEqual((yield* cloud.contexts)[0]?.files, ["/home/wuying/data/sub/b"])
    }).pipe(run)
  )

  it.effect("leave out of an archive what their policy names", () =>
    Effect.gen(function* () {
      const ContextId = yield* context("archive")
      const excluded = { uploadMode: "Archive", archiveExcludePaths: ["build/", "logs"] }
      for (const [uploadPolicy, kept] of [
        [excluded, ["/tmp/m/builder", "/tmp/m/src/build/c"]],
        [
          { ...excluded, uploadMode: "File" },
          ["/tmp/m/build/a", "/tmp/m/builder", "/tmp/m/logs", "/tmp/m/src/build/c"]
        ]
      ] as const) {
        const session = yield* mounting([{ ContextId, Path: "/tmp/m", policy: { uploadPolicy } }])
        yield* exec(
          session,
          "mkdir -p /tmp/m/build /tmp/m/src/build && cd /tmp/m && touch build/a builder logs src/build/c"
        )
        yield* data("DeleteSessionAsync", { SessionId: session.SessionId })
        const [stored] = yield* (yield* TestCloud).contexts
        assert.deepStrictEqual(stored?.files, kept)
      }
    }).pipe(run)
  )

  it.effect("obey their policies", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const noDownload = yield* context("no-download")
      const noUpload = yield* context("no-upload")
      const keeps = yield* context("keeps")
      for (const id of [noDownload, noUpload, keeps])
        yield* cloud.putContextFile(id, `/${id}/old`, bytes("old"))
      const session = yield* mounting([
        {
          ContextId: noDownload,
          Path: `/${noDownload}`,
          policy: { downloadPolicy: { autoDownload: false } }
        },
        {
          ContextId: noUpload,
          Path: `/${noUpload}`,
          policy: { uploadPolicy: { autoUpload: false }, bwList: null }
        },
        {
          ContextId: keeps,
          Path: `/${keeps}`,
          policy: { deletePolicy: { syncLocalFile: false }, downloadPolicy: null }
        }
      ])
      const rows = yield* contextInfo({ SessionId: session.SessionId })
      assert.deepStrictEqual(
        rows.map((row: { status: string }) => row.status),
        ["Success", "Success", "Success"]
      )
      yield* exec(session, `mkdir -p /${noDownload}; ls /${noDownload} > /tmp/seen; rm /${keeps}/old`)
      assert.strictEqual(yield* exec(session, "cat /tmp/seen"), "")
      yield* exec(session, `for d in ${noDownload} ${noUpload} ${keeps}; do printf n > /$d/new; done`)
      yield* data("DeleteSessionAsync", { SessionId: session.SessionId })
      const files = Object.fromEntries((yield* cloud.contexts).map((view) => [view.name, view.files]))
      // What a session never had, it has not deleted.
      assert.deepStrictEqual(files["no-download"], [`/${noDownload}/new`, `/${noDownload}/old`])
      assert.deepStrictEqual(files["no-upload"], [`/${noUpload}/old`])
      assert.deepStrictEqual(files.keeps, [`/${keeps}/new`, `/${keeps}/old`])
    }).pipe(run)
  )

  it.effect("take only what their white lists name", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const ContextId = yield* context("browser")
      for (const path of ["Local State", "Default/Cookies", "Default/Cache/x", "Other"]) {
        yield* cloud.putContextFile(ContextId, `/p/${path}`, bytes(path))
      }
      const session = yield* mounting([
        {
          ContextId,
          Path: "/p",
          policy: {
            bwList: {
              whiteLists: [
                { path: "/Local State", excludePaths: [] },
                { path: "/Default", excludePaths: ["/Cache"] },
                { path: "^Log.*[.]txt$", isPathRegex: true }
              ]
            }
          }
        }
      ])
      assert.strictEqual(
        yield* exec(session, "cd /p && find . -type f | sort"),
        "./Default/Cookies\n./Local State\n"
      )
      yield* exec(
        session,
        "cd /p && mkdir -p Default/Cache && touch Default/Cache/y Default/z Log1.txt Log2.bin Stray"
      )
      yield* data("DeleteSessionAsync", { SessionId: session.SessionId })
      assert.deepStrictEqual((yield* cloud.contexts)[0]?.files, [
        "/p/Default/Cache/x",
        "/p/Default/Cookies",
        "/p/Default/z",
        "/p/Local State",
        "/p/Log1.txt",
        "/p/Other"
      ])
    }).pipe(run)
  )

  it.effect("of another path are mapped", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const ContextId = yield* context("mapped")
      yield* cloud.putContextFile(ContextId, "/from/a", bytes("a"))
      const session = yield* mounting([
        { ContextId, Path: "/to", policy: { mappingPolicy: { path: "/from" } } }
      ])
      assert.strictEqual(yield* exec(session, "cat /to/a && printf b > /to/b"), "a")
      yield* data("DeleteSessionAsync", { SessionId: session.SessionId })
      assert.deepStrictEqual((yield* cloud.contexts)[0]?.files, ["/from/a", "/from/b"])
    }).pipe(run)
  )

  it.effect("that do not exist are reported, and the session lives", () =>
    Effect.gen(function* () {
      const session = yield* mounting([{ ContextId: "SdkCtx-none", Path: "/tmp/x" }])
      const [row] = yield* contextInfo({ SessionId: session.SessionId })
      assert.deepInclude(row, {
        contextId: "SdkCtx-none",
        path: "/tmp/x",
        status: "Failed",
        taskType: "download"
      })
      assert.include(row.errorMessage, "SdkCtx-none")
      assert.strictEqual(yield* exec(session, "echo alive"), "alive\n")
    }).pipe(run)
  )
})

describe("SyncContext", () => {
  it.effect("copies all contexts, one of them, or one direction, before it answers", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const a = yield* context("a")
      const b = yield* context("b")
      const session = yield* mounting([
        { ContextId: a, Path: "/a" },
        { ContextId: b, Path: "/b" }
      ])
      const { SessionId } = session
      yield* exec(session, "echo 1 > /a/f; echo 1 > /b/f")
      yield* data("SyncContext", { SessionId, ContextId: a, Path: "/a", Mode: "upload" })
      assert.deepStrictEqual(
        (yield* cloud.contexts).map(({ files }) => files),
        [["/a/f"], []]
      )
      yield* data("SyncContext", { SessionId })
      assert.deepStrictEqual((yield* cloud.contexts)[1]?.files, ["/b/f"])
      yield* cloud.putContextFile(b, "/b/g", bytes("from outside"))
      yield* data("SyncContext", { SessionId, ContextId: b, Path: "/b", Mode: "download" })
      assert.strictEqual(yield* exec(session, "cat /b/g"), "from outside")
      const types = (parameters: Record<string, string>) =>
        Effect.map(contextInfo({ SessionId, ...parameters }), (rows) =>
          rows
            .map((row: { contextId: string; taskType: string }) => `${row.taskType} ${row.contextId}`)
            .sort()
        )
      assert.deepStrictEqual(
        yield* types({}),
        [`download ${a}`, `download ${b}`, `upload ${a}`, `upload ${b}`].sort()
      )
      assert.deepStrictEqual(yield* types({ ContextId: a, TaskType: "upload" }), [`upload ${a}`])
      assert.deepStrictEqual(yield* types({ Path: "/b" }), [`download ${b}`, `upload ${b}`].sort())
      assert.deepStrictEqual(yield* types({ Path: "/nowhere" }), [])
    }).pipe(run)
  )

  it.effect("lists transfers as running until they end by the clock", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_000)
      const ContextId = yield* context("slow")
      const { SessionId } = yield* mounting([{ ContextId, Path: "/s" }])
      const row = Effect.map(contextInfo({ SessionId }), ([first]) => [
        first.status,
        first.startTime,
        first.finishTime
      ])
      assert.deepStrictEqual(yield* row, ["Running", 1_700_000_000, null])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* row, ["Success", 1_700_000_000, 1_700_000_002])
    }).pipe(Effect.provide(TestAgentBay.layerHttpClientWith({ syncDelay: "2 seconds" })))
  )

  it.effect("reports what it cannot copy", () =>
    Effect.gen(function* () {
      const ContextId = yield* context("c")
      const { SessionId } = yield* createSession()
      const failed = (parameters: Record<string, string>) =>
        Effect.gen(function* () {
          yield* data("SyncContext", { SessionId, ...parameters })
          const rows = yield* contextInfo({ SessionId, ContextId: parameters.ContextId })
          return rows.at(-1)
        })
      const unmounted = yield* failed({ ContextId })
      assert.deepInclude(unmounted, { status: "Failed", path: "" })
      const noObject = yield* failed({ ContextId, Path: "/tmp/f", Mode: "download" })
      assert.deepInclude(noObject, {
        status: "Failed",
        path: "/tmp/f",
        errorMessage: "file not exist: /tmp/f"
      })
      const noFile = yield* failed({ ContextId, Path: "/tmp/f", Mode: "upload" })
      assert.strictEqual(noFile.status, "Failed")
      assert.isNotEmpty(noFile.errorMessage)
      const noContext = yield* failed({ ContextId: "SdkCtx-none", Path: "/tmp/f" })
      assert.include(noContext.errorMessage, "SdkCtx-none")
    }).pipe(run)
  )
})

describe("file transfer", () => {
  it.effect("moves one file in either direction through the session's own context", () =>
    Effect.gen(function* () {
      const session = yield* createSession()
      const { SessionId } = session
      // As the TypeScript SDK asks: GET, everything in the query.
      const response = yield* execute(
        HttpClientRequest.get(
          `https://agentbay.test/?Action=GetAndLoadInternalContext&Format=json&Authorization=Bearer%20k&ContextTypes.1=file_transfer&SessionId=${SessionId}`
        )
      )
      const answer = (yield* Effect.orDie(response.json)) as { Data: ReadonlyArray<Record<string, string>> }
      const { ContextId = "", ContextPath = "" } = answer.Data[0] ?? {}
      assert.strictEqual(ContextPath, "/tmp/file_transfer")
      assert.strictEqual(answer.Data[0]?.ContextType, "file_transfer")
      // As the others ask: POST, a form. The context stays the same.
      const again = yield* data("GetAndLoadInternalContext", {
        SessionId,
        ContextTypes: ["other", "file_transfer"]
      })
      assert.strictEqual(again[0].ContextId, ContextId)
      assert.isEmpty(yield* data("GetAndLoadInternalContext", { SessionId, ContextTypes: ["other"] }))

      const Path = `${ContextPath}/in.bin`
      const upload = yield* data("GetContextFileUploadUrl", { ContextId, FilePath: Path })
      yield* execute(
        HttpClientRequest.put(upload.Url).pipe(HttpClientRequest.bodyUint8Array(bytes("content")))
      )
      yield* data("SyncContext", { SessionId, ContextId, Path, Mode: "download" })
      assert.deepInclude((yield* contextInfo({ SessionId, ContextId, Path, TaskType: "download" }))[0], {
        contextId: ContextId,
        path: Path,
        taskType: "download",
        status: "Success",
        errorMessage: ""
      })
      yield* data("DeleteContextFile", { ContextId, FilePath: Path })
      assert.strictEqual(yield* exec(session, `cat ${Path}; printf out > ${ContextPath}/out.bin`), "content")

      const out = `${ContextPath}/out.bin`
      yield* data("SyncContext", { SessionId, ContextId, Path: out, Mode: "upload" })
      const cloud = yield* TestCloud
      assert.deepStrictEqual(Option.getOrNull(yield* cloud.contextFile(ContextId, out)), bytes("out"))
      // It goes with its session.
      yield* data("DeleteSessionAsync", { SessionId })
      assert.isTrue(Option.isNone(yield* cloud.contextFile(ContextId, out)))
    }).pipe(run)
  )
})
