import type { Deviation } from "../Deviation.js"
import type { Answers } from "../FakeService.js"
import type { Failure, Outcome } from "../Outcome.js"
import type { Answer, Case, Json, Request } from "../Vector.js"
import { isObject } from "../Vector.js"
import { answerTo, each, member, serviceFailure, withForm } from "./edit.js"

const envelope = (requestId: string): Record<string, Json> => ({
  RequestId: requestId,
  HttpStatusCode: 200,
  Code: "ok",
  Success: true
})

const gone: Answer = {
  status: 400,
  body: {
    RequestId: "REQ-G",
    Code: "InvalidMcpSession.NotFound",
    Message: "resource [McpSession] was not found"
  }
}

/** A request of an action, with the fields that every request has. */
export const request = (action: string, parameters: Readonly<Record<string, Json>>): Request => ({
  method: "POST",
  path: "/",
  query: {
    Action: action,
    Format: "json",
    Version: "2025-05-06",
    Timestamp: "<timestamp>",
    SignatureNonce: "<nonce>"
  },
  form: { Authorization: "Bearer akm-TESTKEY", ...parameters },
  headers: {
    "x-acs-version": "2025-05-06",
    "x-acs-action": action,
    "content-type": "application/x-www-form-urlencoded"
  }
})

/** What deleting the session again sends, in the generation of the line. */
const deletion = (one: Case): ReadonlyArray<Request> => {
  const sessionId = member(answerTo(one, "CreateMcpSession")["Data"], "SessionId") ?? ""
  return one.version === "0.10.2"
    ? [request("ReleaseMcpSession", { SessionId: sessionId })]
    : [
        request("DeleteSessionAsync", { SessionId: sessionId }),
        request("GetSessionDetail", { SessionId: sessionId })
      ]
}

const deletionAnswers = (recorded: Answers): Answers =>
  recorded
    .set("ReleaseMcpSession", [{ status: 200, body: envelope("REQ-D") }])
    .set("DeleteSessionAsync", [{ status: 200, body: envelope("REQ-D") }])
    .set("GetSessionDetail", [gone])

/** The creation fails, and the session that was created is deleted again. */
const undone = (one: Case): Failure => ({
  _tag: "Failure",
  kind: "service",
  requestId: answerTo(one, "CreateMcpSession")["RequestId"]
})

const extensionMount: Json = {
  ContextId: "ectx-1",
  Path: "/tmp/extensions/",
  Policy: "<json>",
  "Policy#json": {
    uploadPolicy: { autoUpload: false, uploadStrategy: "UploadBeforeResourceRelease", uploadMode: "File" },
    extractPolicy: { extract: true, deleteSrcFile: true, extractToCurrentFolder: false },
    deletePolicy: { syncLocalFile: false },
    recyclePolicy: { lifecycle: "Lifecycle_Forever", paths: [""] },
    bwList: {
      whiteLists: [
        { path: "e1.zip", excludePaths: [] },
        { path: "e2.zip", excludePaths: [] }
      ]
    },
    downloadPolicy: { autoDownload: true, downloadStrategy: "DownloadAsync" }
  }
}

const arrived = (contextId: string, path: string): Json => ({
  contextId,
  path,
  errorMessage: "",
  status: "Success",
  startTime: 1767600000,
  finishTime: 1767600003,
  taskType: "download"
})

/** Whether the caller asked for a recording, for none, or left it open. */
const wantsReplay = ({ vector }: Case): boolean | undefined => {
  if (vector.call.then === "for a session created with enableBrowserReplay") return true
  const text = JSON.stringify(vector.call.args)
  const told = /"enableBrowserReplay":(true|false)|"withEnableBrowserReplay",(true|false)/.exec(text)
  return told === null ? undefined : (told[1] ?? told[2]) === "true"
}

export const agentBay: ReadonlyArray<Deviation> = [
  {
    differs: "D4 and control plane 8, item 1",
    instead: "EnableRecord says what the caller asked for, as since 0.16",
    ids: /^(agentBay\.create\.(new|seed)|session\.delete\.replay)\//,
    versions: ["0.10.2", "0.15.1"],
    when: (one) => wantsReplay(one) !== undefined,
    requests: (requests, one) =>
      each("CreateMcpSession", (sent) =>
        withForm(sent, (form) => ({ ...form, EnableRecord: String(wantsReplay(one)) }))
      )(requests),
    outcome: (expected, one) => {
      const data = expected._tag === "Success" ? expected.data : undefined
      const fields = isObject(data) ? data["$partly"] : undefined
      return isObject(fields)
        ? ({
            ...expected,
            data: { $partly: { ...fields, enableBrowserReplay: wantsReplay(one) } }
          } as Outcome)
        : expected
    }
  },
  {
    differs: "D38 and control plane 8, item 2",
    instead: "the policy id and isVpc are honoured; a VPC session learns its tools",
    ids: /^agentBay\.create\.new\/4$/,
    requests: (requests) => [
      ...each("CreateMcpSession", (sent) =>
        withForm(sent, (form) => ({ ...form, McpPolicyId: "mp-1", VpcResource: "true" }))
      )(requests),
      request("ListMcpTools", { ImageId: "linux_latest" })
    ],
    answers: (recorded) =>
      recorded.set("ListMcpTools", [{ status: 200, body: { ...envelope("REQ-L"), Data: "[]" } }])
  },
  {
    differs: "D12",
    instead: "a context whose files do not arrive fails the creation, and the session is deleted again",
    ids: /^agentBay\.create\/21$/,
    requests: (requests, one) => [...requests, ...deletion(one)],
    outcome: (_, one) => undone(one),
    answers: deletionAnswers
  },
  {
    differs: "D33",
    instead: "a tool list that cannot be read fails the creation, and the session is deleted again",
    ids: /^agentBay\.create\.toolList\/[25]$/,
    requests: (requests, one) => [...requests, ...deletion(one)],
    outcome: (_, one) => undone(one),
    answers: deletionAnswers
  },
  {
    differs: "control plane 5.3: the first generation sends plain policies unchecked",
    instead: "wildcards are refused before anything is sent",
    ids: /^agentBay\.create\/11$/,
    versions: ["0.10.2"],
    requests: () => [],
    outcome: () => ({ _tag: "Failure", kind: "rejected" })
  },
  {
    differs:
      "session core modules 5.3: the baseline sets a list of its own for packages that cannot be removed",
    instead: "the list is written as since 0.15",
    ids: /^agentBay\.create\/16$/,
    versions: ["0.10.2"],
    requests: (requests) =>
      requests.map((sent) =>
        JSON.stringify(sent).includes("persist.wy.pm_lock")
          ? withForm(sent, (form) => ({
              ...form,
              "Args#json": {
                command: "<script>",
                timeout_ms: 10000,
                "command#effects": [
                  { writeFile: "/data/system/pm_lock.conf", lines: ["com.k"] },
                  { chmod: "644", path: "/data/system/pm_lock.conf" },
                  { setprop: "persist.wy.pm_lock.trigger", value: "<timestamp>" }
                ]
              }
            }))
          : sent
      )
  },
  {
    differs: "control plane 2.2.1: the baseline leaves the extensions of a browser context out",
    instead: "they are mounted, as since 0.15",
    ids: /^agentBay\.create\/15$/,
    versions: ["0.10.2"],
    requests: each("CreateMcpSession", (sent) =>
      withForm(sent, (form) => {
        const mounts = form["PersistenceDataList#json"]
        return {
          ...form,
          "PersistenceDataList#json": [extensionMount, ...(Array.isArray(mounts) ? mounts : [])]
        }
      })
    ),
    answers: (recorded) =>
      recorded.set("GetContextInfo", [
        {
          status: 200,
          body: {
            ...envelope("REQ-I"),
            Data: {
              ContextStatus: JSON.stringify([
                {
                  type: "data",
                  data: JSON.stringify([
                    arrived("ectx-1", "/tmp/extensions/"),
                    arrived("bctx-1", "/tmp/agentbay_browser")
                  ])
                }
              ])
            }
          }
        }
      ])
  },
  {
    differs: "control plane 3.6: without an option, two spaces stand in its place",
    instead: "one space",
    ids: /^agentBay\.create\.new\/14$/,
    requests: each("CallMcpTool", (sent) =>
      withForm(sent, (form) => {
        const args = form["Args#json"]
        return isObject(args) && typeof args["command"] === "string"
          ? { ...form, "Args#json": { ...args, command: args["command"].replace("apply  ", "apply ") } }
          : form
      })
    )
  },
  {
    differs: "D22: the simulation command of the creation runs with one second",
    instead: "it has the ten seconds of the other settings",
    ids: /^agentBay\.create\.new\/1[34]$/,
    requests: each("CallMcpTool", (sent) =>
      withForm(sent, (form) => {
        const args = form["Args#json"]
        return isObject(args) && args["timeout_ms"] === 1000
          ? { ...form, "Args#json": { ...args, timeout_ms: 10000 } }
          : form
      })
    )
  },
  {
    differs: "control plane 1.9: success without Data yields a session of blanks",
    instead: "an answer without a session is a failure",
    ids: /^agentBay\.get\/13$/,
    outcome: (_, one) => ({
      _tag: "Failure",
      kind: "service",
      requestId: answerTo(one, "GetSession")["RequestId"]
    })
  },
  {
    differs: "control plane 8, item 7",
    instead: "the link of a session found again is used, as since 0.19",
    ids: /^agentBay\.get\/2$/,
    versions: ["0.15.1"],
    outcome: (expected, one) => {
      const data = expected._tag === "Success" ? expected.data : undefined
      const fields = isObject(data) ? data["$partly"] : undefined
      const linkUrl = member(answerTo(one, "GetSession")["Data"], "LinkUrl")
      return { ...expected, data: { $partly: { ...(isObject(fields) ? fields : {}), linkUrl } } } as Outcome
    }
  },
  {
    differs: "control plane 2.2.2: the first generation does not read the tools of a session found again",
    instead: "the tool list of the answer is kept",
    ids: /^agentBay\.get\/2$/,
    versions: ["0.10.2"],
    outcome: (expected, one) => {
      const data = expected._tag === "Success" ? expected.data : undefined
      const fields = isObject(data) ? data["$partly"] : undefined
      const tools = member(answerTo(one, "GetSession")["Data"], "ToolList")
      return {
        ...expected,
        data: { $partly: { ...(isObject(fields) ? fields : {}), mcpTools: JSON.parse(String(tools)) } }
      } as Outcome
    }
  },
  {
    differs: "D35",
    instead: "an answer that reports no success is a failure, not an empty list",
    ids: /^agentBay\.listByLabels\/4$/,
    outcome: (_, one) => serviceFailure(one, "ListSession")
  }
]
