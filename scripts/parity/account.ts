/** The account: settings, sessions as a whole, how they are created, and failures. */
import { every, from15, from19, leftOut, type Module, only10, oursOnly, rowsOf, until15 } from "./row.js"

const config = rowsOf("AgentBayConfig.Options")
const settings = "core/config/AgentBayConfig.test.ts"
const environment = "core/config/environment.test.ts"

const settingsModule: Module = {
  title: "Settings",
  official: ["new AgentBay(options)"],
  page: "configuration.md",
  rows: [
    config(
      "apiKey `AGENTBAY_API_KEY`",
      every,
      ".apiKey",
      "",
      `${settings} ${environment}`,
      "redacted; missing is a failure that says what to set"
    ),
    config(
      "config.endpoint `AGENTBAY_ENDPOINT`",
      every,
      ".endpoint",
      "",
      `${settings} ${environment}`,
      "always honoured; the newest one derives it from the region"
    ),
    config(
      "config.timeout_ms `AGENTBAY_TIMEOUT_MS`",
      every,
      ".timeouts",
      "",
      `${settings} ${environment}`,
      "one for each kind of call; a malformed one is a failure"
    ),
    config("config.region_id `AGENTBAY_REGION_ID`", from15, ".regionId", "", `${settings} ${environment}`),
    rowsOf("DotEnv")(
      "envFile",
      every,
      ".layer",
      "",
      "node/DotEnv.test.ts",
      "read only where a program asks for it; the file named wins over one found"
    ),
    leftOut(
      "setupLogger setLogLevel getLogLevel log logDebug logInfo logWarn logError `LOG_LEVEL` `AGENTBAY_LOG_LEVEL` `AGENTBAY_LOG_FORMAT`",
      every,
      "Effect's loggers, spans and metrics, which the program configures; see observability.md"
    )
  ]
}

const bay = rowsOf("bay")
const client = "testing/client/clientContract.ts"
const request = "core/account/create.request.test.ts"
const answers = "core/account/create.answers.test.ts"

const bayModule: Module = {
  title: "Account",
  official: ["agentBay"],
  page: "sessions.md",
  rows: [
    bay(
      "create",
      every,
      ".session .create",
      "CreateMcpSession GetContextInfo",
      `${request} ${answers} ${client} core/account/scope.test.ts`,
      "`session` deletes it when the scope closes; files and settings that did not arrive are a failure"
    ),
    bay("get getSession", every, ".get", "GetSession", `core/account/find.test.ts ${client}`),
    bay(
      "list listByLabels",
      every,
      ".list .listAll",
      "ListSession",
      `core/account/list.test.ts ${client}`,
      "by token or page, or all as a stream; labels, status and image"
    ),
    bay(
      "delete",
      every,
      ".delete",
      "DeleteSessionAsync ReleaseMcpSession GetSessionDetail",
      `core/account/delete.test.ts ${client}`
    ),
    rowsOf("session")(
      "betaPauseAsync betaResumeAsync",
      from15,
      ".pause .resume",
      "PauseSessionAsync ResumeSessionAsync GetSession",
      client,
      "of the session"
    ),
    bay("context", every, ".contexts", "", "testing/client/accountContract.ts"),
    bay("betaNetwork network", from15, ".networks", "", "core/account/networks.test.ts"),
    bay("betaSkills py:beta.skills", from19, ".skills", "", "core/account/skills.test.ts"),
    bay("betaVolume", from19, ".volumes", "", "core/account/volumes.test.ts"),
    bay(
      ["sessions that a crashed program left"],
      oursOnly,
      ".reap",
      "ListSession GetLabel DeleteSessionAsync ReleaseMcpSession",
      "testing/client/leases.test.ts",
      "there none"
    )
  ]
}

const clientModule: Module = {
  title: "Actions by hand",
  official: ["agentBay.client"],
  rows: [
    rowsOf("ControlPlane.ControlPlane.Service")(
      ["a method for each action, such as `createMcpSession`"],
      every,
      ".call",
      "CreateMcpSession",
      "core/transport/controlPlane.request.test.ts",
      "one function for all actions of `Actions.all`, typed by the action"
    ),
    rowsOf("ControlPlane.ControlPlane.Service")(
      "bindContexts describeSessionContexts refreshSessionIdleTime",
      from19,
      ".call",
      "BindContexts DescribeSessionContexts RefreshSessionIdleTime",
      "core/transport/controlPlane.request.test.ts"
    ),
    leftOut(
      ["`ApplyMqttToken` and `HandleAIEngineMessage` (models only)"],
      every,
      "no SDK has a method that sends them, and what they answer is unknown"
    )
  ]
}

const params = rowsOf("AgentBay.CreateParams")

const paramsModule: Module = {
  title: "Parameters of creation",
  official: ["CreateSessionParams"],
  page: "sessions.md",
  rows: [
    params("imageId withImageId", every, ".imageId", "CreateMcpSession", request),
    params(
      "labels withLabels getLabelsJSON",
      every,
      ".labels",
      "CreateMcpSession",
      request,
      "checked before anything is sent"
    ),
    params(
      "policyId mcpPolicyId withPolicyId",
      every,
      ".policyId",
      "CreateMcpSession",
      request,
      "one name; the second is never sent there"
    ),
    params(
      "contextSync py:context_syncs withContextSync addContextSync addContextSyncConfig",
      every,
      ".contexts",
      "CreateMcpSession GetContextInfo",
      `${request} core/account/create.contexts.test.ts`,
      "never changed; unknown members are refused"
    ),
    params("browserContext withBrowserContext", every, ".browserContext", "CreateMcpSession", request),
    params(
      "enableBrowserReplay withEnableBrowserReplay withEnableRecord",
      every,
      ".enableBrowserReplay",
      "CreateMcpSession",
      `${request} ${answers}`,
      "false is sent as false"
    ),
    params(
      "extraConfigs withExtraConfigs getExtraConfigsJSON",
      every,
      ".extraConfigs",
      "CreateMcpSession shell",
      "core/account/mobile.test.ts",
      "applied before creation is done, and a failure is one"
    ),
    rowsOf("MobileConfiguration")(
      "extraConfigsToJSON extraConfigsFromJSON validateExtraConfigs validateMobileExtraConfig validateAppManagerRule validateMobileSimulateConfig",
      every,
      ".MobileConfiguration",
      "",
      "core/account/mobile.test.ts",
      "a Schema, which creation applies; those validators it never calls"
    ),
    params(
      "isVpc withIsVpc",
      until15,
      ".isVpc",
      "CreateMcpSession",
      request,
      "honoured; 0.15.1 accepts and ignores it"
    ),
    params("framework", every, ".framework", "CreateMcpSession", request),
    params("betaNetworkId", from15, ".networkId", "CreateMcpSession", request),
    params("loadSkills", from19, ".loadSkills", "CreateMcpSession", "core/account/skills.test.ts"),
    params(
      "skillNames",
      from19,
      ".skillNames",
      "CreateMcpSession",
      "core/account/skills.test.ts",
      "sent; the TypeScript one never sends it"
    ),
    params(
      "betaVolume betaVolumeId",
      from19,
      ".volumeId",
      "CreateMcpSession",
      "core/account/volumes.test.ts"
    ),
    params(
      ["waiting for the files"],
      oursOnly,
      ".waitForContexts",
      "GetContextInfo",
      `${request} core/account/create.contexts.test.ts`,
      "no wait, or a deadline; there a fixed number of looks"
    ),
    params(
      ["contexts for which nothing is transferred"],
      oursOnly,
      ".contextsWithoutTransfer",
      "GetContextInfo",
      "core/account/create.contexts.test.ts",
      "accepted after ten seconds and named by the session, or a failure; there three minutes and a line in the log"
    ),
    params(
      "idleReleaseTimeout lifecyclePolicy LifecyclePolicy go:NewLifecyclePolicy",
      from19,
      ".lifetime",
      "CreateMcpSession",
      "core/account/lifetime.test.ts testing/cloud/lifetimes.test.ts testing/client/bindingContract.ts",
      "durations, sent in the unit that the service reads"
    ),
    params(
      "betaContextMount contextMount",
      from19,
      ".mounts",
      "CreateMcpSession",
      "core/account/lifetime.test.ts testing/client/bindingContract.ts"
    ),
    leftOut(
      "toJSON fromJSON newCreateSessionParams",
      only10,
      "parameters are plain values; `SessionParams.CreateParams` is their Schema"
    )
  ]
}

const policies = "core/storage/policies.test.ts"
const policy = rowsOf("SyncPolicy")

const policyModule: Module = {
  title: "How contexts travel",
  official: ["ContextSync", "SyncPolicy", "BrowserContext"],
  page: "contexts.md",
  rows: [
    policy(
      "ContextSync newContextSync withPolicy",
      every,
      ".ContextSync.contextId .ContextSync.path .ContextSync.policy",
      "CreateMcpSession",
      `${request} core/account/create.contexts.test.ts`,
      "checked in whatever form it is given"
    ),
    policy(
      "SyncPolicyImpl newSyncPolicy newSyncPolicyWithDefaults newUploadPolicy newDownloadPolicy newDeletePolicy newExtractPolicy newRecyclePolicy",
      every,
      ".defaults .complete",
      "CreateMcpSession",
      policies,
      "plain values; every part keeps what was given, mapping included"
    ),
    policy(
      "newMappingPolicy",
      from15,
      ".SyncPolicy.mappingPolicy",
      "CreateMcpSession",
      `${request} ${policies}`
    ),
    policy(
      "validateSyncPolicy WhiteListValidator",
      every,
      ".SyncPolicy.bwList",
      "",
      policies,
      "checked wherever a policy is given"
    ),
    policy(
      "archiveExcludePaths",
      from19,
      ".SyncPolicy.uploadPolicy.archiveExcludePaths",
      "CreateMcpSession",
      policies
    ),
    policy(
      "isPathRegex isExcludeRegex",
      from19,
      ".SyncPolicy.bwList.whiteLists.isPathRegex .SyncPolicy.bwList.whiteLists.isExcludeRegex",
      "CreateMcpSession",
      policies
    ),
    policy(
      "betaWaitForCompletion withBetaWaitForCompletion",
      from19,
      ".ContextSync.waitForCompletion",
      "",
      "core/account/create.contexts.test.ts"
    ),
    rowsOf("BrowserContext")(
      "BrowserContext getAllContextSyncs getExtensionContextSyncs",
      every,
      ".BrowserContext .toContextSyncs",
      "CreateMcpSession",
      policies
    ),
    rowsOf("BrowserContext.BrowserContext")(
      "getFingerprintContextSync BrowserFingerprintContext",
      from15,
      ".fingerprintContextId",
      "CreateMcpSession",
      policies
    ),
    rowsOf("BrowserContext.BrowserContext")(
      "syncMode go:WithSyncMode",
      from19,
      ".syncMode",
      "CreateMcpSession",
      policies
    )
  ]
}

const failures = rowsOf("AgentBayError")

const failureModule: Module = {
  title: "Failures",
  official: ["errors"],
  page: "failures.md",
  rows: [
    failures(
      "AuthenticationError",
      every,
      ".InvalidConfiguration",
      "",
      settings,
      "when the client is made, without a request"
    ),
    failures(
      "APIError",
      every,
      ".SessionError",
      "",
      "core/transport/controlPlane.failures.test.ts",
      "a closed `reason`, phase, code, HTTP status and request id"
    ),
    failures(
      "AgentBayError",
      every,
      ".AgentBayError",
      "",
      "core/types/account.tst.ts",
      "the union of all; which of them an operation fails with is in its type"
    ),
    failures("BrowserError", every, ".BrowserError", "", "core/session/SessionBrowser.test.ts"),
    failures(
      "py:ClearanceTimeoutError",
      every,
      ".SessionError",
      "",
      "core/storage/clearing.test.ts",
      "`SessionError`, reason `Timeout`"
    ),
    failures("py:AgentError", from19, ".AgentError", "", "core/session/SessionAgent.test.ts"),
    failures(
      "py:WsConnectionClosedError py:WsHandshakeRejectedError py:WsProtocolError py:WsRemoteError go:WsTimeoutError",
      from19,
      ".ChannelError",
      "",
      "testing/client/liveChannel.test.ts",
      "reasons `Lost`, `Refused`, `Protocol`, `Remote` and `Timeout`; `phase` says whether the request left"
    ),
    leftOut("WsCancelledError", from19, "cancelling is interruption, which no failure stands for"),
    failures("PtyError PtyNotConnectedError", from19, ".PtyError", "", "testing/client/terminals.test.ts"),
    failures(
      "GitError GitAuthError GitNotARepoError GitConflictError GitNotFoundError",
      from19,
      ".GitError",
      "",
      "core/session/SessionGit.test.ts testing/client/gitContract.ts",
      "one error with a reason; conflicts and missing things are told apart by what git says where it says it"
    )
  ]
}

export const modules: ReadonlyArray<Module> = [
  settingsModule,
  bayModule,
  clientModule,
  paramsModule,
  policyModule,
  failureModule
]
