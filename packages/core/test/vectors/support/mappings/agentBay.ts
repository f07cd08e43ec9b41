/** The account: creating, finding, listing and ending sessions. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { SessionPage } from "../../../../src/AgentBay.js"
import type { Session } from "../../../../src/Session.js"
import type { CreateParams, SessionStatusFilter } from "../../../../src/SessionParams.js"
import type { BrowserContext } from "../../../../src/storage/BrowserContext.js"
import { type ContextSync, complete, type SyncPolicy } from "../../../../src/storage/SyncPolicy.js"
import {
  type Mappings,
  mapping,
  nothing,
  object,
  optional,
  optionalNumber,
  optionalText,
  partly,
  plain,
  text,
  withoutBlanks
} from "../Mapping.js"
import { type Success, success } from "../Outcome.js"
import type { Case, Json, JsonObject, Version } from "../Vector.js"
import type { World } from "../World.js"
import { pause, resume } from "./sessionState.js"

const list = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

/** The arguments of a constructor, by position. */
const constructed = (value: Json | undefined): ReadonlyArray<Json> => list(object(value)["args"])

const policyOf = (value: Json | undefined): SyncPolicy | undefined =>
  optional(value, (given) =>
    object(given)["$call"] === "newSyncPolicy" ? complete() : (given as unknown as SyncPolicy)
  )

/** A context to mount: a constructor call, or a plain object. */
export const syncOf = (value: Json): ContextSync => {
  const given = object(value)
  const [contextId, path, policy, wait] =
    given["$new"] === undefined ? [given["contextId"], given["path"], given["policy"]] : constructed(value)
  return {
    contextId: text(contextId),
    path: text(path),
    policy: policyOf(policy),
    waitForCompletion: optional(wait, (flag) => flag === true)
  }
}

/** Before 0.16 the whole profile was kept, whatever the caller said. */
const browserContextOf = (value: Json, version: Version): BrowserContext => {
  const [contextId, autoUpload, extensions, fingerprint, syncMode] = constructed(value)
  const [extensionContextId, extensionIds] = constructed(optional(extensions, (given) => given))
  const [fingerprintContextId] = constructed(optional(fingerprint, (given) => given))
  return {
    contextId: text(contextId),
    autoUpload: optional(autoUpload, (flag) => flag === true),
    syncMode: version === "0.19.0" ? (optionalText(syncMode) as BrowserContext["syncMode"]) : "everything",
    extensions:
      extensionContextId === undefined
        ? undefined
        : {
            contextId: text(extensionContextId),
            extensionIds: list(extensionIds).map(text) as [string, ...Array<string>]
          },
    fingerprintContextId: optionalText(fingerprintContextId)
  }
}

/** The calls of the builder of the first generation, as an object. */
const built = (calls: ReadonlyArray<Json>): JsonObject => {
  const result: Record<string, Json> = {}
  const syncs: Array<Json> = []
  for (const step of calls) {
    const [method, ...args] = list(step)
    const name = text(method).replace(/^with/, "")
    if (method === "addContextSync") syncs.push({ $new: "ContextSync", args })
    else result[`${name[0]?.toLowerCase()}${name.slice(1)}`] = args[0] ?? null
  }
  return { ...result, contextSync: syncs }
}

const given = (value: Json | undefined): JsonObject => {
  const params = object(value)
  return params["$new"] === undefined
    ? params
    : params["calls"] === undefined
      ? // The class always has a label object.
        { labels: {}, ...object(constructed(value)[0]) }
      : built(list(params["calls"]))
}

export const paramsOf = (value: Json | undefined, version: Version): CreateParams => {
  const params = given(value)
  return {
    imageId: optionalText(params["imageId"]),
    labels: optional(params["labels"], (labels) => object(labels) as Readonly<Record<string, string>>),
    policyId: optionalText(params["policyId"] ?? params["mcpPolicyId"]),
    isVpc: optional(params["isVpc"], (flag) => flag === true),
    contexts: optional(params["contextSync"], (syncs) => list(syncs).map(syncOf)),
    browserContext: optional(params["browserContext"], (context) => browserContextOf(context, version)),
    enableBrowserReplay: optional(params["enableBrowserReplay"], (flag) => flag === true),
    extraConfigs: optional(params["extraConfigs"], (configs) => configs as CreateParams["extraConfigs"]),
    lifetime: optional(params["idleReleaseTimeout"], (time) => ({
      idleRelease: Duration.seconds(Number(time))
    })),
    networkId: optionalText(params["betaNetworkId"]),
    loadSkills: optional(params["loadSkills"], (flag) => flag === true),
    skillNames: optional(params["skillNames"], (names) => names as CreateParams["skillNames"]),
    framework: optionalText(params["framework"])
  }
}

/** What a session knows of itself, in the names of the recording. */
export const readSession = (session: Session.Service): Success =>
  success({
    ...(plain({
      sessionId: session.sessionId,
      resourceUrl: session.resourceUrl,
      appInstanceId: session.appInstanceId,
      token: session.token,
      linkUrl: session.linkUrl,
      wsUrl: session.wsUrl,
      enableBrowserReplay: session.enableBrowserReplay,
      isVpc: session.isVpc,
      networkInterfaceIp: session.networkInterfaceIp,
      fileTransferContextId: session.fileTransferContextId,
      recordContextId: session.recordContextId
    }) as object),
    ...(session.httpPort._tag === "Some" ? { httpPort: String(session.httpPort.value) } : {}),
    ...(session.mcpTools.length === 0 ? {} : { mcpTools: session.mcpTools })
  })

const asked = ({ vector }: Case): boolean => given(vector.call.args[0])["enableBrowserReplay"] !== undefined

/** A recorded session. Whether replay is on is compared where the caller asked for it; else it is the service's. */
export const recordedSession = (value: Json | undefined, one: Case): Success => {
  const { $session, enableBrowserReplay, ...rest } = object(value)
  const fields = Object.fromEntries(
    Object.entries(withoutBlanks(rest)).filter(([, member]) => member !== null)
  )
  return success(
    partly({
      ...fields,
      sessionId: $session,
      ...(asked(one) && enableBrowserReplay !== undefined ? { enableBrowserReplay } : {})
    })
  )
}

/** Creates, and makes it the session that later lines speak to. */
export const create = (world: World, params: Json | undefined) =>
  Effect.tap(world.bay.create(paramsOf(params, world.one.version)), (session) =>
    Effect.sync(() => {
      world.session = session
    })
  )

const page = {
  read: ({ requestId, ...value }: SessionPage): Success => success(plain(value), requestId),
  recorded: ({ maxResults, nextToken, requestId, sessionIds, totalCount }: JsonObject): Success =>
    success(
      withoutBlanks({
        sessions: list(sessionIds).map(
          (entry) =>
            partly(
              typeof entry === "string"
                ? { sessionId: entry }
                : { sessionId: object(entry)["sessionId"], status: object(entry)["sessionStatus"] }
            ) as Json
        ),
        nextToken: nextToken ?? "",
        maxResults: maxResults ?? "",
        totalCount: totalCount ?? ""
      }),
      requestId
    )
}

const labelsOf = (value: Json | undefined) =>
  optional(value, (labels) => object(labels) as Readonly<Record<string, string>>)

export const agentBay: Mappings = {
  "agentBay create": mapping({
    call: (world, [params]) => create(world, params),
    read: readSession,
    recorded: ({ session }, one) => recordedSession(session, one)
  }),
  "agentBay get": mapping({
    call: (world, [id]) => world.bay.get(text(id)),
    read: readSession,
    recorded: ({ session }, one) => recordedSession(session, one)
  }),
  "agentBay getSession": mapping({
    call: (world, [id]) => world.bay.get(text(id)),
    read: readSession,
    recorded: ({ data }) => {
      const { resourceId: _resource, success: _success, vpcResource, ...fields } = object(data)
      return success(partly({ ...withoutBlanks(fields), isVpc: vpcResource }))
    }
  }),
  "agentBay list": mapping({
    call: ({ bay }, [labels, number, limit, status]) =>
      bay.list({
        labels: labelsOf(labels),
        page: optionalNumber(number),
        maxResults: optionalNumber(limit),
        status: optionalText(status) as SessionStatusFilter | undefined
      }),
    ...page
  }),
  "agentBay listByLabels": mapping({
    call: ({ bay }, [options]) => {
      const { labels, maxResults, nextToken } = object(options)
      return bay.list({
        labels: labelsOf(labels),
        maxResults: optionalNumber(maxResults),
        nextToken: optionalText(nextToken)
      })
    },
    ...page
  }),
  "agentBay delete": mapping({
    call: ({ bay, session }, [, sync]) =>
      sync === true ? session.delete({ syncContexts: true }) : bay.delete(session.sessionId),
    ...nothing
  }),
  "agentBay betaPauseAsync": pause(1),
  "agentBay betaResumeAsync": resume(1)
}
