/** The low-level client: one method per action, the request model as argument. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { SessionError } from "../../../../src/AgentBayError.js"
import type * as Action from "../../../../src/contract/Action.js"
import * as Actions from "../../../../src/contract/Actions.js"
import { type Mapping, type Mappings, object, partly, plain, withoutBlanks } from "../Mapping.js"
import { type Success, success } from "../Outcome.js"
import { isObject, type Json, type JsonObject } from "../Vector.js"
import type { World } from "../World.js"

/**
 * Parameters which the recorded model takes as any text and our contract takes as what they are. They are replaced
 * by a value that both can express, in the call and in the expected request.
 */
export const representative: Readonly<Record<string, string>> = {
  ExtraConfigs: '{"mobile":{"lockResolution":true}}',
  SdkStats:
    '{"source":"sdk","sdk_language":"typescript","sdk_version":"1","is_release":false,"framework":"f"}',
  Mode: "upload"
}

/** The form in which the model's values travel. */
const written = (name: string, value: Json): Json => {
  if (representative[name] !== undefined) return representative[name]
  if (["PersistenceDataList", "BrowserOption", "SkillGroupIds", "Skills"].includes(name))
    return JSON.stringify(value)
  return typeof value === "boolean" || typeof value === "number" ? String(value) : value
}

/** The stub answered these lines with an envelope only: they are about the request. */
const isAboutTheRequest = (result: Json): boolean => isObject(result) && result["body"] === undefined

const call = (action: Action.Action.Any) => (world: World, args: ReadonlyArray<Json>) =>
  Effect.gen(function* () {
    const { Authorization: _key, ...parameters } = object(object(args[0])["parameters"])
    const encoded = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, written(name, value)])
    )
    // A parameter that the contract does not know, or requires, fails here.
    const request: unknown = yield* Schema.decodeUnknown(action.request, { onExcessProperty: "error" })(
      encoded
    )
    const reply = yield* world.controlPlane.call(
      action as Action.Action<string, unknown, unknown, unknown, unknown>,
      request
    )
    return success(plain(reply.data), reply.requestId)
  }).pipe(
    Effect.catchIf(
      (error) =>
        isAboutTheRequest(world.one.vector.result) &&
        error instanceof SessionError &&
        error.reason === "Decode",
      () => Effect.succeed(success({}))
    ),
    Effect.map((outcome) => (isAboutTheRequest(world.one.vector.result) ? success({}) : outcome))
  )

const recorded = (result: Json): Success => {
  if (isAboutTheRequest(result)) return success({})
  const body = object(object(result)["body"])
  const data: JsonObject = withoutBlanks(object(body["data"]))
  return success(partly(data), body["requestId"])
}

export const client: Mappings = Object.fromEntries(
  Object.values(Actions.all).map((action): readonly [string, Mapping] => [
    `agentBay.client ${action.name[0]?.toLowerCase()}${action.name.slice(1)}`,
    { run: call(action), recorded }
  ])
)
