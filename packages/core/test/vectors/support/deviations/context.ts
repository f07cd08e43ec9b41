import type { Deviation } from "../Deviation.js"
import { partly } from "../Mapping.js"
import { type Outcome, success } from "../Outcome.js"
import type { Case } from "../Vector.js"
import { actionOf, answerTo, member, refused, serviceFailure } from "./edit.js"

/** The context as GetContext describes it. */
const answered = (one: Case): Outcome => {
  const data = answerTo(one, "GetContext")["Data"]
  const fields = {
    id: member(data, "Id"),
    name: member(data, "Name"),
    state: member(data, "State"),
    osType: member(data, "OsType"),
    createdAt: member(data, "CreateTime"),
    lastUsedAt: member(data, "LastUsedTime")
  }
  return success(
    partly(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)))
  )
}

const available = { HttpStatusCode: 200, Code: "ok", Success: true, RequestId: "REQ-P" }

export const context: ReadonlyArray<Deviation> = [
  {
    differs: "D34 and control plane 8, item 8",
    instead: "one request; the context is what GetContext says",
    ids: /^context\.(get|create)(\.region)?\/[123]$/,
    when: ({ vector }) => vector.requests.length === 2,
    requests: (requests) => requests.filter((request) => actionOf(request) !== "ListContexts"),
    outcome: (_, one) => answered(one)
  },
  {
    differs: "session core modules 8.1: a context is found by name or by id",
    instead: "a blank name is refused",
    ids: /^context\.get\/4$/,
    ...refused
  },
  {
    differs: "control plane 5.1: pages are counted and sized from 1",
    instead: "a page of no entries is refused",
    ids: /^context\.list\/3$/,
    ...refused
  },
  {
    differs: "session core modules 8.1: clear is clearAsync and polling",
    instead: "there is one operation, which waits",
    ids: /^context\.clearAsync\/1$/,
    requests: (requests) => {
      const [start] = requests
      if (start === undefined) return requests
      return [
        start,
        {
          ...start,
          query: { ...start.query, Action: "GetContext" },
          headers: { ...start.headers, "x-acs-action": "GetContext" },
          form: { Authorization: "Bearer akm-TESTKEY", AllowCreate: "false", ContextId: "SdkCtx-1" }
        }
      ]
    },
    answers: (recorded) =>
      recorded.set("GetContext", [
        { status: 200, body: { ...available, Data: { Id: "SdkCtx-1", Name: "proj", State: "available" } } }
      ])
  },
  {
    differs: "D35",
    instead: "an answer that reports no success is a failure, with or without a code",
    ids: /^context\.clearAsync\/4$/,
    outcome: (_, one) => serviceFailure(one, "ClearContext")
  },
  {
    differs: "control plane 1.9: what an absent Success means depends on the method",
    instead: "code ok without Success is a success everywhere; no data is an empty page",
    ids: /^context\.listFiles\/9$/,
    outcome: () => success({ files: [] }, "REQ-A")
  }
]
