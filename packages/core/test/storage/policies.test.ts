import { describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as BrowserContext from "../../src/storage/BrowserContext.js"
import * as SyncPolicy from "../../src/storage/SyncPolicy.js"
import { assert, hasFields } from "../support/assertions.js"

const isValid = (policy: unknown): boolean =>
  Either.isRight(Schema.validateEither(SyncPolicy.SyncPolicy, { onExcessProperty: "error" })(policy))

describe("a sync policy", () => {
  it("has the defaults of the service", () => {
    assert.deepStrictEqual(SyncPolicy.complete(), {
      uploadPolicy: { autoUpload: true, uploadStrategy: "UploadBeforeResourceRelease", uploadMode: "File" },
      downloadPolicy: { autoDownload: true, downloadStrategy: "DownloadAsync" },
      deletePolicy: { syncLocalFile: true },
      extractPolicy: { extract: true, deleteSrcFile: true, extractToCurrentFolder: false },
      recyclePolicy: { lifecycle: "Lifecycle_Forever", paths: [""] },
      bwList: { whiteLists: [{ path: "", excludePaths: [] }] }
    })
    assert.isTrue(isValid(SyncPolicy.defaults))
  })

  it("completed keeps what it was given, the mapping too", () => {
    const given = {
      uploadPolicy: { autoUpload: false },
      mappingPolicy: { path: "c:\\x" },
      deletePolicy: null,
      bwList: undefined
    }
    const complete = SyncPolicy.complete(given)
    assert.deepStrictEqual(complete, {
      ...SyncPolicy.defaults,
      uploadPolicy: { autoUpload: false },
      mappingPolicy: { path: "c:\\x" },
      deletePolicy: null
    })
    assert.deepStrictEqual(given.uploadPolicy, { autoUpload: false })
  })

  const good: ReadonlyArray<unknown> = [
    {},
    { uploadPolicy: { uploadMode: "Archive", archiveExcludePaths: ["node_modules"] } },
    { downloadPolicy: null },
    { recyclePolicy: { lifecycle: "Lifecycle_1Day" } },
    { bwList: { whiteLists: [] } },
    { bwList: { whiteLists: [{ path: "/a", excludePaths: ["b"] }] } },
    {
      bwList: {
        whiteLists: [{ path: ".*\\.txt", isPathRegex: true, excludePaths: ["[ab]"], isExcludeRegex: true }]
      }
    }
  ]
  for (const policy of good) it(`${JSON.stringify(policy)} is accepted`, () => assert.isTrue(isValid(policy)))

  const bad: ReadonlyArray<unknown> = [
    { uploadPolicies: {} },
    { uploadPolicy: { autoUploads: true } },
    { uploadPolicy: { uploadMode: "Zip" } },
    { uploadPolicy: { uploadStrategy: "Now" } },
    { downloadPolicy: { downloadStrategy: "Sync" } },
    { recyclePolicy: {} },
    { recyclePolicy: { lifecycle: "Lifecycle_2Days" } },
    { recyclePolicy: { lifecycle: "Lifecycle_1Day", paths: ["*"] } },
    ...["*", "a?", "[a", "b]"].flatMap((path) => [
      { bwList: { whiteLists: [{ path }] } },
      { bwList: { whiteLists: [{ path: "", excludePaths: ["fine", path] }] } },
      { bwList: { whiteLists: [{ path, isExcludeRegex: true }] } },
      { bwList: { whiteLists: [{ path: "", excludePaths: [path], isPathRegex: true }] } }
    ]),
    { mappingPolicy: "/x" }
  ]
  for (const policy of bad) it(`${JSON.stringify(policy)} is refused`, () => assert.isFalse(isValid(policy)))
})

describe("a browser context", () => {
  const policyOf = (context: BrowserContext.BrowserContext) =>
    BrowserContext.toContextSyncs(context).at(-1)?.policy as Record<string, never> & {
      readonly bwList: { readonly whiteLists: ReadonlyArray<{ readonly path: string }> } | null
    }

  it("mounts the profile with the cookies and more", () => {
    const minimal = policyOf({ contextId: "c", syncMode: "minimal" }).bwList?.whiteLists.map(
      ({ path }) => path
    )
    assert.deepStrictEqual(minimal, ["/Local State", "/Default/Cookies", "/Default/Cookies-journal"])
    const standard = policyOf({ contextId: "c" }).bwList?.whiteLists.map(({ path }) => path) ?? []
    for (const path of [
      ...(minimal ?? []),
      "/Default/Local Storage",
      "/Default/IndexedDB",
      "/Default/Login Data",
      "/Default/Preferences"
    ]) {
      assert.include(standard, path)
    }
    assert.isNull(policyOf({ contextId: "c", syncMode: "everything" }).bwList)
  })

  it("stores the profile unless told otherwise", () => {
    hasFields(policyOf({ contextId: "c" }), { uploadPolicy: { autoUpload: true } })
    hasFields(policyOf({ contextId: "c", autoUpload: false }), { uploadPolicy: { autoUpload: false } })
  })

  it("mounts extensions and fingerprint first, and never writes them back", () => {
    const syncs = BrowserContext.toContextSyncs({
      contextId: "c",
      extensions: { contextId: "e", extensionIds: ["x.zip", "y.zip"] },
      fingerprintContextId: "f"
    })
    assert.deepStrictEqual(
      syncs.map(({ contextId, path }) => [contextId, path]),
      [
        ["e", "/tmp/extensions/"],
        ["f", "/tmp/browser_fingerprint"],
        ["c", "/tmp/agentbay_browser"]
      ]
    )
    for (const { policy } of syncs.slice(0, 2)) {
      assert.strictEqual(policy?.uploadPolicy?.autoUpload, false)
      assert.strictEqual(policy?.deletePolicy?.syncLocalFile, false)
    }
    assert.deepStrictEqual(
      syncs[0]?.policy?.bwList?.whiteLists.map(({ path }) => path),
      ["x.zip", "y.zip"]
    )
    assert.deepStrictEqual(syncs[1]?.policy?.bwList?.whiteLists, [])
    for (const sync of syncs) assert.isTrue(Schema.is(SyncPolicy.ContextSync)(sync))
  })
})
