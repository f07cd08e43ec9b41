/** From the parameters of `AgentBay.create` to the request of `CreateMcpSession`. */
import * as Option from "effect/Option"
import type { AgentBayConfig } from "../AgentBayConfig.js"
import type { Action } from "../contract/Action.js"
import type { CreateMcpSession } from "../contract/actions/SessionActions.js"
import * as Lifetime from "../Lifetime.js"
import * as MobileConfiguration from "../MobileConfiguration.js"
import type { CreateParams } from "../SessionParams.js"
import * as BrowserContext from "../storage/BrowserContext.js"
import type { ContextSync } from "../storage/SyncPolicy.js"
import { persistenceData } from "./boundContexts.js"
import type { Labels } from "./lease.js"
import { version } from "./version.js"

/** Every context that the session will mount, in the order of the official clients. */
export const mountedContexts = (params: CreateParams): ReadonlyArray<ContextSync> => {
  const simulatedContextId = params.extraConfigs?.mobile?.simulateConfig?.simulatedContextId
  return [
    ...(params.contexts ?? []),
    ...(simulatedContextId === undefined
      ? []
      : [{ contextId: simulatedContextId, path: MobileConfiguration.simulationPath }]),
    ...(params.browserContext === undefined ? [] : BrowserContext.toContextSyncs(params.browserContext))
  ]
}

const sdkStats = (framework: string) => ({
  source: "sdk",
  sdk_language: "typescript",
  sdk_version: version,
  is_release: true,
  framework
})

export const createRequest = (
  params: CreateParams,
  config: AgentBayConfig.Service,
  lease: Labels
): Action.Request<typeof CreateMcpSession> => {
  const list = persistenceData({ contexts: mountedContexts(params), mounts: params.mounts })
  return {
    imageId: params.imageId,
    labels: Object.keys(lease).length === 0 ? params.labels : { ...params.labels, ...lease },
    mcpPolicyId: params.policyId,
    // Only the first service knows the flag; later ones refuse nothing but ignore it.
    vpcResource: params.isVpc === true ? true : undefined,
    persistenceDataList: list.length === 0 ? undefined : list,
    extraConfigs: params.extraConfigs,
    sdkStats: sdkStats(params.framework ?? config.framework),
    networkId: params.networkId,
    loginRegionId: params.regionId ?? Option.getOrUndefined(config.regionId),
    enableRecord: params.enableBrowserReplay,
    loadSkill: params.loadSkills === true ? true : undefined,
    skills: params.skillNames,
    volumeId: params.volumeId,
    ...(params.lifetime === undefined ? {} : Lifetime.toParameters(params.lifetime))
  }
}
