import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as AgentBay from "../../src/AgentBay.js"
import { version } from "../../src/internal/version.js"
import { makeAccount, task, transfers, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import type { Settings } from "../support/transports.js"

/** The form of `CreateMcpSession` without the credential, JSON members decoded. */
const formOf = (params: AgentBay.CreateParams | undefined, settings: Settings = {}) =>
  Effect.gen(function* () {
    const { bay, service } = yield* makeAccount(working({ GetContextInfo: everything }), settings)
    yield* params === undefined ? bay.create() : bay.create({ waitForContexts: false, ...params })
    const { Authorization: _, ...form } = service.of("CreateMcpSession")[0]!.form
    return Object.fromEntries(
      Object.entries(form).map(([name, value]) => [
        name,
        /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value
      ])
    )
  })

const everything = transfers(task())

const sdkStats = {
  source: "sdk",
  sdk_language: "typescript",
  sdk_version: version,
  is_release: true,
  framework: ""
}

describe("the request that creates a session", () => {
  it.effect("without parameters says who asks, and nothing else", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* formOf(undefined), { SdkStats: sdkStats })
      assert.deepStrictEqual(yield* formOf({}), { SdkStats: sdkStats })
    })
  )

  it.effect("carries the parameters of both generations", () =>
    Effect.gen(function* () {
      const form = yield* formOf({
        imageId: "linux_latest",
        labels: { job: 'a "b"', é: "=&+" },
        policyId: "pol-1",
        isVpc: true,
        enableBrowserReplay: true,
        regionId: "cn-hangzhou",
        networkId: "net-1",
        framework: 'lang"chain'
      })
      assert.deepStrictEqual(form, {
        ImageId: "linux_latest",
        Labels: { job: 'a "b"', é: "=&+" },
        McpPolicyId: "pol-1",
        VpcResource: "true",
        EnableRecord: "true",
        LoginRegionId: "cn-hangzhou",
        NetworkId: "net-1",
        SdkStats: { ...sdkStats, framework: 'lang"chain' }
      })
    })
  )

  for (const [given, sent] of [
    [undefined, undefined],
    [true, "true"],
    [false, "false"]
  ] as const) {
    it.effect(`enableBrowserReplay ${given} sends EnableRecord ${sent}`, () =>
      Effect.gen(function* () {
        const form = yield* formOf({ enableBrowserReplay: given })
        assert.strictEqual(form["EnableRecord"], sent)
      })
    )
  }

  it.effect("isVpc false is not sent", () =>
    Effect.gen(function* () {
      assert.notProperty(yield* formOf({ isVpc: false }), "VpcResource")
    })
  )

  it.effect("takes region and framework from the configuration unless they are given", () =>
    Effect.gen(function* () {
      const settings = { regionId: "conf-region", framework: "conf" }
      assert.deepInclude(yield* formOf({}, settings), {
        LoginRegionId: "conf-region",
        SdkStats: { ...sdkStats, framework: "conf" }
      })
      assert.deepInclude(yield* formOf({ regionId: "own", framework: "mine" }, settings), {
        LoginRegionId: "own",
        SdkStats: { ...sdkStats, framework: "mine" }
      })
    })
  )

  it.effect("lists mounts in the order of the official clients, each policy as JSON text", () =>
    Effect.gen(function* () {
      const form = yield* formOf({
        contexts: [
          { contextId: "c-1", path: "/data" },
          {
            contextId: "c-2",
            path: "/more",
            policy: { uploadPolicy: { autoUpload: false }, downloadPolicy: null }
          }
        ],
        browserContext: { contextId: "c-b", syncMode: "everything" },
        extraConfigs: {
          mobile: { lockResolution: false, simulateConfig: { simulate: false, simulatedContextId: "c-m" } }
        }
      })
      const list = form["PersistenceDataList"] as ReadonlyArray<Record<string, string>>
      assert.deepStrictEqual(
        list.map(({ ContextId, Path }) => [ContextId, Path]),
        [
          ["c-1", "/data"],
          ["c-2", "/more"],
          ["c-m", "/data/agentbay_mobile_info"],
          ["c-b", "/tmp/agentbay_browser"]
        ]
      )
      assert.notProperty(list[0], "Policy")
      assert.deepStrictEqual(JSON.parse(list[1]?.["Policy"] ?? ""), {
        uploadPolicy: { autoUpload: false },
        downloadPolicy: null
      })
      assert.deepStrictEqual(form["ExtraConfigs"], {
        mobile: { lockResolution: false, simulateConfig: { simulate: false, simulatedContextId: "c-m" } }
      })
    })
  )

  it.effect("keeps the mapping of a policy", () =>
    Effect.gen(function* () {
      const mappingPolicy = { path: "c:\\Users\\x" }
      const form = yield* formOf({ contexts: [{ contextId: "c", path: "/d", policy: { mappingPolicy } }] })
      const list = form["PersistenceDataList"] as ReadonlyArray<Record<string, string>>
      assert.deepStrictEqual(JSON.parse(list[0]?.["Policy"] ?? ""), { mappingPolicy })
    })
  )

  it.effect("does not touch the caller's parameters, which can be used again", () =>
    Effect.gen(function* () {
      const freeze = <A>(value: A): A => {
        if (typeof value === "object" && value !== null)
          for (const member of Object.values(Object.freeze(value))) freeze(member)
        return value
      }
      const params = freeze({
        labels: { a: "b" },
        contexts: [
          {
            contextId: "c-1",
            path: "/data",
            policy: { bwList: { whiteLists: [{ path: "", excludePaths: [] }] } }
          }
        ],
        browserContext: { contextId: "c-b" },
        extraConfigs: {
          mobile: { lockResolution: true, simulateConfig: { simulate: true, simulatedContextId: "c-m" } }
        },
        waitForContexts: false
      } satisfies AgentBay.CreateParams)
      const { bay, service } = yield* makeAccount(working())
      yield* bay.create(params)
      yield* bay.create(params)
      const [first, second] = service.of("CreateMcpSession").map(({ form }) => form)
      assert.deepStrictEqual(first, second)
    })
  )

  it.effect("makes no contexts of its own that nobody deletes", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(working())
      yield* bay.create({ enableBrowserReplay: true })
      assert.deepStrictEqual(service.names(), ["CreateMcpSession"])
    })
  )
})

describe("parameters that are refused before anything is sent", () => {
  const wrong: ReadonlyArray<readonly [params: unknown, field: string, value: string, rule?: string]> = [
    [{ imageId: "" }, "imageId", '""'],
    [{ imageId: 5 }, "imageId", "5"],
    [{ labels: { a: "" } }, "labels.a", '""', "non-blank"],
    [{ labels: { a: " " } }, "labels.a", '" "', "non-blank"],
    [{ labels: { " ": "x" } }, "labels", '" "', "non-blank"],
    [{ labels: { a: 5 } }, "labels.a", "5"],
    [{ policyId: "" }, "policyId", '""'],
    [{ isVpc: "yes" }, "isVpc", '"yes"'],
    [{ enableBrowserReplay: "no" }, "enableBrowserReplay", '"no"'],
    [{ networkId: " " }, "networkId", '" "'],
    [{ mcpPolicyId: "p" }, "mcpPolicyId", '"p"'],
    [{ contextSyncs: [] }, "contextSyncs", "[]"],
    [{ contexts: [{ contextId: "", path: "/x" }] }, "contexts.0.contextId", '""'],
    [{ contexts: [{ contextId: "c", path: "" }] }, "contexts.0.path", '""'],
    [
      { contexts: [{ contextId: "c", path: "/x", policy: { uploadPolicies: {} } }] },
      "contexts.0.policy.uploadPolicies",
      "{}"
    ],
    [
      {
        contexts: [
          { contextId: "c", path: "/x", policy: { recyclePolicy: { lifecycle: "Lifecycle_2Days" } } }
        ]
      },
      "contexts.0.policy.recyclePolicy.lifecycle",
      '"Lifecycle_2Days"'
    ],
    [
      { contexts: [{ contextId: "c", path: "/x", policy: { bwList: { whiteLists: [{ path: "*.txt" }] } } }] },
      "contexts.0.policy.bwList.whiteLists.0.path",
      '"*.txt"',
      "wildcards"
    ],
    [
      {
        contexts: [
          { contextId: "c", path: "/x" },
          { contextId: "d", path: "/x" }
        ]
      },
      "contexts",
      '"/x"',
      "a path can be mounted once"
    ],
    [
      { contexts: [{ contextId: "c", path: "/tmp/agentbay_browser" }], browserContext: { contextId: "d" } },
      "contexts",
      '"/tmp/agentbay_browser"',
      "a path can be mounted once"
    ],
    [{ browserContext: { contextId: "" } }, "browserContext.contextId", '""'],
    [
      { browserContext: { contextId: "c", extensions: { contextId: "e", extensionIds: [] } } },
      "browserContext.extensions.extensionIds.0",
      "undefined"
    ],
    [
      { extraConfigs: { mobile: { lockResolution: true, uninstallBlacklist: ["a; rm -rf /"] } } },
      "extraConfigs.mobile.uninstallBlacklist.0",
      '"a; rm -rf /"',
      "Android package name"
    ],
    [{ waitForContexts: 0 }, "waitForContexts", "0"],
    [{ waitForContexts: -1 }, "waitForContexts", "-1"],
    [{ waitForContexts: "soon" }, "waitForContexts", '"soon"'],
    [{ waitForContexts: true }, "waitForContexts", "true"]
  ]
  for (const [params, field, value, rule] of wrong) {
    it.effect(`${JSON.stringify(params)} names ${field}`, () =>
      Effect.gen(function* () {
        const { bay, service } = yield* makeAccount(working())
        for (const operation of [bay.create, (given: never) => Effect.scoped(bay.session(given))]) {
          const error = yield* Effect.flip(operation(params as never))
          hasFields(error, { _tag: "InvalidArgument", operation: "AgentBay.create", field, value })
          assert.include(error.message, `${field} is ${value}, but `)
          if (rule !== undefined) assert.include(error.message, rule)
        }
        assert.deepStrictEqual(service.names(), [])
      })
    )
  }
})
