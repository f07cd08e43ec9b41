import type { Deviation } from "../Deviation.js"
import { type Answers, onRoute, toolResult } from "../FakeService.js"
import type { Outcome } from "../Outcome.js"
import type { Answer, Case, Json, Request } from "../Vector.js"
import { actionOf, answerTo, each, member, refused, serviceFailure, withForm } from "./edit.js"

/** A request for an action as the recorded client makes it. */
const asking = (action: string, form: Readonly<Record<string, Json>>): Request => ({
  method: "POST",
  path: "/",
  query: {
    Action: action,
    Format: "json",
    Version: "2025-05-06",
    Timestamp: "<timestamp>",
    SignatureNonce: "<nonce>"
  },
  form: { Authorization: "Bearer akm-TESTKEY", ...form },
  headers: {
    "x-acs-version": "2025-05-06",
    "x-acs-action": action,
    "content-type": "application/x-www-form-urlencoded"
  }
})

const done = (data?: Json): Answer => ({
  status: 200,
  body: {
    RequestId: "REQ-X",
    HttpStatusCode: 200,
    Code: "ok",
    Success: true,
    ...(data === undefined ? {} : { Data: data })
  }
})

const sessionOf = (requests: ReadonlyArray<Request>): Json =>
  requests.flatMap(({ form }) => form?.["SessionId"] ?? [])[0] ?? "s-api-0001"

const contextOf = (requests: ReadonlyArray<Request>): Json =>
  requests.flatMap(({ form }) => form?.["ContextId"] ?? [])[0] ?? ""

/** The one kind of look that we take: at the very copy that was asked for. */
const oneLook = (requests: ReadonlyArray<Request>): ReadonlyArray<Request> => {
  let mode: Json | undefined
  return requests.flatMap((request, index) => {
    if (actionOf(request) === "SyncContext") mode = request.form?.["Mode"]
    if (actionOf(request) !== "GetContextInfo" || mode === undefined) return [request]
    const next = requests[index + 1]
    const isFirst = request.form?.["TaskType"] === undefined
    if (isFirst && next !== undefined && actionOf(next) === "GetContextInfo") return []
    return [withForm(request, (form) => ({ ...form, TaskType: mode ?? null }))]
  })
}

const withDeletion =
  (path: string) =>
  (requests: ReadonlyArray<Request>): ReadonlyArray<Request> => [
    ...requests,
    asking("DeleteContextFile", { ContextId: contextOf(requests), FilePath: path })
  ]

const deletes = (recorded: Answers): Answers => recorded.set("DeleteContextFile", [done()])

const remote = ({ vector }: Case): string =>
  String(vector.call.args[vector.call.method === "downloadFile" ? 0 : 1])

/** A refusal of the object store, with the request id of the URL. */
const storeRefusal =
  (action: string) =>
  (_: Outcome, one: Case): Outcome => ({
    _tag: "Failure",
    kind: "service",
    requestId: answerTo(one, action)["RequestId"],
    status: one.vector.responses.find(({ status }) => status >= 300)?.status,
    mentions: []
  })

const stored = (expected: Outcome, fields: Readonly<Record<string, Json>>): Outcome =>
  expected._tag === "Success" && typeof expected.data === "object"
    ? { ...expected, data: { ...expected.data, ...fields } }
    : expected

/** Where the object of a path elsewhere lies. */
const aside = (directory: string) => `${directory}/<random>`

const directoryOf = (one: Case): string => {
  const contexts = answerTo(one, "GetAndLoadInternalContext")["Data"]
  const usable = Array.isArray(contexts)
    ? contexts.map((context: Json) => member(context, "ContextPath")).find((path) => path !== undefined)
    : undefined
  return String(usable ?? "/tmp/file-transfer")
}

const placing = (requests: ReadonlyArray<Request>, path: string): Request =>
  asking("CallMcpTool", {
    Args: "<json>",
    "Args#json": { command: { $contains: [path, "mv -f", "rm -rf"] }, timeout_ms: 50000 },
    AutoGenSession: "false",
    Name: "shell",
    Server: "",
    SessionId: sessionOf(requests)
  })

/** Files that are not below the directory for transfers. */
const elsewhere = /^fs\.uploadFile(\/15|\.noContext\/4)$/

export const fileTransfer: ReadonlyArray<Deviation> = [
  {
    differs: "D24",
    instead: "a POST with all parameters in the form",
    ids: /^fs\.(uploadFile|downloadFile|getFileTransferContextPath)[./]/,
    when: ({ vector }) =>
      vector.requests.some((request) => actionOf(request) === "GetAndLoadInternalContext"),
    requests: each("GetAndLoadInternalContext", (request) => ({
      ...request,
      method: "POST",
      headers: { ...request.headers, "content-type": "application/x-www-form-urlencoded" }
    }))
  },
  {
    differs: "session core modules 4.1 and D46: the first generation makes a context for each session",
    instead: "the service's own is asked for",
    ids: /^fs\.(uploadFile|downloadFile)[./]/,
    versions: ["0.10.2"],
    when: ({ vector }) => vector.requests.length > 0 && !vector.id.endsWith("downloadFile/3"),
    requests: (requests) => [
      asking("GetAndLoadInternalContext", {
        "ContextTypes.1": "file_transfer",
        SessionId: sessionOf(requests)
      }),
      ...requests
    ],
    answers: (recorded) =>
      recorded.set("GetAndLoadInternalContext", [
        done([{ ContextId: "SdkCtx-ft0", ContextPath: "/tmp/file-transfer", ContextType: "file_transfer" }])
      ])
  },
  {
    differs: "D35: a lookup that failed is no path",
    instead: "it is a failure",
    ids: /^fs\.getFileTransferContextPath\/2$/,
    outcome: (_, one) => serviceFailure(one, "GetAndLoadInternalContext")
  },
  {
    differs: "D2 and D14",
    instead: "there is one wait, for this very copy, and it cannot be left out",
    ids: /^fs\.(uploadFile|downloadFile)[./]/,
    when: ({ vector }) =>
      vector.requests.some((request) => actionOf(request) === "GetContextInfo") &&
      !vector.id.endsWith("downloadFile/3"),
    requests: oneLook
  },
  {
    differs: "D15: it is found out after all the work",
    instead: "a local file that must not be replaced is found out before anything is sent",
    ids: /^fs\.downloadFile\/3$/,
    ...refused
  },
  {
    differs: "D16",
    instead: "status and ETag are those of the object store",
    ids: /^fs\.uploadFile(\/(1|2|3|7|12|15)|\.noContext\/4)$/,
    outcome: (expected, one) =>
      stored(expected, {
        etag: '"etag-1"',
        httpStatus: one.vector.responses.find(({ headers }) => headers?.["etag"] !== undefined)?.status ?? 0
      })
  },
  {
    differs: "D16 and session core modules 4.2: a failed upload leaves its object behind",
    instead: "the object is deleted; the refusal is the object store's own",
    ids: /^fs\.uploadFile\/6$/,
    requests: (requests, one) => withDeletion(remote(one))(requests),
    outcome: storeRefusal("GetContextFileUploadUrl"),
    answers: deletes
  },
  {
    differs: "D16 and session core modules 4.3: a failed download leaves its object behind",
    instead: "the object is deleted; the refusal is the object store's own",
    ids: /^fs\.downloadFile\/5$/,
    requests: (requests, one) => withDeletion(remote(one))(requests),
    outcome: storeRefusal("GetContextFileDownloadUrl"),
    answers: deletes
  },
  {
    differs: "session core modules 4.2: an upload that failed leaves its object behind",
    instead: "the object is deleted",
    ids: /^fs\.uploadFile\/11$/,
    requests: (requests, one) => withDeletion(remote(one))(requests),
    answers: deletes
  },
  {
    differs: "D16 and session core modules 4.3: a download that failed leaves its object behind",
    instead: "the object is deleted; the service's own words are kept",
    ids: /^fs\.downloadFile\/6$/,
    requests: (requests, one) => withDeletion(remote(one))(requests),
    outcome: (_, one) => serviceFailure(one, "GetContextFileDownloadUrl"),
    answers: deletes
  },
  {
    differs: "session core modules 4.1: nothing checks that a path lies below the transfer directory",
    instead: "a file that lies elsewhere goes through that directory and is moved into place",
    ids: elsewhere,
    requests: (requests, one) => {
      const moved = requests.map((request) =>
        withForm(request, (form) => ({
          ...form,
          ...(form["FilePath"] === undefined ? {} : { FilePath: aside(directoryOf(one)) }),
          ...(form["Path"] === undefined ? {} : { Path: aside(directoryOf(one)) })
        }))
      )
      const last = moved.at(-1)
      return last === undefined ? [] : [...moved.slice(0, -1), placing(requests, remote(one)), last]
    },
    answers: (recorded) =>
      recorded
        .set("tool shell", [
          onRoute("api", toolResult('{"stdout":"0\\n\\nplaced\\n","stderr":"","exit_code":0}'), "REQ-X")
        ])
        .set("GetContextInfo", [
          (request) =>
            done({
              ContextStatus: JSON.stringify([
                {
                  type: "data",
                  data: JSON.stringify([
                    {
                      contextId: request.form?.["ContextId"],
                      path: request.form?.["Path"],
                      status: "Success",
                      errorMessage: "",
                      taskType: "download",
                      startTime: 1,
                      finishTime: 2
                    }
                  ])
                }
              ])
            })
        ])
  }
]
