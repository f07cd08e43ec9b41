/**
 * All actions of the control API, by name.
 *
 * @since 0.1.0
 */
import * as ContextActions from "./actions/ContextActions.js"
import * as NetworkActions from "./actions/NetworkActions.js"
import * as SessionActions from "./actions/SessionActions.js"
import * as ToolActions from "./actions/ToolActions.js"

/**
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  CreateMcpSession: SessionActions.CreateMcpSession,
  GetSession: SessionActions.GetSession,
  GetSessionDetail: SessionActions.GetSessionDetail,
  ListSession: SessionActions.ListSession,
  ReleaseMcpSession: SessionActions.ReleaseMcpSession,
  DeleteSessionAsync: SessionActions.DeleteSessionAsync,
  PauseSessionAsync: SessionActions.PauseSessionAsync,
  ResumeSessionAsync: SessionActions.ResumeSessionAsync,
  SetLabel: SessionActions.SetLabel,
  GetLabel: SessionActions.GetLabel,
  GetMcpResource: SessionActions.GetMcpResource,
  GetLink: SessionActions.GetLink,
  GetCdpLink: SessionActions.GetCdpLink,
  GetAdbLink: SessionActions.GetAdbLink,
  ListMcpTools: ToolActions.ListMcpTools,
  CallMcpTool: ToolActions.CallMcpTool,
  InitBrowser: ToolActions.InitBrowser,
  GetContext: ContextActions.GetContext,
  ListContexts: ContextActions.ListContexts,
  ModifyContext: ContextActions.ModifyContext,
  DeleteContext: ContextActions.DeleteContext,
  ClearContext: ContextActions.ClearContext,
  DescribeContextFiles: ContextActions.DescribeContextFiles,
  GetContextFileUploadUrl: ContextActions.GetContextFileUploadUrl,
  GetContextFileDownloadUrl: ContextActions.GetContextFileDownloadUrl,
  DeleteContextFile: ContextActions.DeleteContextFile,
  SyncContext: ContextActions.SyncContext,
  GetContextInfo: ContextActions.GetContextInfo,
  GetAndLoadInternalContext: ContextActions.GetAndLoadInternalContext,
  CreateNetwork: NetworkActions.CreateNetwork,
  DescribeNetwork: NetworkActions.DescribeNetwork
} as const

/**
 * @since 0.1.0
 * @category models
 */
export type ActionName = keyof typeof all

/**
 * @since 0.1.0
 * @category models
 */
export type ActionByName<Name extends ActionName> = (typeof all)[Name]
