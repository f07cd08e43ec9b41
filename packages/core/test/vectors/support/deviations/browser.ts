import type { Deviation } from "../Deviation.js"
import { onRoute, toolResult } from "../FakeService.js"
import { success } from "../Outcome.js"
import { argsOf, withArgs } from "../toolCall.js"
import { isObject, type JsonObject, type Request } from "../Vector.js"
import { request } from "./agentBay.js"
import { actionOf, each, refused, withForm } from "./edit.js"
import { toolFailure } from "./session.js"

const everyStart = /^(fixture\/browser\.initialized|browser\.initialize)/

const withOption = (change: (option: JsonObject) => JsonObject) =>
  each("InitBrowser", (sent) =>
    withForm(sent, (form) => {
      const option = form["BrowserOption#json"]
      return { ...form, "BrowserOption#json": change(isObject(option) ? option : {}) }
    })
  )

const changeArgs =
  (tool: RegExp, change: (args: JsonObject) => JsonObject) => (requests: ReadonlyArray<Request>) =>
    requests.map((sent) => {
      const args = argsOf(sent)
      const name = String(sent.form?.["Name"] ?? sent.query?.["tool"] ?? "")
      return args !== undefined && tool.test(name) ? withArgs(sent, change(args)) : sent
    })

const timedOut = (taskId: string) => ({
  _tag: "Failure" as const,
  kind: "service" as const,
  mentions: [taskId]
})

/** Whether the caller wanted the browser recorded, in lines that make a session of their own. */
const wantsReplay = (then: string | undefined): boolean | undefined => {
  const told = /"enableBrowserReplay":(true|false)/.exec(then ?? "")?.[1]
  return told === undefined ? undefined : told === "true"
}

const productSchema = {
  $ref: "#/definitions/ExtractSchema",
  definitions: {
    ExtractSchema: {
      type: "object",
      properties: { title: { type: "string" }, ratings: { type: "number" } },
      required: ["title", "ratings"],
      additionalProperties: false
    }
  },
  $schema: "http://json-schema.org/draft-07/schema#"
}

export const browser: ReadonlyArray<Deviation> = [
  {
    differs: "newer features 12.3: only the newest generation knows autoLogin and callForUser",
    instead: "they are always sent",
    ids: everyStart,
    versions: ["0.10.2", "0.15.1"],
    when: ({ vector }) => vector.requests.some((sent) => actionOf(sent) === "InitBrowser"),
    requests: withOption((option) => ({ ...option, autoLogin: false, callForUser: false }))
  },
  {
    differs:
      "newer features 10.1: the second generation says that the browser is recorded unless told otherwise",
    instead: "enableRecord is sent as the session was created, and not at all when that left it open",
    ids: everyStart,
    versions: ["0.15.1"],
    when: ({ vector }) =>
      wantsReplay(vector.call.then) !== true &&
      vector.requests.some((sent) => actionOf(sent) === "InitBrowser"),
    requests: (requests, { vector }) => {
      const wanted = wantsReplay(vector.call.then)
      return withOption(({ enableRecord: _, ...option }) => ({
        ...option,
        ...(wanted === undefined ? {} : { enableRecord: wanted })
      }))(requests)
    }
  },
  {
    differs: "session automation modules 17, no. 44: replay cannot be switched off",
    instead: "enableRecord false is sent",
    ids: /^browser\.initializeAsync\.replay\/2$/,
    versions: ["0.10.2"],
    requests: withOption((option) => ({ ...option, enableRecord: false }))
  },
  {
    differs: "D4 and control plane 8, item 1",
    instead: "EnableRecord says what the caller asked for, as since 0.16",
    ids: /^browser\.initializeAsync\.replay\//,
    versions: ["0.10.2", "0.15.1"],
    requests: (requests, { vector }) =>
      each("CreateMcpSession", (sent) =>
        withForm(sent, (form) => ({ ...form, EnableRecord: String(wantsReplay(vector.call.then)) }))
      )(requests)
  },
  {
    differs:
      "session automation modules 17, no. 50: the default of pollsize depends on how the proxy was made",
    instead: "it is 10",
    ids: /^browser\.initializeAsync\.class/,
    requests: withOption((option) => ({
      ...option,
      proxies: [{ type: "wuying", strategy: "polling", pollsize: 10 }]
    }))
  },
  {
    differs: "session automation modules 17, no. 47: a refused option is the answer false",
    instead: "it is a typed failure that names the member",
    ids: /^browser\.initializeAsync(\/7|\.new\/3)$/,
    outcome: refused.outcome
  },
  {
    differs: "session automation modules 17, no. 47: a start without a port is the answer false",
    instead: "it is a typed failure",
    ids: /^browser\.initializeAsync\/11$/,
    outcome: () => ({ _tag: "Failure", kind: "service", requestId: "REQ-N" })
  },
  {
    differs:
      "session automation modules 17, no. 47: a second start with other options answers true and does nothing",
    instead: "it is a typed failure that says so",
    ids: /^browser\.initializeAsync\.twice\//,
    outcome: refused.outcome
  },
  {
    differs: "session automation modules 11.4: the first generation asks for a link without a port",
    instead: "the newer action is tried first, and the link where the service does not know it",
    ids: /^browser\.getEndpointUrl\/[15]$/,
    versions: ["0.10.2"],
    requests: (requests) => [request("GetCdpLink", { SessionId: "s-api-0001" }), ...requests],
    answers: (recorded) =>
      recorded.set("GetCdpLink", [
        {
          status: 404,
          body: { RequestId: "REQ-X", Code: "InvalidAction.NotFound", Message: "no such action" }
        }
      ])
  },
  {
    differs: "session automation modules 11.4: an answer without Url is a success",
    instead: "it is a typed failure",
    ids: /^browser\.getEndpointUrl\/5$/,
    outcome: () => ({ _tag: "Failure", kind: "service", requestId: "REQ-E" })
  },
  {
    differs: "session automation modules 17, no. 49: destroy ignores what the tool says",
    instead: "it is a failure",
    ids: /^browser\.destroy\/3$/,
    outcome: (_, one) => toolFailure(one)
  },
  {
    differs:
      "session automation modules 17, no. 49: the first generation keeps the state of a browser that was ended",
    instead: "it is forgotten",
    ids: /^browser\.destroy\.state\//,
    versions: ["0.10.2"],
    outcome: () => success({ isInitialized: false, option: null })
  },
  {
    differs: "session automation modules 17, no. 52: error texts are returned as if they were results",
    instead: "they are failures",
    ids: /^browser\.(agent|operator)\.(navigate\/2|screenshot\/5)$/,
    outcome: (_, one) => toolFailure(one)
  },
  {
    differs: "session automation modules 17, no. 4: a failure is the answer false",
    instead: "it is a failure",
    ids: /^browser\.(operator\.close\/2|agent\.seed\.extract\/3)$/,
    routes: ["api", "link"],
    outcome: (_, one) => toolFailure(one)
  },
  {
    differs: "session automation modules 17, no. 54: when the page cannot be found, another one is used",
    instead: "it is a typed failure, and nothing is sent",
    ids: /^browser\.(agent|operator)\.(seed\.)?act\/[34]$/,
    when: ({ vector }) => JSON.stringify(vector.call.args).includes("lookupFails"),
    ...refused
  },
  {
    differs: "D22: reject a time that cannot be honoured",
    instead: "a time of zero is refused",
    ids: /^browser\.agent\.act\/5$/,
    ...refused
  },
  {
    differs:
      "session automation modules 13.2: since the second generation the time of an action is in seconds",
    instead: "it is sent so to every service",
    ids: /^browser\.agent\.seed\.act\/2$/,
    requests: changeArgs(/act/, ({ timeout_ms: time, ...args }) => ({
      ...args,
      timeout: Number(time) / 1000
    }))
  },
  {
    differs: "session automation modules 13.4: the first generation sends the name of a class as its schema",
    instead: "the schema is sent",
    ids: /^browser\.agent\.seed\.extract(Async)?\//,
    when: ({ vector }) => vector.requests.length > 0,
    requests: changeArgs(/extract/, (args) =>
      args["field_schema"] === undefined ? args : { ...args, "field_schema#json": productSchema }
    )
  },
  {
    differs: "control plane 8, item 10: a VPC answer marked as an error is read as a result",
    instead: "it says that the task still runs, and the next answer counts",
    ids: /^browser\.agent\.seed\.actAsync\/2$/,
    routes: ["vpc"],
    requests: (requests) => [...requests, ...requests.slice(-1)],
    outcome: () => success({ message: '[{"index":0,"action":"a"}]' }),
    answers: (recorded) =>
      recorded.set("tool page_use_get_act_result", [
        ...(recorded.get("tool page_use_get_act_result") ?? []),
        onRoute(
          "vpc",
          toolResult('{"is_done":true,"success":true,"steps":[{"index":0,"action":"a"}]}'),
          "REQ-V"
        )
      ])
  },
  {
    differs:
      "session automation modules 13.5: an observation is looked for every three seconds, the last time at its end",
    instead: "no look is made that would come after the time",
    ids: /^browser\.operator\.observeAsync\/3$/,
    requests: (requests) => requests.slice(0, -1),
    outcome: () => timedOut("pt-2")
  },
  {
    differs: "newer features 12.1: the second generation looks for an extraction every eight seconds",
    instead: "every three seconds, as since 0.16",
    ids: /^browser\.agent\.extractAsync\/4$/,
    requests: (requests) => [...requests, ...requests.slice(-1)],
    outcome: () => timedOut("pt-3")
  }
]
