import type { Deviation } from "../Deviation.js"
import { keyOf } from "../FakeService.js"
import { type Outcome, success } from "../Outcome.js"
import { callLike } from "../toolCall.js"
import type { Answer, Case, Json, Request } from "../Vector.js"
import { request } from "./agentBay.js"
import { requestIdOf } from "./command.js"
import { answerTo } from "./edit.js"
import { toolFailure } from "./session.js"

const browserStarts = /^agent\.browser\.executeTask(AndWait)?\/\d+$/

const starts = (one: Case): Request =>
  request("InitBrowser", {
    BrowserOption: "<json>",
    "BrowserOption#json": {
      useStealth: false,
      solveCaptchas: false,
      autoLogin: false,
      callForUser: false,
      extensionPath: "/tmp/extensions/"
    },
    PersistentPath: "/tmp/agentbay_browser",
    SessionId: one.vector.route === "link" ? "s-link-0001" : "s-api-0001"
  })

const started: Answer = {
  status: 200,
  body: { RequestId: "REQ-I", HttpStatusCode: 200, Code: "ok", Success: true, Data: { Port: 9222 } }
}

/** The id of the request that started the task. */
const startId = (one: Case): Json | undefined =>
  one.vector.route === "api" ? answerTo(one, "CallMcpTool")["RequestId"] : requestIdOf(one)

const failure = (one: Case, requestId = startId(one)): Outcome => ({
  _tag: "Failure",
  kind: "service",
  requestId
})

const lastId = ({ vector }: Case): Json | undefined => {
  const body = vector.responses.at(-1)?.body
  return vector.route !== "api"
    ? `${vector.route}-<timestamp>-<random>`
    : typeof body === "object" && body !== null && "RequestId" in body
      ? body["RequestId"]
      : undefined
}

const terminate = (sent: Request): boolean => /terminate_task$/.test(keyOf(sent))

/** A look at the task after it was told to end, as other agents' tasks are looked at. */
const confirmed = (requests: ReadonlyArray<Request>): ReadonlyArray<Request> =>
  requests.flatMap((sent) =>
    terminate(sent) ? [sent, callLike(sent, "browser_use_get_task_status", { task_id: "bt-1" })] : [sent]
  )

export const agent: ReadonlyArray<Deviation> = [
  {
    differs: "newer features 3.2: before, nobody started the browser for the agent",
    instead: "a browser that does not run is started, as since 0.18",
    ids: browserStarts,
    versions: ["0.15.1"],
    requests: (requests, one) => [starts(one), ...requests],
    answers: (recorded) => recorded.set("InitBrowser", [started])
  },
  {
    differs: "session automation modules 17, #38: nobody looks whether the browser's task has ended",
    instead: "that is confirmed for every agent",
    ids: /^agent\.browser\.executeTaskAndWait\/3$/,
    requests: confirmed
  },
  {
    differs: "session automation modules 17, #39: time that is up has two names",
    instead: "it is a failure of its own; that the task is gone by then is what was asked for",
    ids: /^agent\.(computer\.executeTaskAndWait\/5|mobile\.executeTaskAndWait\.v15\/2)$/,
    outcome: (_, one) => failure(one)
  },
  {
    differs: "session automation modules 17, #35: an answer without a status counts as the end",
    instead: "it is no end: the task is looked at again until its time is up, and then terminated",
    ids: /^agent\.computer\.executeTaskAndWait\/8$/,
    versions: ["0.19.0"],
    requests: (requests) => {
      const look = requests.at(-1)
      return look === undefined
        ? requests
        : [...requests, callLike(look, "flux_terminate_task", { task_id: "task-7f3" }), look]
    },
    outcome: (_, one) => failure(one),
    answers: (recorded, one) => {
      const [answer] = one.vector.responses
      return answer === undefined ? recorded : recorded.set("tool flux_terminate_task", [answer])
    }
  },
  {
    differs: "session automation modules 17, #35: a missing status is given a name",
    instead: "it is unknown",
    ids: /^agent\.computer\.terminateTask\/3$/,
    outcome: () => success({ taskStatus: "unknown" })
  },
  {
    differs: "session automation modules 17, #35: a missing status counts as the end",
    instead: "it is told as it came: not at all",
    ids: /^agent\.mobile\.getTaskStatus\/4$/,
    outcome: (_, one) => success({ $partly: { taskId: "x", taskStatus: "" } }, lastId(one))
  },
  {
    differs: "session automation modules 10.6: a result names the request that started the task",
    instead: "it names the one that brought the result, as since 0.15",
    ids: /^agent\.executeTask\/[129]$/,
    versions: ["0.10.2"],
    routes: ["api"],
    outcome: (expected, one) => ({ ...expected, requestId: lastId(one) }) as Outcome
  },
  {
    differs: "newer features 3.3: a task that failed is a value in which that must be found",
    instead: "waiting for it fails",
    ids: /^agent\.mobile\.executeTask\/[59]$/,
    versions: ["0.19.0"],
    outcome: (_, one) => (one.vector.id.endsWith("/5") ? toolFailure(one) : failure(one, lastId(one)))
  }
]
