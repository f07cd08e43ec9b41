import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as VpcTransport from "@effect-agentbay/core/VpcTransport"
import * as NodeAgentBay from "@effect-agentbay/node/NodeAgentBay"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { received, serve } from "./server.js"

/** A service that knows no sessions and remembers the keys it was called with. */
const service = Effect.gen(function* () {
  const keys: Array<string | null> = []
  const server = yield* serve((request, response) => {
    void received(request).then((body) => {
      keys.push(new URLSearchParams(body.toString()).get("Authorization"))
      response.setHeader("content-type", "application/json")
      response.end(JSON.stringify({ RequestId: "r-1", Success: true, Code: "ok", Data: [], TotalCount: 0 }))
    })
  })
  return { ...server, keys }
})

const folderWith = (file: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const path = mkdtempSync(Path.join(tmpdir(), "node-agentbay-"))
      writeFileSync(Path.join(path, ".env"), file)
      return path
    }),
    (path) => Effect.sync(() => rmSync(path, { recursive: true }))
  )

const list = Effect.flatMap(AgentBay.AgentBay, (bay) => bay.list())

describe("NodeAgentBay", () => {
  it.scopedLive("reads the .env file, and the environment before it, and the code before both", () =>
    Effect.gen(function* () {
      const { keys, url } = yield* service
      const cwd = yield* folderWith(`AGENTBAY_API_KEY=akm-file\nAGENTBAY_ENDPOINT=${url}`)
      const environment = { AGENTBAY_API_KEY: "akm-environment" }
      yield* list.pipe(Effect.provide(NodeAgentBay.layerWith({ dotEnv: { cwd, environment: {} } })))
      yield* list.pipe(Effect.provide(NodeAgentBay.layerWith({ dotEnv: { cwd, environment } })))
      const page = yield* list.pipe(
        Effect.provide(
          NodeAgentBay.layerWith({
            config: { apiKey: "akm-code" },
            dotEnv: { cwd, environment },
            http: { connections: 1 }
          })
        )
      )
      assert.deepStrictEqual(keys, ["Bearer akm-file", "Bearer akm-environment", "Bearer akm-code"])
      assert.strictEqual(page.requestId, "r-1")
    })
  )

  it.scopedLive("closes its connections", () =>
    Effect.gen(function* () {
      const server = yield* service
      const cwd = yield* folderWith(`AGENTBAY_API_KEY=akm-file\nAGENTBAY_ENDPOINT=${server.url}`)
      yield* list.pipe(Effect.provide(NodeAgentBay.layerWith({ dotEnv: { cwd, environment: {} } })))
      yield* server.quiet
      assert.strictEqual(server.accepted(), 1)
    })
  )

  it.scopedLive("says which setting is missing or wrong", () =>
    Effect.gen(function* () {
      const failure = (file: string, environment: Record<string, string>) =>
        Effect.flatMap(folderWith(file), (cwd) =>
          Effect.flip(list.pipe(Effect.provide(NodeAgentBay.layerWith({ dotEnv: { cwd, environment } }))))
        )
      const missing = yield* failure("", {})
      assert.deepInclude(missing, { _tag: "InvalidConfiguration", variable: "AGENTBAY_API_KEY" })
      // Present and empty in the environment is what counts, not the file.
      const empty = yield* failure("AGENTBAY_API_KEY=akm-file", { AGENTBAY_API_KEY: "" })
      assert.deepInclude(empty, { _tag: "InvalidConfiguration", variable: "AGENTBAY_API_KEY" })
      const wrong = yield* failure("AGENTBAY_TIMEOUT_MS=soon", { AGENTBAY_API_KEY: "akm-secret" })
      assert.deepInclude(wrong, { _tag: "InvalidConfiguration", variable: "AGENTBAY_TIMEOUT_MS" })
      assert.notInclude(wrong.message, "secret")
    })
  )

  it.scopedLive("says which file is missing", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWith("")
      const error = yield* Effect.flip(
        list.pipe(Effect.provide(NodeAgentBay.layerWith({ dotEnv: { cwd, file: "missing.env" } })))
      )
      assert.deepInclude(error, {
        _tag: "DotEnvError",
        reason: "NotFound",
        file: Path.join(cwd, "missing.env")
      })
    })
  )

  it.scopedLive("leaves the configuration of the program alone", () =>
    Effect.gen(function* () {
      const { url } = yield* service
      const cwd = yield* folderWith(`AGENTBAY_API_KEY=akm-file\nAGENTBAY_ENDPOINT=${url}`)
      const read = Effect.zipRight(AgentBay.AgentBay, Config.option(Config.string("AGENTBAY_ENDPOINT")))
      const endpoint = yield* read.pipe(
        Effect.provide(NodeAgentBay.layerWith({ dotEnv: { cwd, environment: {} } })),
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["AGENTBAY_ENDPOINT", "own"]])))
      )
      assert.deepInclude(endpoint, { value: "own" })
    })
  )

  it.scopedLive("its transports alone are an HTTP client and the VPC route", () =>
    Effect.gen(function* () {
      const { url } = yield* service
      const status = yield* Effect.gen(function* () {
        const vpc = yield* VpcTransport.VpcTransport
        assert.isFunction(vpc.call)
        const client = yield* HttpClient.HttpClient
        return (yield* client.get(url)).status
      }).pipe(Effect.provide(NodeAgentBay.layerHttp))
      assert.strictEqual(status, 200)
    })
  )
})
