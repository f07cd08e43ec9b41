/** Every request that official SDKs of three generations were recorded to send is understood. */

import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Actions from "@effect-agentbay/core/Actions"
import * as Form from "@effect-agentbay/core/Form"
import * as Tools from "@effect-agentbay/core/Tools"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect } from "effect"
import {
  type Body,
  base,
  call,
  createSession,
  data,
  execute,
  linkRequest,
  vpcRequest
} from "../support/service.js"
import { expand, lines, parametersOf, type RecordedRequest } from "./recorded.js"

/** Things to do something with: a request must not fail because what it names is not there. */
const world = Effect.gen(function* () {
  const cloud = yield* TestCloud
  const browser = yield* createSession({ ImageId: "browser_latest", VpcResource: "true" })
  const phone = yield* createSession({ ImageId: "mobile_latest" })
  const { Id } = yield* data("GetContext", { Name: "recorded", AllowCreate: "true" })
  const { NetworkId } = yield* data("CreateNetwork")
  // Tools run nothing here: only whether their calls are understood is of interest.
  for (const tool of Object.keys(Tools.all)) yield* cloud.scriptTool(tool, () => Effect.succeed("ok"))
  return { cloud, browser, phone, Id, NetworkId }
})

type World = Effect.Effect.Success<typeof world>

/** Replaces the names of the recording by those of this world. */
const inWorld = (action: string, parameters: Record<string, string>, here: World): Record<string, string> => {
  const session = action === "GetAdbLink" || parameters.ProtocolType === "adb" ? here.phone : here.browser
  const replaced: Record<string, string> = {
    SessionId: session.SessionId,
    ContextId: here.Id,
    Id: here.Id,
    NetworkId: here.NetworkId,
    NextToken: "",
    FilePath: "/tmp/file"
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, replaced[name] ?? value])
  )
}

/** What a service may say to a request that it has understood. */
const refusals =
  /^(InvalidMcpSession\.IncorrectStatus|Context\.NotFound|Context\.AlreadyExist|InvalidOperation\.ContextInUse|InvalidContextFile\.NotFound|InvalidParameter\.Link)$/

const sendAction = (request: RecordedRequest, here: World) => {
  const action = String(request.query?.Action)
  const url = `${base}${request.path}?${Form.encodeForm(inWorld(action, parametersOf(request.query), here))}`
  const form = Form.encodeForm(inWorld(action, parametersOf(request.form), here))
  const outgoing =
    request.method === "GET"
      ? HttpClientRequest.get(url)
      : HttpClientRequest.post(url).pipe(
          HttpClientRequest.bodyText(form, "application/x-www-form-urlencoded")
        )
  return Effect.flatMap(execute(outgoing), ({ json }) =>
    Effect.map(Effect.orDie(json), (body) => body as Body)
  )
}

const run = Effect.provide(TestAgentBay.layerHttpClient)

describe("requests of the official SDKs", () => {
  it.effect("name actions and carry parameters that are understood", () =>
    Effect.gen(function* () {
      const here = yield* world
      const seen = new Set<string>()
      const refused: Array<string> = []
      for (const line of lines) {
        // The low-level client was recorded with placeholders.
        if (line.id.startsWith("client.")) continue
        for (const request of line.requests) {
          const action = String(request.query?.Action ?? "")
          if (!Object.hasOwn(Actions.all, action)) continue
          // Deleting the one session of this world would answer all others with NotFound.
          if (action === "DeleteSessionAsync" || action === "ReleaseMcpSession" || action === "DeleteContext")
            continue
          seen.add(action)
          const body = yield* sendAction(request, here)
          if (body.Success !== true && !refusals.test(body.Code)) {
            refused.push(`${line.sdk} ${line.id} ${action}: ${body.Code} ${body.Message}`)
          }
          // Whatever was paused runs again, or the rest would be refused for that.
          if (action === "PauseSessionAsync")
            yield* call("ResumeSessionAsync", { SessionId: here.browser.SessionId })
        }
      }
      // An empty name, a page without room, and a broken port number: the SDK lets them through.
      const nonsense = /^\S+ (context\.get\/4|context\.list\/3|session\.getLink\/8) /
      assert.deepStrictEqual(
        refused.filter((text) => !nonsense.test(text)),
        []
      )
      assert.isAbove(seen.size, 25)
    }).pipe(run)
  )

  it.effect("call tools on all three routes with arguments that are understood", () =>
    Effect.gen(function* () {
      const { browser, cloud } = yield* world
      yield* cloud.clearScripts
      const asked = new Map<string, unknown>()
      for (const line of lines) {
        for (const request of line.requests) {
          const query = parametersOf(request.query)
          const form = parametersOf(request.form)
          const json = expand(request.json ?? {}) as Record<string, unknown>
          const [tool, args] =
            query.Action === "CallMcpTool"
              ? [form.Name, JSON.parse(form.Args ?? "null")]
              : request.path === "/callTool"
                ? [query.tool, JSON.parse(query.args ?? "null")]
                : request.path.endsWith("/callTool")
                  ? [String(json.tool), json.args]
                  : [undefined, undefined]
          if (
            tool !== undefined &&
            Object.hasOwn(Tools.all, tool) &&
            tool !== "run_code" &&
            tool !== "shell"
          ) {
            asked.set(`${tool} ${JSON.stringify(args)}`, { tool, args })
          }
        }
      }
      assert.isAbove(asked.size, 50)
      for (const entry of asked.values()) {
        const { args, tool } = entry as { readonly tool: string; readonly args: unknown }
        for (const request of [linkRequest(browser, tool, args), vpcRequest(browser, tool, args)]) {
          const response = yield* execute(request)
          const text = yield* Effect.orDie(response.text)
          assert.strictEqual(response.status, 200)
          assert.notInclude(text, "Invalid arguments", `${tool} ${JSON.stringify(args).slice(0, 200)}`)
        }
      }
    }).pipe(run)
  )
})
