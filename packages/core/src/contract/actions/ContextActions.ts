/**
 * Contexts: named file stores that outlive sessions, their files, and their synchronisation with a session.
 *
 * Source: control plane reference, section 2.5.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Action from "../Action.js"
import {
  BooleanText,
  IntText,
  LooseNumber,
  maybe,
  maybeText,
  optionalParameter,
  parameter,
  textOrEmpty
} from "../Wire.js"
import { PersistenceData } from "./SessionActions.js"

const ContextRecord = Schema.Struct({
  id: maybeText("Id"),
  name: textOrEmpty("Name"),
  state: maybeText("State"),
  osType: maybeText("OsType"),
  createTime: maybeText("CreateTime"),
  lastUsedTime: maybeText("LastUsedTime")
})

/**
 * @since 0.1.0
 * @category models
 */
export type ContextRecord = typeof ContextRecord.Type

/**
 * Finds a context by name or id; with `allowCreate` a missing name is created.
 *
 * @since 0.1.0
 * @category actions
 */
export const GetContext = Action.make({
  name: "GetContext",
  request: Schema.Struct({
    allowCreate: parameter(BooleanText, "AllowCreate"),
    contextId: optionalParameter(Schema.String, "ContextId"),
    name: optionalParameter(Schema.String, "Name"),
    loginRegionId: optionalParameter(Schema.String, "LoginRegionId")
  }),
  data: Schema.NullishOr(ContextRecord),
  idempotent: true
})

/**
 * @since 0.1.0
 * @category actions
 */
export const ListContexts = Action.make({
  name: "ListContexts",
  request: Schema.Struct({
    maxResults: parameter(IntText, "MaxResults"),
    nextToken: optionalParameter(Schema.String, "NextToken"),
    sessionId: optionalParameter(Schema.String, "SessionId"),
    contextType: optionalParameter(Schema.String, "ContextType")
  }),
  data: Schema.NullishOr(Schema.Array(ContextRecord)),
  idempotent: true
})

/**
 * Renames a context.
 *
 * @since 0.1.0
 * @category actions
 */
export const ModifyContext = Action.make({
  name: "ModifyContext",
  request: Schema.Struct({ id: parameter(Schema.String, "Id"), name: parameter(Schema.String, "Name") }),
  idempotent: true
})

/**
 * @since 0.1.0
 * @category actions
 */
export const DeleteContext = Action.make({
  name: "DeleteContext",
  request: Schema.Struct({ id: parameter(Schema.String, "Id") }),
  idempotent: true
})

/**
 * Starts to empty a context; `GetContext` by id tells when it is `available` again.
 *
 * @since 0.1.0
 * @category actions
 */
export const ClearContext = Action.make({
  name: "ClearContext",
  request: Schema.Struct({ id: parameter(Schema.String, "Id") }),
  idempotent: true
})

/**
 * A page of the files below a folder of a context. The envelope's `Count` is the number of all.
 *
 * @since 0.1.0
 * @category actions
 */
export const DescribeContextFiles = Action.make({
  name: "DescribeContextFiles",
  request: Schema.Struct({
    contextId: parameter(Schema.String, "ContextId"),
    parentFolderPath: parameter(Schema.String, "ParentFolderPath"),
    pageNumber: optionalParameter(IntText, "PageNumber"),
    pageSize: optionalParameter(IntText, "PageSize"),
    maxResults: optionalParameter(IntText, "MaxResults"),
    nextToken: optionalParameter(Schema.String, "NextToken")
  }),
  data: Schema.NullishOr(
    Schema.Array(
      Schema.Struct({
        fileId: maybeText("FileId"),
        fileName: textOrEmpty("FileName"),
        filePath: textOrEmpty("FilePath"),
        fileType: maybeText("FileType"),
        gmtCreate: maybeText("GmtCreate"),
        gmtModified: maybeText("GmtModified"),
        size: maybe(LooseNumber, "Size"),
        status: maybeText("Status")
      })
    )
  ),
  idempotent: true
})

const contextFile = {
  contextId: parameter(Schema.String, "ContextId"),
  filePath: parameter(Schema.String, "FilePath")
}

const PresignedUrl = Schema.Struct({ url: maybeText("Url"), expireTime: maybe(LooseNumber, "ExpireTime") })

/**
 * @since 0.1.0
 * @category actions
 */
export const GetContextFileUploadUrl = Action.make({
  name: "GetContextFileUploadUrl",
  request: Schema.Struct(contextFile),
  data: PresignedUrl,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category actions
 */
export const GetContextFileDownloadUrl = Action.make({
  name: "GetContextFileDownloadUrl",
  request: Schema.Struct(contextFile),
  data: PresignedUrl,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category actions
 */
export const DeleteContextFile = Action.make({
  name: "DeleteContextFile",
  request: Schema.Struct(contextFile),
  idempotent: true
})

/**
 * Starts transfers between a session and its contexts: `upload` is session to storage, `download` storage to
 * session. The official client puts the api key of this action into the query string; ours never does.
 *
 * @since 0.1.0
 * @category actions
 */
export const SyncContext = Action.make({
  name: "SyncContext",
  request: Schema.Struct({
    contextId: optionalParameter(Schema.String, "ContextId"),
    mode: optionalParameter(Schema.Literal("upload", "download"), "Mode"),
    path: optionalParameter(Schema.String, "Path"),
    sessionId: parameter(Schema.String, "SessionId")
  }),
  idempotent: true
})

/**
 * One transfer task. `status` is final when it is `Success` or `Failed`; times are epoch seconds.
 *
 * @since 0.1.0
 * @category schemas
 */
export const SyncTask = Schema.Struct({
  contextId: textOrEmpty("contextId"),
  path: textOrEmpty("path"),
  errorMessage: textOrEmpty("errorMessage"),
  status: textOrEmpty("status"),
  startTime: maybe(LooseNumber, "startTime"),
  finishTime: maybe(LooseNumber, "finishTime"),
  taskType: textOrEmpty("taskType")
})

/**
 * @since 0.1.0
 * @category models
 */
export type SyncTask = typeof SyncTask.Type

/**
 * JSON in JSON: an array of `{type, data}`, where `data` of type `data` is JSON text of an array of tasks. What other
 * types carry is not known.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ContextStatus = Schema.parseJson(
  Schema.Array(Schema.Struct({ type: Schema.String, data: Schema.optional(Schema.Unknown) }))
)

/**
 * @since 0.1.0
 * @category actions
 */
export const GetContextInfo = Action.make({
  name: "GetContextInfo",
  request: Schema.Struct({
    contextId: optionalParameter(Schema.String, "ContextId"),
    path: optionalParameter(Schema.String, "Path"),
    sessionId: parameter(Schema.String, "SessionId"),
    taskType: optionalParameter(Schema.String, "TaskType")
  }),
  data: Schema.NullishOr(Schema.Struct({ contextStatus: maybeText("ContextStatus") })),
  idempotent: true
})

/**
 * Adds contexts to a session that runs. A path can be bound once; nothing is ever unbound.
 *
 * @since 0.1.0
 * @category actions
 */
export const BindContexts = Action.make({
  name: "BindContexts",
  request: Schema.Struct({
    sessionId: parameter(Schema.String, "SessionId"),
    persistenceDataList: parameter(Schema.parseJson(Schema.Array(PersistenceData)), "PersistenceDataList")
  }),
  idempotent: false
})

/**
 * The contexts of a session. `policy` is JSON text.
 *
 * @since 0.1.0
 * @category actions
 */
export const DescribeSessionContexts = Action.make({
  name: "DescribeSessionContexts",
  request: Schema.Struct({ sessionId: parameter(Schema.String, "SessionId") }),
  data: Schema.NullishOr(
    Schema.Array(
      Schema.Struct({
        contextId: textOrEmpty("ContextId"),
        contextName: maybeText("ContextName"),
        path: textOrEmpty("Path"),
        policy: maybeText("Policy"),
        bindTime: maybeText("BindTime")
      })
    )
  ),
  idempotent: true
})

/**
 * The context through which files travel between a session and the outside.
 *
 * @since 0.1.0
 * @category actions
 */
export const GetAndLoadInternalContext = Action.make({
  name: "GetAndLoadInternalContext",
  request: Schema.Struct({
    contextTypes: parameter(Schema.Array(Schema.String), "ContextTypes"),
    sessionId: parameter(Schema.String, "SessionId")
  }),
  data: Schema.NullishOr(
    Schema.Array(
      Schema.Struct({
        contextId: maybeText("ContextId"),
        contextPath: maybeText("ContextPath"),
        contextType: maybeText("ContextType")
      })
    )
  ),
  idempotent: true
})

/**
 * The actions of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  GetContext,
  ListContexts,
  ModifyContext,
  DeleteContext,
  ClearContext,
  DescribeContextFiles,
  GetContextFileUploadUrl,
  GetContextFileDownloadUrl,
  DeleteContextFile,
  SyncContext,
  GetContextInfo,
  BindContexts,
  DescribeSessionContexts,
  GetAndLoadInternalContext
} as const
