import type { Deviation } from "../Deviation.js"

import { mcpResult, type Outcome, success, toolMentions } from "../Outcome.js"
import type { Case, Json } from "../Vector.js"
import { request } from "./agentBay.js"
import { actionOf, answerTo, member, refused, serviceFailure } from "./edit.js"

const url = (link: string) => ({
  status: 200,
  body: { RequestId: "REQ-L", HttpStatusCode: 200, Code: "ok", Success: true, Data: { Url: link } }
})

/** What the tool of this line answered. */
const toolAnswer = ({ vector }: Case): Json | undefined =>
  vector.responses.map(mcpResult).findLast((one) => one !== undefined)

const contents = (one: Case): ReadonlyArray<Json> => {
  const content = member(toolAnswer(one), "content")
  return Array.isArray(content) ? content : []
}

const withData = (expected: Outcome, data: unknown): Outcome =>
  expected._tag === "Success" ? { ...expected, data } : expected

const directId = (one: Case): string => `${one.vector.route}-<timestamp>-<random>`

/** A tool that says no, with the texts of its answer. */
export const toolFailure = (one: Case): Outcome => ({
  _tag: "Failure",
  kind: "tool",
  requestId: one.vector.route === "api" ? answerTo(one, "CallMcpTool")["RequestId"] : directId(one),
  mentions: toolMentions(toolAnswer(one))
})

/** An answer that is not what a tool answers. */
const unreadable = (one: Case): Outcome => ({
  _tag: "Failure",
  kind: "service",
  requestId: one.vector.route === "api" ? answerTo(one, "CallMcpTool")["RequestId"] : directId(one)
})

const initiating = (expected: Outcome, one: Case): Outcome => {
  const body = one.vector.responses[0]?.body
  return { ...expected, requestId: member(body, "RequestId") } as Outcome
}

const softFailures: Readonly<Record<string, string>> = {
  setLabels: "SetLabel",
  getLabels: "GetLabel",
  getLink: "GetLink",
  info: "GetMcpResource"
}

export const session: ReadonlyArray<Deviation> = [
  {
    differs: "D11 and control plane 8, item 12",
    instead: "an answer that reports no success is a failure",
    ids: /^session\.(setLabels\/9|getLabels\/4|getLink\/9|info\/5)$/,
    outcome: (_, one) => serviceFailure(one, softFailures[one.vector.call.method] ?? "")
  },
  {
    differs: "newer features 10.5: the service checks the port since 0.17",
    instead: "a port outside 30100 to 30199 is sent",
    ids: /^session\.getLink\/5$/,
    versions: ["0.10.2", "0.15.1"],
    requests: () => [request("GetLink", { SessionId: "s-api-0001", Port: "80", ProtocolType: "https" })],
    outcome: () => success("https://gw.example.invalid/80"),
    answers: (recorded) => recorded.set("GetLink", [url("https://gw.example.invalid/80")])
  },
  {
    differs: "control plane 5.1: a port is a whole number",
    instead: "what no port can be is refused",
    ids: /^session\.(getLink\/8|getLinkAsync\/4)$/,
    versions: ["0.19.0"],
    ...refused
  },
  {
    differs: "D27",
    instead: "data as JSON text is read too",
    ids: /^session\.getLink\/13$/,
    outcome: () => success("wss://x")
  },
  {
    differs: "D33",
    instead: "an answer without a list is not an empty list",
    ids: /^session\.listMcpTools\/9$/,
    outcome: (_, one) => ({
      _tag: "Failure",
      kind: "service",
      requestId: answerTo(one, "ListMcpTools")["RequestId"]
    })
  },
  {
    differs: "session core modules 14: a figure that is not a number becomes NaN",
    instead: "it is not what the contract promises",
    ids: /^session\.getMetrics\/6$/,
    outcome: (_, one) => unreadable(one)
  },
  {
    differs: "control plane 8, item 19",
    instead: "the request id is that of the request that started the change",
    ids: /^(session|agentBay)\.beta(Pause|Resume)Async\/(1|2|10)$/,
    outcome: initiating
  },
  {
    differs: "D30 and control plane 8, item 6",
    instead:
      "the old state, or none, is waited out for a while; the failure names the request that started the change",
    ids: /^session\.beta(Pause|Resume)Async\/[45]$/,
    outcome: initiating
  },
  {
    differs: "D12: a failed transfer before a deletion is ignored",
    instead: "it is a failure, and the session is not deleted, so that nothing is lost",
    ids: /^session\.delete\/3$/,
    requests: (requests) => requests.filter((sent) => actionOf(sent) === "SyncContext"),
    outcome: (_, one) => serviceFailure(one, "SyncContext")
  },
  {
    differs: "control plane 2.2.5: a session that is already gone is a failure",
    instead: "it is deleted, which is what was asked for",
    ids: /^session\.delete\.(async\/5|release\/2)$/,
    outcome: () => success({})
  },
  {
    differs: "control plane 3.3: the baseline uploads its recording context before the deletion",
    instead: "there is no such context (D46)",
    ids: /^session\.delete\.replay\/1$/,
    requests: (requests) =>
      requests.filter((sent) => !["SyncContext", "GetContextInfo"].includes(actionOf(sent)))
  }
]

export const sessionContext: ReadonlyArray<Deviation> = [
  {
    differs: "newer features 17, defect 25: how the transfers went is not told, and they are not waited for",
    instead: "it waits for them, as the newest one does, and fails when one has failed",
    ids: /^session\.context\.bind\/[125]$/,
    requests: (requests) => {
      const [last] = requests.slice(-1)
      return last === undefined
        ? requests
        : [
            ...requests,
            {
              ...last,
              query: { ...last.query, Action: "GetContextInfo" },
              headers: { ...last.headers, "x-acs-action": "GetContextInfo" },
              form: { Authorization: "Bearer akm-TESTKEY", SessionId: "s-api-0001", TaskType: "download" }
            }
          ]
    },
    answers: (recorded) => {
      const rows = [
        ["SdkCtx-9", "/tmp/data"],
        ["SdkCtx-8", "/tmp/é"]
      ].map(([contextId, path]) => ({ contextId, path, taskType: "download", status: "Success" }))
      const ContextStatus = JSON.stringify([{ type: "data", data: JSON.stringify(rows) }])
      const body = {
        RequestId: "REQ-P",
        HttpStatusCode: 200,
        Code: "ok",
        Success: true,
        Data: { ContextStatus }
      }
      return new Map([...recorded, ["GetContextInfo", [{ status: 200, body }]]])
    }
  },
  {
    differs: "D1 and session core modules 9.3: reading stops silently at the first bad part",
    instead: "a status that cannot be read is a failure",
    ids: /^session\.context\.info\/4$/,
    outcome: (_, one) => ({
      _tag: "Failure",
      kind: "service",
      requestId: answerTo(one, "GetContextInfo")["RequestId"]
    })
  },
  {
    differs: "control plane 8, item 15",
    instead: "a context id without a path is refused",
    ids: /^session\.context\.sync\/7$/,
    versions: ["0.10.2"],
    ...refused
  },
  {
    differs: "D1",
    instead: "a transfer that never appears is a failure",
    ids: /^session\.context\.sync\/10$/,
    outcome: (_, one) => ({
      _tag: "Failure",
      kind: "service",
      requestId: answerTo(one, "SyncContext")["RequestId"]
    })
  }
]

export const callMcpTool: ReadonlyArray<Deviation> = [
  {
    differs: "control plane 8, item 10",
    instead: "a VPC answer marked as an error is one",
    ids: /^session\.callMcpTool\/9$/,
    routes: ["vpc"],
    outcome: (_, one) => toolFailure(one)
  },
  {
    differs: "control plane 4.4: only the newest clients read binary results",
    instead: "the base64 of the first item is the text on every route",
    ids: /^session\.callMcpTool\/10$/,
    versions: ["0.10.2"],
    outcome: (expected, one) => withData(expected, member(contents(one)[0], "data"))
  },
  {
    differs: "D6",
    instead: "no content is an empty text, not the answer itself",
    ids: /^session\.callMcpTool\/12$/,
    when: ({ vector }) => member(vector.result, "data") !== "",
    outcome: (expected) => withData(expected, "")
  },
  {
    differs: "D26 and control plane 8, item 11",
    instead: "an answer that is not a tool's result is a failure",
    ids: /^session\.callMcpTool(\/15|\.link\/3)$/,
    outcome: (_, one) => unreadable(one)
  },
  {
    differs: "D27",
    instead: "data as JSON text is read too",
    ids: /^session\.callMcpTool\.api\/9$/,
    outcome: (expected) => withData(expected, "in a string")
  }
]

export const routing: ReadonlyArray<Deviation> = [
  {
    differs: "control plane 8, item 7",
    instead: "a session found again is reached over its link, as since 0.19",
    ids: /^session\.routing\.afterGet\/1$/,
    requests: (requests, one) => {
      const form = requests.at(-1)?.form ?? {}
      return [
        ...requests.slice(0, -1),
        {
          method: "POST",
          path: "/link/s-0001/callTool",
          json: {
            args: form["Args#json"] ?? null,
            server: "wuying_shell",
            tool: "shell",
            token: member(answerTo(one, "GetSession")["Data"], "Token") ?? "",
            requestId: "link-<timestamp>-<random>"
          },
          headers: { "content-type": "application/json", "x-access-token": "tok-0001" }
        }
      ]
    },
    outcome: (expected) => ({ ...expected, requestId: "link-<timestamp>-<random>" }) as Outcome,
    answers: (recorded, one) =>
      recorded.set("tool shell", [
        { status: 200, body: { code: 200, data: JSON.stringify({ result: toolAnswer(one) ?? null }) } }
      ])
  },
  {
    differs: "control plane 3.3: a VPC session found again knows no tools, and its calls fail",
    instead: "it learns them at once",
    ids: /^session\.routing\.afterGet\/3$/,
    requests: (requests) => [
      ...requests,
      request("ListMcpTools", { ImageId: "linux_latest" }),
      {
        method: "GET",
        path: "/callTool",
        query: {
          server: "wuying_shell",
          tool: "shell",
          args: "<json>",
          "args#json": { command: "ls" },
          token: "tok-0001",
          requestId: "vpc-<timestamp>-<random>"
        },
        headers: { "content-type": "application/x-www-form-urlencoded" }
      }
    ],
    outcome: () => success("out line\n", "vpc-<timestamp>-<random>"),
    answers: (recorded) =>
      recorded
        .set("ListMcpTools", [
          {
            status: 200,
            body: {
              RequestId: "REQ-L",
              HttpStatusCode: 200,
              Code: "ok",
              Success: true,
              Data: '[{"name":"shell","server":"wuying_shell"}]'
            }
          }
        ])
        .set("tool shell", [
          {
            status: 200,
            body: {
              code: 200,
              data: JSON.stringify({
                result: { content: [{ type: "text", text: "out line\n" }], isError: false }
              })
            }
          }
        ])
  },
  {
    differs: "control plane 3.3: a VPC session found again knows no tools until it is told to list them",
    instead: "it has listed them already",
    ids: /^session\.routing\.afterGet\/4$/,
    requests: (requests) =>
      requests.flatMap((sent) => (actionOf(sent) === "ListMcpTools" ? [sent, sent] : [sent]))
  }
]
