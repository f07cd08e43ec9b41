/**
 * Creating, finding and ending sessions; their state, labels and links.
 *
 * Source: control plane reference, section 2.2; newer fields: newer features, section 10.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Action from "../Action.js"
import { ToolList } from "../ToolEntry.js"
import {
  BooleanText,
  IntText,
  LooseBoolean,
  LooseNumber,
  maybe,
  maybeText,
  optionalParameter,
  parameter,
  textOrEmpty,
  withAliases
} from "../Wire.js"

const Labels = Schema.Record({ key: Schema.String, value: Schema.String })

const sessionId = { sessionId: parameter(Schema.String, "SessionId") }

/**
 * One context of a session. `policy` is JSON text of a sync policy, absent for the service's default. A context that is
 * mounted, and not copied, has `type` and `mountConfig` instead.
 *
 * @since 0.1.0
 * @category schemas
 */
export const PersistenceData = Schema.Struct({
  contextId: parameter(Schema.String, "ContextId"),
  path: parameter(Schema.String, "Path"),
  policy: optionalParameter(Schema.parseJson(Schema.Unknown), "Policy"),
  type: optionalParameter(Schema.Literal("mount"), "Type"),
  mountConfig: optionalParameter(
    Schema.Struct({
      accessMode: parameter(Schema.String, "AccessMode"),
      storageMode: parameter(Schema.String, "StorageMode"),
      sourcePath: optionalParameter(Schema.String, "SourcePath")
    }),
    "MountConfig"
  )
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const SdkStats = Schema.Struct({
  source: Schema.String,
  sdk_language: Schema.String,
  sdk_version: Schema.String,
  is_release: Schema.Boolean,
  framework: Schema.String
})

const connection = {
  sessionId: maybeText("SessionId"),
  success: maybe(LooseBoolean, "Success"),
  resourceUrl: maybeText("ResourceUrl"),
  appInstanceId: maybeText("AppInstanceId"),
  resourceId: maybeText("ResourceId"),
  token: maybeText("Token"),
  linkUrl: maybeText("LinkUrl"),
  wsUrl: maybeText("WsUrl"),
  networkInterfaceIp: maybeText("NetworkInterfaceIp"),
  httpPort: maybeText("HttpPort"),
  vpcIp: maybeText("VpcIp"),
  vpcId: maybeText("VpcId"),
  vpcResource: maybe(LooseBoolean, "VpcResource"),
  toolList: maybe(ToolList, "ToolList")
}

const connectionAliases = { WsUrl: ["wsUrl"], LinkUrl: ["linkUrl"] }

/**
 * `timeout` counts minutes when `maxRuntime` (minutes) is given, and seconds otherwise.
 *
 * @since 0.1.0
 * @category actions
 */
export const CreateMcpSession = Action.make({
  name: "CreateMcpSession",
  request: Schema.Struct({
    imageId: optionalParameter(Schema.String, "ImageId"),
    labels: optionalParameter(Schema.parseJson(Labels), "Labels"),
    mcpPolicyId: optionalParameter(Schema.String, "McpPolicyId"),
    vpcResource: optionalParameter(BooleanText, "VpcResource"),
    persistenceDataList: optionalParameter(
      Schema.parseJson(Schema.Array(PersistenceData)),
      "PersistenceDataList"
    ),
    extraConfigs: optionalParameter(Schema.parseJson(Schema.Unknown), "ExtraConfigs"),
    sdkStats: optionalParameter(Schema.parseJson(SdkStats), "SdkStats"),
    networkId: optionalParameter(Schema.String, "NetworkId"),
    loginRegionId: optionalParameter(Schema.String, "LoginRegionId"),
    enableRecord: optionalParameter(BooleanText, "EnableRecord"),
    contextId: optionalParameter(Schema.String, "ContextId"),
    externalUserId: optionalParameter(Schema.String, "ExternalUserId"),
    sessionId: optionalParameter(Schema.String, "SessionId"),
    loadSkill: optionalParameter(BooleanText, "LoadSkill"),
    skills: optionalParameter(Schema.parseJson(Schema.Array(Schema.String)), "Skills"),
    volumeId: optionalParameter(Schema.String, "VolumeId"),
    timeout: optionalParameter(IntText, "Timeout"),
    maxRuntime: optionalParameter(IntText, "MaxRuntime"),
    manualRelease: optionalParameter(BooleanText, "ManualRelease")
  }),
  data: withAliases(Schema.Struct({ ...connection, errMsg: textOrEmpty("ErrMsg") }), connectionAliases),
  idempotent: false
})

/**
 * @since 0.1.0
 * @category actions
 */
export const GetSession = Action.make({
  name: "GetSession",
  request: Schema.Struct(sessionId),
  data: withAliases(
    Schema.Struct({
      ...connection,
      status: maybeText("Status"),
      contexts: Schema.optionalWith(
        Schema.Array(
          withAliases(Schema.Struct({ id: textOrEmpty("id"), name: textOrEmpty("name") }), {
            id: ["Id"],
            name: ["Name"]
          })
        ),
        { default: () => [], nullable: true }
      )
    }),
    { ...connectionAliases, contexts: ["Contexts"] }
  ),
  idempotent: true
})

/**
 * The billing record of a session, and the poll target of its deletion: `Status` ends in `FINISH` (or `DELETED`).
 *
 * @since 0.1.0
 * @category actions
 */
export const GetSessionDetail = Action.make({
  name: "GetSessionDetail",
  request: Schema.Struct(sessionId),
  inQuery: ["SessionId"],
  data: Schema.Struct({
    status: maybeText("Status"),
    aliuid: maybeText("Aliuid"),
    apikeyId: maybeText("ApikeyId"),
    appInstanceGroupId: maybeText("AppInstanceGroupId"),
    appInstanceId: maybeText("AppInstanceId"),
    appUserId: maybeText("AppUserId"),
    bizType: maybe(LooseNumber, "BizType"),
    endReason: maybeText("EndReason"),
    id: maybe(LooseNumber, "Id"),
    imageId: maybeText("ImageId"),
    imageType: maybeText("ImageType"),
    isDeleted: maybe(LooseNumber, "IsDeleted"),
    policyId: maybeText("PolicyId"),
    regionId: maybeText("RegionId"),
    resourceConfigId: maybeText("ResourceConfigId")
  }),
  idempotent: true
})

/**
 * A page of the sessions that are alive. `nextToken` of the answer is absent on the last page.
 *
 * @since 0.1.0
 * @category actions
 */
export const ListSession = Action.make({
  name: "ListSession",
  request: Schema.Struct({
    labels: parameter(Schema.parseJson(Labels), "Labels"),
    maxResults: parameter(IntText, "MaxResults"),
    nextToken: optionalParameter(Schema.String, "NextToken"),
    status: optionalParameter(Schema.String, "Status"),
    imageId: optionalParameter(Schema.String, "ImageId"),
    isAll: optionalParameter(BooleanText, "IsAll")
  }),
  data: Schema.NullishOr(
    Schema.Array(
      Schema.Struct({
        sessionId: parameter(Schema.String, "SessionId"),
        sessionStatus: maybeText("SessionStatus"),
        appInstanceId: maybeText("AppInstanceId"),
        imageId: maybeText("ImageId")
      })
    )
  ),
  idempotent: true
})

/**
 * Ends a session at once: the baseline generation.
 *
 * @since 0.1.0
 * @category actions
 */
export const ReleaseMcpSession = Action.make({
  name: "ReleaseMcpSession",
  request: Schema.Struct(sessionId),
  idempotent: true
})

/**
 * Starts to end a session; `GetSessionDetail` tells when it has ended.
 *
 * @since 0.1.0
 * @category actions
 */
export const DeleteSessionAsync = Action.make({
  name: "DeleteSessionAsync",
  request: Schema.Struct(sessionId),
  idempotent: true
})

/**
 * @since 0.1.0
 * @category actions
 */
export const PauseSessionAsync = Action.make({
  name: "PauseSessionAsync",
  request: Schema.Struct(sessionId),
  idempotent: true
})

/**
 * @since 0.1.0
 * @category actions
 */
export const ResumeSessionAsync = Action.make({
  name: "ResumeSessionAsync",
  request: Schema.Struct(sessionId),
  idempotent: true
})

/**
 * The session counts as used: its idle time begins anew.
 *
 * @since 0.1.0
 * @category actions
 */
export const RefreshSessionIdleTime = Action.make({
  name: "RefreshSessionIdleTime",
  request: Schema.Struct(sessionId),
  idempotent: true
})

/**
 * Replaces the labels of a session.
 *
 * @since 0.1.0
 * @category actions
 */
export const SetLabel = Action.make({
  name: "SetLabel",
  request: Schema.Struct({ ...sessionId, labels: parameter(Schema.parseJson(Labels), "Labels") }),
  idempotent: true
})

/**
 * @since 0.1.0
 * @category actions
 */
export const GetLabel = Action.make({
  name: "GetLabel",
  request: Schema.Struct({
    ...sessionId,
    maxResults: optionalParameter(IntText, "MaxResults"),
    nextToken: optionalParameter(Schema.String, "NextToken")
  }),
  data: Schema.NullishOr(Schema.Struct({ labels: maybeText("Labels") })),
  idempotent: true
})

/**
 * How a person looks at a session: a URL for the browser and the data a desktop client needs.
 *
 * @since 0.1.0
 * @category actions
 */
export const GetMcpResource = Action.make({
  name: "GetMcpResource",
  request: Schema.Struct(sessionId),
  data: Schema.Struct({
    sessionId: maybeText("SessionId"),
    resourceUrl: maybeText("ResourceUrl"),
    desktopInfo: maybe(
      Schema.Struct({
        appId: maybeText("AppId"),
        authCode: maybeText("AuthCode"),
        connectionProperties: maybeText("ConnectionProperties"),
        resourceId: maybeText("ResourceId"),
        resourceType: maybeText("ResourceType"),
        ticket: maybeText("Ticket")
      }),
      "DesktopInfo"
    )
  }),
  idempotent: true
})

const Url = withAliases(Schema.Struct({ url: maybeText("Url") }), { Url: ["url"] })

/**
 * A URL that leads to a port of the session.
 *
 * @since 0.1.0
 * @category actions
 */
export const GetLink = Action.make({
  name: "GetLink",
  request: Schema.Struct({
    ...sessionId,
    protocolType: optionalParameter(Schema.String, "ProtocolType"),
    port: optionalParameter(IntText, "Port"),
    option: optionalParameter(Schema.String, "Option")
  }),
  data: Url,
  idempotent: true
})

/**
 * The WebSocket URL of the Chrome DevTools protocol.
 *
 * @since 0.1.0
 * @category actions
 */
export const GetCdpLink = Action.make({
  name: "GetCdpLink",
  request: Schema.Struct(sessionId),
  data: Url,
  idempotent: true
})

/**
 * The address for `adb connect`. `option` is JSON text with the public key.
 *
 * @since 0.1.0
 * @category actions
 */
export const GetAdbLink = Action.make({
  name: "GetAdbLink",
  request: Schema.Struct({ ...sessionId, option: optionalParameter(Schema.String, "Option") }),
  data: Url,
  idempotent: true
})

/**
 * The actions of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  CreateMcpSession,
  GetSession,
  GetSessionDetail,
  ListSession,
  ReleaseMcpSession,
  DeleteSessionAsync,
  PauseSessionAsync,
  ResumeSessionAsync,
  RefreshSessionIdleTime,
  SetLabel,
  GetLabel,
  GetMcpResource,
  GetLink,
  GetCdpLink,
  GetAdbLink
} as const
