import { assert, describe, it } from "@effect/vitest"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Option, TestClock } from "effect"
import { call, createSession, data, viaApi } from "../support/service.js"

const run = Effect.provide(TestAgentBay.layerHttpClient)

const statusOf = (id: string) =>
  Effect.map(data("GetSession", { SessionId: id }), (session) => session.Status)

describe("sessions", () => {
  it.effect("are created with everything that leads to them", () =>
    Effect.gen(function* () {
      const created = yield* data("CreateMcpSession", { ImageId: "code_latest", VpcResource: "True" })
      assert.strictEqual(created.Success, true)
      assert.match(created.SessionId, /^s-/)
      assert.strictEqual(created.LinkUrl, `https://agentbay.test/link/${created.SessionId}`)
      assert.isTrue(created.VpcResource)
      assert.match(created.NetworkInterfaceIp, /^10\./)
      assert.strictEqual(created.HttpPort, "8080")
      // Text, because some clients refuse an array here.
      assert.isString(created.ToolList)
      assert.include(
        JSON.parse(created.ToolList).map((tool: { name: string }) => tool.name),
        "run_code"
      )
      const read = yield* data("GetSession", { SessionId: created.SessionId })
      for (const member of ["SessionId", "Token", "LinkUrl", "ToolList", "NetworkInterfaceIp", "HttpPort"]) {
        assert.strictEqual(read[member], created[member], member)
      }
      assert.strictEqual(read.Status, "RUNNING")
      assert.deepStrictEqual(read.contexts, [])
    }).pipe(run)
  )

  it.effect("have no link, token or tool list in a cloud without links", () =>
    Effect.gen(function* () {
      const created = yield* data("CreateMcpSession")
      assert.doesNotHaveAnyKeys(created, ["LinkUrl", "Token", "ToolList", "HttpPort", "NetworkInterfaceIp"])
      const vpc = yield* data("CreateMcpSession", { VpcResource: "true" })
      assert.isString(vpc.Token)
    }).pipe(Effect.provide(TestAgentBay.layerHttpClientWith({ links: false })))
  )

  it.effect("join only networks that exist", () =>
    Effect.gen(function* () {
      const refused = yield* call("CreateMcpSession", { NetworkId: "net-none" })
      assert.deepInclude(refused, { status: 400 })
      assert.strictEqual(refused.body.Code, "InvalidNetwork.NotFound")
      const { NetworkId } = yield* data("CreateNetwork")
      yield* createSession({ NetworkId })
    }).pipe(run)
  )

  it.effect("that are unknown are answered as the service does", () =>
    Effect.forEach(
      [
        ["GetSession", {}],
        ["GetSessionDetail", {}],
        ["DeleteSessionAsync", {}],
        ["ReleaseMcpSession", {}],
        ["PauseSessionAsync", {}],
        ["ResumeSessionAsync", {}],
        ["GetLabel", {}],
        ["SetLabel", { Labels: "{}" }],
        ["GetMcpResource", {}],
        ["GetLink", {}],
        ["GetCdpLink", {}],
        ["GetAdbLink", {}],
        ["CallMcpTool", { Name: "shell", Args: "{}" }],
        ["InitBrowser", { PersistentPath: "/tmp" }],
        ["SyncContext", {}],
        ["GetContextInfo", {}],
        ["GetAndLoadInternalContext", { ContextTypes: ["file_transfer"] }]
      ] as const,
      ([action, parameters]) =>
        Effect.map(call(action, { SessionId: "s-gone", ...parameters }), ({ body, status }) => {
          assert.strictEqual(status, 400, action)
          assert.strictEqual(body.Code, "InvalidMcpSession.NotFound", action)
          assert.isNotEmpty(body.RequestId)
          assert.isNotEmpty(body.Message)
        })
    ).pipe(run)
  )

  it.effect("end at once with either action, and finish is seen afterwards", () =>
    Effect.gen(function* () {
      for (const action of ["DeleteSessionAsync", "ReleaseMcpSession"]) {
        const { SessionId } = yield* createSession()
        yield* data(action, { SessionId })
        assert.strictEqual((yield* data("GetSessionDetail", { SessionId })).Status, "FINISH")
        assert.strictEqual((yield* call("GetSession", { SessionId })).body.Code, "InvalidMcpSession.NotFound")
        assert.strictEqual((yield* call(action, { SessionId })).body.Code, "InvalidMcpSession.NotFound")
      }
      const cloud = yield* TestCloud
      assert.isEmpty(yield* cloud.sessions)
      assert.lengthOf(yield* cloud.endedSessions, 2)
    }).pipe(run)
  )

  it.effect("take their machine with them", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      for (const action of ["DeleteSessionAsync", "ReleaseMcpSession"]) {
        const { SessionId } = yield* createSession()
        const machine = yield* Effect.flatten(cloud.machine(SessionId))
        yield* machine.makeDirectory("/tmp/d")
        yield* data(action, { SessionId })
        assert.strictEqual((yield* Effect.flip(machine.stat("/tmp/d"))).reason, "Stopped")
        assert.isTrue(Option.isNone(yield* cloud.machine(SessionId)))
      }
    }).pipe(run)
  )

  it.effect("take the time they are given to end, and meanwhile run no tools", () =>
    Effect.gen(function* () {
      const session = yield* createSession()
      const { SessionId } = session
      yield* data("DeleteSessionAsync", { SessionId })
      assert.strictEqual((yield* data("GetSessionDetail", { SessionId })).Status, "DELETING")
      const refused = yield* call("CallMcpTool", { SessionId, Name: "shell", Args: '{"command":"true"}' })
      assert.strictEqual(refused.body.Code, "InvalidMcpSession.NotFound")
      // A second deletion changes nothing.
      yield* data("DeleteSessionAsync", { SessionId })
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* data("GetSessionDetail", { SessionId })).Status, "FINISH")
    }).pipe(Effect.provide(TestAgentBay.layerHttpClientWith({ deletionDelay: "3 seconds" })))
  )

  it.effect("end with their machine when the cloud is closed", () =>
    Effect.gen(function* () {
      const machine = yield* Effect.gen(function* () {
        const { SessionId } = yield* createSession()
        const cloud = yield* TestCloud
        const machine = yield* Effect.flatten(cloud.machine(SessionId))
        yield* machine.makeDirectory("/tmp/there")
        return machine
      }).pipe(run)
      const result = yield* Effect.either(machine.stat("/tmp/there"))
      assert.strictEqual(result._tag, "Left")
    })
  )

  it.effect("pause and resume through passing states", () =>
    Effect.gen(function* () {
      const session = yield* createSession()
      const { SessionId } = session
      assert.strictEqual(
        (yield* call("ResumeSessionAsync", { SessionId })).body.Code,
        "InvalidMcpSession.IncorrectStatus"
      )
      yield* data("PauseSessionAsync", { SessionId })
      assert.strictEqual(yield* statusOf(SessionId), "PAUSING")
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* statusOf(SessionId), "PAUSED")
      for (const [action, parameters] of [
        ["CallMcpTool", { Name: "shell", Args: '{"command":"true"}' }],
        ["DeleteSessionAsync", {}],
        ["ReleaseMcpSession", {}],
        ["PauseSessionAsync", {}],
        ["SyncContext", {}]
      ] as const) {
        const refused = yield* call(action, { SessionId, ...parameters })
        assert.strictEqual(refused.body.Code, "InvalidMcpSession.IncorrectStatus", action)
        assert.strictEqual(refused.status, 400)
      }
      yield* data("ResumeSessionAsync", { SessionId })
      assert.strictEqual(yield* statusOf(SessionId), "RESUMING")
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* statusOf(SessionId), "RUNNING")
      assert.isFalse((yield* viaApi(session, "create_directory", { path: "/tmp/d" })).isError)
    }).pipe(Effect.provide(TestAgentBay.layerHttpClientWith({ transitionDelay: "4 seconds" })))
  )

  it.effect("are paused at once without a delay, so that nothing has to be waited for", () =>
    Effect.gen(function* () {
      const { SessionId } = yield* createSession()
      yield* data("PauseSessionAsync", { SessionId })
      assert.strictEqual(yield* statusOf(SessionId), "PAUSED")
      yield* data("ResumeSessionAsync", { SessionId })
      assert.strictEqual(yield* statusOf(SessionId), "RUNNING")
    }).pipe(run)
  )

  it.effect("are listed page by page, and nothing is lost or doubled when others vanish", () =>
    Effect.gen(function* () {
      const ids = yield* Effect.forEach([0, 1, 2, 3, 4, 5, 6], (n) =>
        Effect.map(
          createSession({ Labels: JSON.stringify({ team: "a", n: String(n) }) }),
          ({ SessionId }) => SessionId
        )
      )
      yield* createSession({ Labels: '{"team":"b"}' })
      const filter = { Labels: '{"team":"a"}', MaxResults: "3" }
      const first = yield* call("ListSession", filter)
      assert.deepStrictEqual(
        first.body.Data.map((row: { SessionId: string }) => row.SessionId),
        ids.slice(0, 3)
      )
      assert.strictEqual(first.body.TotalCount, 7)
      assert.strictEqual(first.body.MaxResults, 3)
      yield* data("DeleteSessionAsync", { SessionId: ids[1] })
      const second = yield* call("ListSession", { ...filter, NextToken: first.body.NextToken })
      assert.deepStrictEqual(
        second.body.Data.map((row: { SessionId: string }) => row.SessionId),
        ids.slice(3, 6)
      )
      const third = yield* call("ListSession", { ...filter, NextToken: second.body.NextToken })
      assert.deepStrictEqual(third.body.Data, [
        {
          SessionId: ids[6],
          SessionStatus: "RUNNING",
          AppInstanceId: `ai-${ids[6]}`,
          ImageId: "linux_latest"
        }
      ])
      assert.strictEqual(third.body.NextToken, "")
    }).pipe(run)
  )

  it.effect("are listed by state and image", () =>
    Effect.gen(function* () {
      const paused = yield* createSession({ ImageId: "code_latest" })
      const running = yield* createSession({ ImageId: "browser_latest" })
      yield* data("PauseSessionAsync", { SessionId: paused.SessionId })
      const list = (parameters: Record<string, string>) =>
        Effect.map(data("ListSession", { Labels: "{}", MaxResults: "10", ...parameters }), (rows) =>
          rows.map((row: { SessionId: string }) => row.SessionId)
        )
      assert.deepStrictEqual(yield* list({ Status: "PAUSED" }), [paused.SessionId])
      assert.deepStrictEqual(yield* list({ Status: "RUNNING" }), [running.SessionId])
      assert.deepStrictEqual(yield* list({ ImageId: "browser_latest" }), [running.SessionId])
      assert.deepStrictEqual(yield* list({ Status: "" }), [paused.SessionId, running.SessionId])
    }).pipe(run)
  )

  it.effect("are not listed with a token that was not issued here, or without a size", () =>
    Effect.gen(function* () {
      const forged = yield* call("ListSession", { Labels: "{}", MaxResults: "3", NextToken: "MQ.abc" })
      assert.strictEqual(forged.body.Code, "InvalidParameter.NextToken")
      yield* Effect.forEach([1, 2, 3], () => createSession())
      const { body } = yield* call("ListSession", { Labels: "{}", MaxResults: "1" })
      const [, mark] = (body.NextToken ?? "").split(".")
      const moved = { Labels: "{}", MaxResults: "1", NextToken: `${btoa("2").replace(/=+$/, "")}.${mark}` }
      assert.strictEqual((yield* call("ListSession", moved)).body.Code, "InvalidParameter.NextToken")
      const empty = yield* call("ListSession", { Labels: "{}", MaxResults: "0" })
      assert.strictEqual(empty.body.Code, "InvalidParameter.MaxResults")
    }).pipe(run)
  )

  it.effect("carry labels that are replaced as a whole", () =>
    Effect.gen(function* () {
      const { SessionId } = yield* createSession({ Labels: '{"a":"1"}' })
      assert.strictEqual((yield* data("GetLabel", { SessionId })).Labels, '{"a":"1"}')
      yield* data("SetLabel", { SessionId, Labels: '{"b":"ü"}' })
      assert.deepStrictEqual(JSON.parse((yield* data("GetLabel", { SessionId })).Labels), { b: "ü" })
      const refused = yield* call("SetLabel", { SessionId, Labels: "[1]" })
      assert.strictEqual(refused.body.Code, "InvalidParameter.Labels")
    }).pipe(run)
  )
})
