import { assert, describe, it } from "@effect/vitest"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect } from "effect"
import { call, createSession, data } from "../support/service.js"

const run = Effect.provide(TestAgentBay.layerHttpClient)

describe("links", () => {
  it.effect("follow the rules of the service", () =>
    Effect.gen(function* () {
      const browser = yield* createSession({ ImageId: "browser_latest" })
      const linux = yield* createSession({ ImageId: "code_latest" })
      const link = (session: { SessionId: string }, parameters: Record<string, string>) =>
        call("GetLink", { SessionId: session.SessionId, ...parameters })
      const url = (session: { SessionId: string }, parameters: Record<string, string>) =>
        Effect.map(link(session, parameters), ({ body }) => body.Data?.Url ?? body.Message)
      assert.match(yield* url(browser, {}), /^wss:\/\//)
      assert.match(yield* url(browser, { ProtocolType: "wss" }), /^wss:\/\//)
      assert.strictEqual(yield* url(linux, {}), "only BrowserUse image support cdp")
      assert.match(
        yield* url(linux, { ProtocolType: "https", Port: "30100" }),
        /^https:\/\/.*\/request_ai\/.*\/path\/$/
      )
      assert.match(yield* url(linux, { Port: "30199" }), /^wss:\/\/.*\/websocket_ai\//)
      assert.strictEqual(yield* url(linux, { ProtocolType: "http", Port: "30100" }), "http not supported")
      for (const Port of ["30099", "30200", "0"]) {
        assert.strictEqual(yield* url(linux, { ProtocolType: "https", Port }), "port is not valid")
      }
      assert.strictEqual(yield* url(linux, { ProtocolType: "https" }), "port is not valid")
      assert.strictEqual((yield* link(linux, { ProtocolType: "https" })).status, 400)
      assert.strictEqual((yield* link(linux, { Port: "a" })).body.Code, "InvalidParameter.Port")
    }).pipe(run)
  )

  it.effect("to browsers and phones exist on their images only", () =>
    Effect.gen(function* () {
      const browser = yield* createSession({ ImageId: "browser_latest" })
      const phone = yield* createSession({ ImageId: "mobile_latest" })
      assert.match((yield* data("GetCdpLink", idOf(browser))).Url, /^wss:\/\//)
      assert.match((yield* data("GetAdbLink", { ...idOf(phone), Option: "{}" })).Url, /^adb connect \S+:\d+$/)
      const adb = yield* data("GetLink", { ...idOf(phone), ProtocolType: "adb" })
      assert.match(adb.Url, /^adb connect /)
      assert.strictEqual((yield* call("GetCdpLink", idOf(phone))).status, 400)
      assert.strictEqual((yield* call("GetAdbLink", idOf(browser))).status, 400)
      assert.strictEqual(
        (yield* data("InitBrowser", { ...idOf(browser), PersistentPath: "/tmp/b" })).Port,
        9222
      )
      const refused = yield* call("InitBrowser", { ...idOf(phone), PersistentPath: "/tmp/b" })
      assert.strictEqual(refused.body.Code, "InvalidOperation.NoBrowser")
    }).pipe(run)
  )

  it.effect("show a session to a person", () =>
    Effect.gen(function* () {
      const { SessionId } = yield* createSession()
      const resource = yield* data("GetMcpResource", { SessionId })
      assert.strictEqual(resource.SessionId, SessionId)
      assert.match(resource.ResourceUrl, /^https:\/\//)
      assert.strictEqual(resource.DesktopInfo.ResourceType, "AIAgent")
    }).pipe(run)
  )
})

describe("networks", () => {
  it.effect("are created, get further tokens, and are online when somebody is bound", () =>
    Effect.gen(function* () {
      const first = yield* data("CreateNetwork")
      const again = yield* data("CreateNetwork", { NetworkId: first.NetworkId })
      assert.strictEqual(again.NetworkId, first.NetworkId)
      assert.notStrictEqual(again.NetworkToken, first.NetworkToken)
      const { NetworkId } = first
      assert.deepStrictEqual(yield* data("DescribeNetwork", { NetworkId }), { Online: false })
      const cloud = yield* TestCloud
      yield* cloud.setNetworkOnline(NetworkId, true)
      assert.deepStrictEqual(yield* data("DescribeNetwork", { NetworkId }), { Online: true })
      for (const action of ["CreateNetwork", "DescribeNetwork"]) {
        assert.strictEqual((yield* call(action, { NetworkId: "net-x" })).body.Code, "InvalidNetwork.NotFound")
      }
    }).pipe(run)
  )
})

const idOf = ({ SessionId }: { readonly SessionId: string }) => ({ SessionId })
