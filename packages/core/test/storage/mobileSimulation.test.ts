import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as MobileSimulation from "../../src/storage/MobileSimulation.js"
import type { ContextSync } from "../../src/storage/SyncPolicy.js"
import { makeAccount } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { byName, ok, type Reply, raw, type Sent, softlyRefused } from "../support/ScriptedService.js"

const description = '{"version":"1","properties":{"ro.product.model":"X"},"packages":[]}'

const uploadUrl = "https://store.test/put?sig=secret-signature"

const file = (path: string) => ({ FileName: path.slice(path.lastIndexOf("/") + 1), FilePath: path })

const simulating = (replies: Readonly<Record<string, Reply | ((sent: Sent) => Reply)>>) =>
  Effect.map(
    makeAccount(
      byName({
        GetContext: ok({ Id: "SdkCtx-sim", Name: "n" }),
        GetContextFileUploadUrl: ok({ Url: uploadUrl, ExpireTime: 1 }),
        DeleteContext: ok(),
        "/put": raw(""),
        ...replies
      })
    ),
    ({ bay, service }) => ({ service, simulation: bay.mobileSimulation })
  )

/** A store that has these files, listed folder by folder. */
const store =
  (...paths: ReadonlyArray<string>) =>
  (sent: Sent): Reply =>
    ok(paths.filter((path) => path.startsWith(sent.form["ParentFolderPath"] ?? "")).map(file))

describe("finding a description", () => {
  for (const [whose, path] of [
    ["with one slash", "/sdcard/data/agentbay_mobile_info/dev_info.json"],
    ["with two slashes, as two of the official SDKs do", "/sdcard/data/agentbay_mobile_info//dev_info.json"]
  ] as const) {
    it.effect(`written ${whose}`, () =>
      Effect.gen(function* () {
        const { simulation } = yield* simulating({ DescribeContextFiles: store(path) })
        for (const mount of ["/sdcard/data", "/sdcard/data/"]) {
          const found = yield* simulation.findMobileInfo({ contextId: "SdkCtx-9", path: mount })
          assert.deepStrictEqual(Option.getOrNull(found), {
            contextId: "SdkCtx-9",
            directory: "/sdcard/data/agentbay_mobile_info",
            hasOwnContext: false
          })
          assert.isTrue(yield* simulation.hasMobileInfo({ contextId: "SdkCtx-9", path: mount }))
        }
      })
    )
  }

  it.effect("in a context of its own", () =>
    Effect.gen(function* () {
      const { simulation } = yield* simulating({
        DescribeContextFiles: store("/data/agentbay_mobile_info/dev_info.json")
      })
      hasFields(Option.getOrNull(yield* simulation.findMobileInfo({ contextId: "c" })), {
        directory: "/data/agentbay_mobile_info",
        hasOwnContext: true
      })
    })
  )

  it.effect("beyond the first page", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 50 }, (_, index) => file(`/d/agentbay_mobile_info/${index}.txt`))
      const { service, simulation } = yield* simulating({
        DescribeContextFiles: ({ form }) =>
          ok(form["PageNumber"] === "1" ? many : [file("/d/agentbay_mobile_info/dev_info.json")])
      })
      assert.isTrue(yield* simulation.hasMobileInfo({ contextId: "c", path: "/d" }))
      assert.strictEqual(service.of("DescribeContextFiles").length, 2)
    })
  )

  it.effect("none is none, wherever other files lie", () =>
    Effect.gen(function* () {
      const { service, simulation } = yield* simulating({
        DescribeContextFiles: store(
          "/d/agentbay_mobile_info/a.txt",
          "/d/agentbay_mobile_info/inner/dev_info.json"
        )
      })
      assert.isFalse(yield* simulation.hasMobileInfo({ contextId: "c", path: "/d" }))
      assert.deepStrictEqual(
        service.of("DescribeContextFiles").map(({ form }) => form["ParentFolderPath"]),
        ["/d/agentbay_mobile_info/", "/d/agentbay_mobile_info//"]
      )
    })
  )

  it.effect("that cannot be asked for is a failure, not an absence", () =>
    Effect.gen(function* () {
      const { simulation } = yield* simulating({
        DescribeContextFiles: softlyRefused("C.Soft", "soft failure text")
      })
      const error = yield* Effect.flip(simulation.hasMobileInfo({ contextId: "c", path: "/d" }))
      hasFields(error, { _tag: "SessionError", code: "C.Soft" })
    })
  )
})

describe("storing a description", () => {
  it.effect("without a place makes a context for it", () =>
    Effect.gen(function* () {
      const { service, simulation } = yield* simulating({})
      const info = yield* simulation.uploadMobileInfo(description)
      assert.deepStrictEqual(info, {
        contextId: "SdkCtx-sim",
        directory: "/data/agentbay_mobile_info",
        hasOwnContext: true
      })
      assert.deepStrictEqual(service.names(), ["GetContext", "GetContextFileUploadUrl", "/put"])
      const [context, url, put] = service.sent
      assert.strictEqual(context?.form["AllowCreate"], "true")
      assert.match(context?.form["Name"] ?? "", /^mobile_sim_[0-9a-f]{32}_\d+$/)
      assert.strictEqual(url?.form["FilePath"], "/data/agentbay_mobile_info/dev_info.json")
      hasFields(put, { method: "PUT", body: description })
    })
  )

  it.effect("into the context and below the mount that are given", () =>
    Effect.gen(function* () {
      const { service, simulation } = yield* simulating({})
      const own = yield* simulation.uploadMobileInfo(description, { contextId: "c-own" })
      hasFields(own, { contextId: "c-own", hasOwnContext: true })
      const mount: ContextSync = { contextId: "c-ext", path: "/sdcard/data/", policy: {} }
      const below = yield* simulation.uploadMobileInfo(description, mount)
      hasFields(below, { directory: "/sdcard/data/agentbay_mobile_info", hasOwnContext: false })
      assert.isEmpty(service.of("GetContext"))
      assert.deepStrictEqual(
        service.of("GetContextFileUploadUrl").map(({ form }) => [form["ContextId"], form["FilePath"]]),
        [
          ["c-own", "/data/agentbay_mobile_info/dev_info.json"],
          ["c-ext", "/sdcard/data/agentbay_mobile_info/dev_info.json"]
        ]
      )
    })
  )

  it.effect("refuses what is no JSON object, and places that no command may contain", () =>
    Effect.gen(function* () {
      const { service, simulation } = yield* simulating({})
      for (const text of ["", "not json", "[]", "null", "5", undefined as never]) {
        hasFields(yield* Effect.flip(simulation.uploadMobileInfo(text)), {
          _tag: "InvalidArgument",
          field: "description"
        })
      }
      for (const [place, field] of [
        [{ contextId: " " }, "contextId"],
        [{ contextId: "c", path: "/a b" }, "path"],
        [{ contextId: "c", path: "relative" }, "path"],
        [{ contextId: "c", path: "/a;b" }, "path"]
      ] as const) {
        hasFields(yield* Effect.flip(simulation.uploadMobileInfo(description, place)), { field })
        hasFields(yield* Effect.flip(simulation.hasMobileInfo(place)), { field })
      }
      assert.deepStrictEqual(service.names(), [])
    })
  )

  it.effect("that fails leaves no context behind that nobody knows", () =>
    Effect.gen(function* () {
      const denied = raw("<Error><Code>AccessDenied</Code><Message>no</Message></Error>", 403)
      const { service, simulation } = yield* simulating({ "/put": denied })
      const error = yield* Effect.flip(simulation.uploadMobileInfo(description))
      hasFields(error, { _tag: "SessionError", status: 403 })
      assert.notInclude(error.message, "secret-signature")
      assert.strictEqual(service.sent.at(-1)?.name, "DeleteContext")
      assert.strictEqual(service.sent.at(-1)?.form["Id"], "SdkCtx-sim")
      yield* Effect.flip(simulation.uploadMobileInfo(description, { contextId: "c-own" }))
      assert.strictEqual(service.of("DeleteContext").length, 1)
    })
  )
})

describe("using a description", () => {
  it("a context of its own is mounted by the configuration, another one by the caller", () => {
    const own = { contextId: "c", directory: "/data/agentbay_mobile_info", hasOwnContext: true }
    assert.deepStrictEqual(MobileSimulation.toConfig(own, { mode: "SensorsOnly" }), {
      simulate: true,
      simulatePath: "/data/agentbay_mobile_info",
      simulateMode: "SensorsOnly",
      simulatedContextId: "c"
    })
    assert.deepStrictEqual(MobileSimulation.toConfig({ ...own, hasOwnContext: false }), {
      simulate: true,
      simulatePath: "/data/agentbay_mobile_info",
      simulateMode: "PropertiesOnly"
    })
  })

  it("a mount that names its parts gets the description as one more, once, and stays as it was", () => {
    const mount: ContextSync = {
      contextId: "c",
      path: "/sdcard/data",
      policy: { uploadPolicy: { autoUpload: false }, bwList: { whiteLists: [{ path: "/mine" }] } }
    }
    const before = structuredClone(mount)
    const extended = MobileSimulation.withMobileInfo(mount)
    assert.deepStrictEqual(mount, before)
    assert.deepStrictEqual(extended, {
      ...mount,
      policy: {
        uploadPolicy: { autoUpload: false },
        bwList: { whiteLists: [{ path: "/mine" }, { path: "/agentbay_mobile_info", excludePaths: [] }] }
      }
    })
    assert.strictEqual(MobileSimulation.withMobileInfo(extended), extended)
  })

  it("a mount of everything stays as it is", () => {
    for (const policy of [
      undefined,
      {},
      { bwList: { whiteLists: [{ path: "" }] } },
      { bwList: { whiteLists: [{ path: "agentbay_mobile_info/" }] } }
    ]) {
      const mount: ContextSync = { contextId: "c", path: "/d", policy }
      assert.strictEqual(MobileSimulation.withMobileInfo(mount), mount)
    }
  })
})
