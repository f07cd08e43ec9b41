import { randomBytes } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import * as http from "node:http"
import * as https from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as Fault from "@effect-agentbay/testing/Fault"
import * as LocalCloud from "@effect-agentbay/testing/LocalCloud"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Layer, Redacted, Stream } from "effect"
import {
  bytes,
  call,
  createSession,
  data,
  execute,
  viaApi,
  viaLink,
  viaVpc,
  vpcRequest
} from "../support/service.js"

const local = (options: LocalCloud.Options = {}) =>
  Effect.provide(Layer.merge(LocalCloud.layer({ machine: "memory", ...options }), FetchHttpClient.layer))

interface Raw {
  readonly status: number
  readonly text: string
  readonly headers: http.IncomingHttpHeaders
}

/** A request by Node's own client: chunked unless a length is given, over one connection of the agent. */
const raw = (
  url: string,
  options: https.RequestOptions & { readonly body?: ReadonlyArray<string> } = {}
): Effect.Effect<Raw, Error> =>
  Effect.async((resume) => {
    const { body = [], ...others } = options
    const send = url.startsWith("https:") ? https.request : http.request
    const request = send(url, { method: "POST", ...others }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        resume(
          Effect.succeed({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString("utf8"),
            headers: response.headers
          })
        )
      )
      response.on("error", (error) => resume(Effect.fail(error)))
    })
    request.on("error", (error) => resume(Effect.fail(error)))
    for (const part of body) request.write(part)
    request.end()
  })

describe("the local cloud", () => {
  // On a clock that stands still, all are made in the same moment.
  it.effect("lists every context once, page by page, whenever they were made", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const made = yield* Effect.forEach(Array.from({ length: 30 }).keys(), (n) =>
        Effect.map(bay.contexts.create(`context-${n}`), ({ id }) => id)
      )
      const listed = yield* Stream.runCollect(bay.contexts.listAll({ pageSize: 7 }))
      assert.sameMembers(
        [...listed].map(({ id }) => id),
        made
      )
    }).pipe(Effect.provide(LocalCloud.layerAgentBay({ machine: "memory" })))
  )

  it.live("serves sessions and all three tool routes", () =>
    Effect.gen(function* () {
      const { machine, url } = yield* LocalCloud.LocalCloud
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
      assert.strictEqual(machine, "memory")
      const session = yield* createSession({ VpcResource: "true" }, { url })
      assert.isFalse(
        (yield* viaApi(session, "write_file", { path: "/tmp/a", content: "ä" }, { url })).isError
      )
      assert.strictEqual((yield* viaLink(session, "read_file", { path: "/tmp/a" })).text, "ä")
      assert.strictEqual((yield* viaVpc(session, "read_file", { path: "/tmp/a" })).text, "ä")
      const cloud = yield* TestCloud
      assert.deepStrictEqual(
        (yield* cloud.journal).map(({ route }) => route),
        ["control", "api", "link", "vpc"]
      )
    }).pipe(local())
  )

  it.live("hands out ids and tokens that cannot be guessed", () =>
    Effect.gen(function* () {
      const { url } = yield* LocalCloud.LocalCloud
      const a = yield* createSession({}, { url })
      const b = yield* createSession({}, { url })
      for (const secret of [a.Token, b.Token]) assert.match(secret, /^[0-9a-f]{64}$/)
      assert.match(a.SessionId, /^box-[0-9a-f]{24}$/)
      assert.notStrictEqual(a.Token, b.Token)
      assert.notStrictEqual(a.SessionId, b.SessionId)
    }).pipe(local({ idPrefix: "box-" }))
  )

  it.live("takes VPC calls with very long request lines", () =>
    Effect.gen(function* () {
      const { url } = yield* LocalCloud.LocalCloud
      const session = yield* createSession({ VpcResource: "true" }, { url })
      const content = "漢".repeat(61_440)
      const request = vpcRequest(session, "write_file", { path: "/tmp/big", content })
      const line = request.url
      assert.isAbove(line.length, 500_000)
      const answer = yield* raw(line, { method: "GET" })
      assert.strictEqual(answer.status, 200)
      const machine = yield* Effect.flatten((yield* TestCloud).machine(session.SessionId))
      assert.strictEqual((yield* machine.stat("/tmp/big")).size, 3 * 61_440)
    }).pipe(local())
  )

  it.live("opens VPC sessions at their address and with their token only", () =>
    Effect.gen(function* () {
      const { url } = yield* LocalCloud.LocalCloud
      const session = yield* createSession({ VpcResource: "true" }, { url })
      const target = vpcRequest(session, "get_metrics", {}).url
      assert.strictEqual((yield* raw(target, { method: "GET" })).status, 200)
      assert.strictEqual((yield* raw(target, { method: "GET", headers: { host: "evil.test" } })).status, 403)
      const wrong = target.replace(
        session.Token,
        session.Token.replace(/./, (c) => (c === "0" ? "1" : "0"))
      )
      assert.strictEqual((yield* raw(wrong, { method: "GET" })).status, 403)
    }).pipe(local())
  )

  it.live(
    "reads chunked bodies as the official TypeScript SDK sends them, on a connection that is kept",
    () =>
      Effect.gen(function* () {
        const { url } = yield* LocalCloud.LocalCloud
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
        const form = (action: string, body: ReadonlyArray<string>) =>
          Effect.map(
            raw(
              `${url}/?Action=${action}&Format=json&Version=2025-05-06&Timestamp=2026-02-01T08%3A00%3A00Z&SignatureNonce=0f3c`,
              {
                agent,
                headers: {
                  "x-acs-version": "2025-05-06",
                  "x-acs-action": action,
                  "user-agent": "AlibabaCloud (linux; x64) Node.js/v20.20.2 Core/1.0.1 TeaDSL/2",
                  "content-type": "application/x-www-form-urlencoded",
                  "transfer-encoding": "chunked"
                },
                body
              }
            ),
            ({ text }) => JSON.parse(text)
          )
        const created = yield* form("CreateMcpSession", [
          "Authorization=Bea",
          "rer%20akm-TESTKEY&ImageId=linux",
          "_latest"
        ])
        assert.strictEqual(created.Success, true)
        const read = yield* form("GetSession", [
          `Authorization=Bearer%20akm-TESTKEY&SessionId=${created.Data.SessionId}`
        ])
        assert.strictEqual(read.Data.Status, "RUNNING")
        agent.destroy()
      }).pipe(local())
  )

  it.live("answers errors with JSON, on every path", () =>
    Effect.gen(function* () {
      const { url } = yield* LocalCloud.LocalCloud
      for (const path of ["/", "/anything", "/?Action=Nope", "/link/x/callTool"]) {
        const { status, text } = yield* raw(`${url}${path}`)
        assert.isAtLeast(status, 400)
        assert.isString(JSON.parse(text).Code ?? JSON.parse(text).code)
      }
    }).pipe(local())
  )

  it.live("moves large files through presigned URLs", () =>
    Effect.gen(function* () {
      const { url } = yield* LocalCloud.LocalCloud
      const { Id } = yield* data("GetContext", { Name: "big", AllowCreate: "true" }, { url })
      const file = { ContextId: Id, FilePath: "/tmp/big.bin" }
      const content = new Uint8Array(randomBytes(16 * 1024 * 1024))
      const upload = yield* data("GetContextFileUploadUrl", file, { url })
      const put = yield* execute(
        HttpClientRequest.put(upload.Url).pipe(HttpClientRequest.bodyUint8Array(content))
      )
      assert.strictEqual(put.status, 200)
      assert.isNotEmpty(put.headers.etag)
      const download = yield* data("GetContextFileDownloadUrl", file, { url })
      const got = yield* execute(HttpClientRequest.get(download.Url))
      const back = new Uint8Array(yield* got.arrayBuffer)
      assert.strictEqual(Buffer.compare(back, content), 0)
      const part = yield* execute(
        HttpClientRequest.get(download.Url).pipe(
          HttpClientRequest.setHeader("range", "bytes=1000000-1000009")
        )
      )
      assert.strictEqual(part.status, 206)
      assert.deepStrictEqual(new Uint8Array(yield* part.arrayBuffer), content.subarray(1_000_000, 1_000_010))
      const head = yield* raw(download.Url, { method: "HEAD" })
      assert.deepStrictEqual(
        [head.status, head.headers["content-length"], head.text],
        [200, String(content.length), ""]
      )
    }).pipe(local())
  )

  it.live("refuses other keys than its own", () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* LocalCloud.LocalCloud
      assert.strictEqual(Redacted.value(apiKey), "akm-mine")
      assert.strictEqual((yield* call("CreateNetwork", {}, { url })).body.Code, "NOT_LOGIN")
      assert.strictEqual(
        (yield* call("CreateNetwork", {}, { url, authorization: "Bearer akm-mine" })).status,
        200
      )
    }).pipe(local({ apiKey: "akm-mine" }))
  )

  it.live("breaks connections where a fault says so", () =>
    Effect.gen(function* () {
      const { url } = yield* LocalCloud.LocalCloud
      const cloud = yield* TestCloud
      const create = raw(`${url}/?Action=CreateMcpSession`, { body: ["Authorization=Bearer%20k"] })
      yield* cloud.fail({ action: "CreateMcpSession" }, Fault.refused)
      const refused = yield* Effect.flip(create)
      assert.strictEqual((refused as NodeJS.ErrnoException).code, "ECONNRESET")
      assert.isEmpty(yield* cloud.sessions)
      yield* cloud.fail({ action: "CreateMcpSession" }, Fault.lost)
      yield* Effect.flip(create)
      assert.lengthOf(yield* cloud.sessions, 1)
      yield* cloud.fail({}, Fault.throttled({ retryAfter: "3 seconds" }))
      const throttled = yield* create
      assert.deepStrictEqual([throttled.status, throttled.headers["retry-after"]], [429, "3"])
      assert.strictEqual((yield* create).status, 200)
    }).pipe(local())
  )

  it.live("serves TLS that a client can trust, and hands out plain addresses", () =>
    Effect.gen(function* () {
      const { certificate, endpoint, url } = yield* LocalCloud.LocalCloud
      assert.strictEqual(url, `https://${endpoint}`)
      const create = (options: https.RequestOptions) =>
        raw(`${url}/?Action=CreateMcpSession`, {
          ...options,
          body: ["Authorization=Bearer%20k&VpcResource=true"]
        })
      const distrusted = yield* Effect.flip(create({}))
      assert.strictEqual((distrusted as NodeJS.ErrnoException).code, "DEPTH_ZERO_SELF_SIGNED_CERT")
      const created = JSON.parse((yield* create({ ca: certificate })).text).Data
      const byName = yield* raw(`${url.replace("127.0.0.1", "localhost")}/?Action=CreateNetwork`, {
        ca: certificate,
        body: ["Authorization=Bearer%20k"]
      })
      assert.strictEqual(byName.status, 200)
      assert.match(created.LinkUrl, /^http:\/\/127\.0\.0\.1:/)
      assert.isFalse((yield* viaLink(created, "get_metrics", {})).isError)
      assert.isFalse((yield* viaVpc(created, "get_metrics", {})).isError)
    }).pipe(local({ tls: true }))
  )

  it.live("says why it cannot listen", () =>
    Effect.gen(function* () {
      const { url } = yield* LocalCloud.LocalCloud
      const port = Number(new URL(url).port)
      const error = yield* Effect.flip(
        Effect.provide(LocalCloud.LocalCloud, LocalCloud.layer({ machine: "memory", port }))
      )
      assert.deepInclude(error, { _tag: "ListenError", code: "EADDRINUSE", port })
      assert.include(error.message, "Another program uses the port")
    }).pipe(local())
  )

  it.live("closes its port and its sessions with the layer", () =>
    Effect.gen(function* () {
      const { machine, url } = yield* Effect.gen(function* () {
        const { url } = yield* LocalCloud.LocalCloud
        const { SessionId } = yield* createSession({}, { url })
        const machine = yield* Effect.flatten((yield* TestCloud).machine(SessionId))
        yield* machine.makeDirectory("/tmp/d")
        return { machine, url }
      }).pipe(local())
      const closed: NodeJS.ErrnoException = yield* Effect.flip(raw(url))
      assert.strictEqual(closed.code, "ECONNREFUSED")
      assert.strictEqual((yield* Effect.flip(machine.stat("/tmp/d"))).reason, "Stopped")
    })
  )

  it.scopedLive("keeps contexts in a data directory across restarts", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "agentbay-data-"))),
        (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
      )
      const mount = (ContextId: string) => ({
        PersistenceDataList: JSON.stringify([{ ContextId, Path: "/home/wuying/data" }])
      })
      const id = yield* Effect.gen(function* () {
        const { url } = yield* LocalCloud.LocalCloud
        const { Id } = yield* data("GetContext", { Name: "kept", AllowCreate: "true" }, { url })
        const session = yield* createSession(mount(Id), { url })
        yield* viaLink(session, "write_file", { path: "/home/wuying/data/a", content: "from before" })
        // The session is still alive: closing the cloud ends it as a deletion would.
        return Id as string
      }).pipe(local({ dataDirectory }))
      yield* Effect.gen(function* () {
        const { url } = yield* LocalCloud.LocalCloud
        const found = yield* data("GetContext", { Name: "kept", AllowCreate: "false" }, { url })
        assert.strictEqual(found.Id, id)
        const session = yield* createSession(mount(id), { url })
        assert.strictEqual(
          (yield* viaLink(session, "read_file", { path: "/home/wuying/data/a" })).text,
          "from before"
        )
        const cloud = yield* TestCloud
        assert.deepStrictEqual(
          (yield* cloud.contextFile(id, "/home/wuying/data/a")).pipe((option) =>
            option._tag === "Some" ? [...option.value] : []
          ),
          [...bytes("from before")]
        )
      }).pipe(local({ dataDirectory }))
    })
  )
})

describe("a client of an embedded local cloud", () => {
  it.live("creates, uses and deletes a session over HTTP", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      for (const isVpc of [false, true]) {
        const stdout = yield* Effect.scoped(
          Effect.gen(function* () {
            const session = yield* bay.session({ isVpc, labels: { test: "yes" } })
            return (yield* session.command.run("echo $((6 * 7))")).stdout
          })
        )
        assert.strictEqual(stdout, "42\n")
      }
      assert.isEmpty(yield* cloud.sessions)
      assert.lengthOf(yield* cloud.endedSessions, 2)
    }).pipe(Effect.provide(LocalCloud.layerAgentBay({ machine: "memory" })))
  )

  it.live("gets real processes where the machine allows them", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const { machine } = yield* LocalCloud.LocalCloud
      assert.strictEqual(machine, "bubblewrap")
      const output = yield* Effect.scoped(
        Effect.flatMap(bay.session(), ({ command }) => command.run("whoami; ls /proc | grep -c '^[0-9]'"))
      )
      assert.match(output.stdout, /^wuying\n\d+\n$/)
    }).pipe(Effect.provide(LocalCloud.layerAgentBay({ machine: "bubblewrap" })))
  )
})
