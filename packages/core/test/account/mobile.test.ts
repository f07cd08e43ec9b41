import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { quote } from "../../src/internal/quote.js"
import * as MobileConfiguration from "../../src/MobileConfiguration.js"
import { makeAccount, task, transfers, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { direct } from "../support/ScriptedService.js"

const commands = (configuration: MobileConfiguration.MobileConfiguration) =>
  MobileConfiguration.toCommands(configuration, 1_700_000_000)

describe("the commands of a mobile configuration", () => {
  it("touch nothing that is not set", () => {
    assert.deepStrictEqual(commands({}), [])
  })

  it("lock the resolution, or unlock it", () => {
    assert.deepStrictEqual(commands({ lockResolution: true }), ["setprop sys.wuying.lockres 1"])
    assert.deepStrictEqual(commands({ lockResolution: false }), ["setprop sys.wuying.lockres 0"])
  })

  for (const [ruleType, list, switched] of [
    ["White", "whitelist", 2],
    ["Black", "blacklist", 1]
  ] as const) {
    it(`write the ${list} of applications, one per line`, () => {
      const [, rule] = commands({
        lockResolution: true,
        appManagerRule: { ruleType, appPackageNameList: ["com.a", "com.b"] }
      })
      assert.strictEqual(
        rule,
        [
          `printf '%s\\n' 'com.a' 'com.b' > /data/system/pm_${list}.txt`,
          `chmod 644 /data/system/pm_${list}.txt`,
          `setprop rw.wy.pm_${list}.refresh 1`,
          `setprop persist.wy.pm_blacklist.switch ${switched}`
        ].join(" && ")
      )
    })
  }

  it("hide the navigation bar, or show it, or leave it", () => {
    const bar = (hideNavigationBar?: boolean) => commands({ lockResolution: true, hideNavigationBar })[1]
    assert.match(
      String(bar(true)),
      /^setprop persist\.wy\.hasnavibar false && .*killall com\.android\.systemui/
    )
    assert.match(String(bar(false)), /^setprop persist\.wy\.hasnavibar true && /)
    assert.isUndefined(bar())
  })

  it("protect packages from being uninstalled, and mark the time", () => {
    const [, list] = commands({ lockResolution: true, uninstallBlacklist: ["com.a"] })
    assert.include(list, "/data/system/pm_lock.conf")
    assert.include(list, " 'com.a' ")
    assert.include(list, "setprop persist.wy.pm_lock.trigger 1700000000")
  })

  it("empty a list that is given without packages", () => {
    const [list] = commands({ appManagerRule: { ruleType: "Black", appPackageNameList: [] } })
    assert.match(String(list), /^printf '' > \/data\/system\/pm_blacklist\.txt && /)
    assert.match(
      String(commands({ uninstallBlacklist: [] })[0]),
      /^printf '' > \/data\/system\/pm_lock\.conf && /
    )
  })

  it("quote names, so that none can become a command, not even one that ends a here-document", () => {
    for (const name of ["EOF", "AGENTBAY_EOF", "a'b; reboot", "$(reboot)", "a\nreboot", "$&"]) {
      const [list] = commands({ uninstallBlacklist: [name, "com.b"] })
      assert.include(list, ` ${quote(name)} 'com.b' > `)
      assert.isTrue(String(list).startsWith("printf '%s\\n' "))
    }
  })

  it("simulate a device only when everything for it is given", () => {
    const simulate = MobileConfiguration.toSimulationCommand
    assert.isUndefined(simulate({ simulate: false, simulatePath: "/p" }))
    assert.isUndefined(simulate({ simulate: true }))
    const flags = {
      PropertiesOnly: "",
      SensorsOnly: " -sensors",
      PackagesOnly: " -packages",
      ServicesOnly: " -services",
      All: " -all"
    } as const
    for (const [mode, flag] of Object.entries(flags)) {
      assert.strictEqual(
        simulate({ simulate: true, simulatePath: "/p", simulateMode: mode as keyof typeof flags }),
        `chmod -R a+rwx /p; wya apply${flag} /p/dev_info.json`
      )
    }
    assert.strictEqual(
      simulate({ simulate: true, simulatePath: "/p" }),
      "chmod -R a+rwx /p; wya apply /p/dev_info.json"
    )
    // Without a blank path segment, whichever client wrote the description.
    assert.strictEqual(
      simulate({ simulate: true, simulatePath: "/p/" }),
      "chmod -R a+rwx /p; wya apply /p/dev_info.json"
    )
    // A context of its own has its place.
    assert.strictEqual(
      simulate({ simulate: true, simulatedContextId: "c" }),
      "chmod -R a+rwx /data/agentbay_mobile_info; wya apply /data/agentbay_mobile_info/dev_info.json"
    )
    assert.strictEqual(
      simulate({ simulate: true, simulatePath: "/a;reboot" }),
      "chmod -R a+rwx '/a;reboot'; wya apply '/a;reboot/dev_info.json'"
    )
  })

  it("let nothing in that a shell would interpret", () => {
    const isValid = Schema.is(MobileConfiguration.MobileConfiguration)
    const base = {}
    for (const text of [
      "a b",
      "a;b",
      "$(x)",
      "`x`",
      "a\nb",
      "AGENTBAY_EOF\nrm",
      "../x",
      "",
      "1a",
      "a..b",
      "a.",
      "é"
    ]) {
      assert.isFalse(isValid({ ...base, uninstallBlacklist: [text] }), text)
      assert.isFalse(
        isValid({ ...base, appManagerRule: { ruleType: "White", appPackageNameList: [text] } }),
        text
      )
    }
    for (const path of ["/a b", "/a;b", "$HOME", "relative", "/a\nb", "/$(x)", "/a'b"]) {
      assert.isFalse(isValid({ ...base, simulateConfig: { simulate: true, simulatePath: path } }), path)
    }
    assert.isFalse(isValid({ ...base, appManagerRule: { ruleType: "White", appPackageNameList: [] } }))
    assert.isTrue(isValid({ ...base, appManagerRule: { ruleType: "Black", appPackageNameList: [] } }))
    assert.isTrue(isValid({ ...base, uninstallBlacklist: [] }))
    assert.isFalse(isValid({ ...base, simulateConfig: { simulate: true } }))
    assert.isTrue(
      isValid({
        ...base,
        uninstallBlacklist: ["com.example.a_1"],
        simulateConfig: { simulate: true, simulatePath: "/data/x-1.y" }
      })
    )
  })
})

describe("creating an Android session", () => {
  const mobile = {
    lockResolution: true,
    hideNavigationBar: true,
    uninstallBlacklist: ["com.a"],
    simulateConfig: { simulate: true, simulatePath: "/data/agentbay_mobile_info", simulatedContextId: "c-m" }
  }

  it.effect("runs the settings, waits for the contexts, then simulates, each with ten seconds", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_500)
      const ready = transfers(task({ contextId: "c-m", path: "/data/agentbay_mobile_info" }))
      const { bay, service } = yield* makeAccount(working({ GetContextInfo: ready }))
      yield* bay.create({ extraConfigs: { mobile } })
      assert.deepStrictEqual(service.names(), [
        "CreateMcpSession",
        "tool shell",
        "tool shell",
        "tool shell",
        "GetContextInfo",
        "tool shell"
      ])
      const sent = service
        .of("tool shell")
        .map(
          ({ body }) =>
            (JSON.parse(body) as { readonly args: { readonly command: string; readonly timeout_ms: number } })
              .args
        )
      assert.deepStrictEqual(
        sent.map(({ command }) => command),
        [...commands(mobile), MobileConfiguration.toSimulationCommand(mobile.simulateConfig)]
      )
      for (const { timeout_ms } of sent) assert.strictEqual(timeout_ms, 10_000)
    })
  )

  it.effect("a setting that cannot be applied is a failure that says why", () =>
    Effect.gen(function* () {
      const denied = direct('{"stdout":"","stderr":"setprop: denied","exit_code":1}')
      const { bay, service } = yield* makeAccount(
        working({ "tool shell": [direct('{"stdout":"","stderr":"","exit_code":0}'), denied] })
      )
      const error = yield* Effect.flip(bay.create({ extraConfigs: { mobile } }))
      hasFields(error, { _tag: "ToolError", operation: "AgentBay.create", tool: "shell", sessionId: "s-1" })
      assert.include(error.message, "setprop: denied")
      assert.include(error.message, "exit code 1")
      assert.strictEqual(service.of("tool shell").length, 2)
      assert.strictEqual(service.of("DeleteSessionAsync").length, 1)
    })
  )

  it.effect("a simulation that fails is a failure, too, and leaves no session", () =>
    Effect.gen(function* () {
      const fine = direct('{"stdout":"","stderr":"","exit_code":0}')
      const failing = direct('{"stdout":"","stderr":"wya: no such file","exit_code":2}')
      const { bay, service } = yield* makeAccount(
        working({
          GetContextInfo: transfers(task({ contextId: "c-m", path: "/data/agentbay_mobile_info" })),
          "tool shell": [fine, fine, fine, failing]
        })
      )
      const error = yield* Effect.flip(bay.create({ extraConfigs: { mobile } }))
      hasFields(error, { _tag: "ToolError", operation: "AgentBay.create", tool: "shell" })
      assert.include(error.message, "wya: no such file")
      assert.strictEqual(service.of("DeleteSessionAsync").length, 1)
    })
  )

  it.effect("a simulation without a description is refused before a session exists", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(working())
      const error = yield* Effect.flip(
        bay.create({ extraConfigs: { mobile: { simulateConfig: { simulate: true } } } })
      )
      hasFields(error, {
        _tag: "InvalidArgument",
        field: "extraConfigs.mobile.simulateConfig.simulatePath"
      })
      assert.deepStrictEqual(service.names(), [])
    })
  )

  it.effect("a setting that outruns its time is a failure too", () =>
    Effect.gen(function* () {
      const timeout = direct("Execution failed. Error code:-1 Error message: [timeout]", true)
      const { bay } = yield* makeAccount(working({ "tool shell": timeout }))
      const error = yield* Effect.flip(bay.create({ extraConfigs: { mobile } }))
      hasFields(error, { _tag: "ToolError", operation: "AgentBay.create", tool: "shell" })
      assert.include(error.message, "10000 ms")
    })
  )
})
