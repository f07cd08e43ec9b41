import type { Deviation } from "../Deviation.js"
import { type Outcome, success } from "../Outcome.js"
import { argsOf } from "../toolCall.js"
import type { Case, Json, Request } from "../Vector.js"
import { request } from "./agentBay.js"
import { withChangedArgs } from "./desktop.js"
import { actionOf, refused, serviceFailure, withForm } from "./edit.js"

const sends = (one: Case, name: string, value: Json | undefined): boolean =>
  one.vector.requests.some((sent) => argsOf(sent)?.[name] === value)

const isShell = (sent: Request): boolean => argsOf(sent)?.["command"] !== undefined

export const mobile: ReadonlyArray<Deviation> = [
  {
    differs: "session automation modules 17, item 23: a simulation without a path is left out without a word",
    instead: "a context of its own has its path",
    ids: /^agentBay\.create\.new\/16$/,
    requests: (requests) => [
      ...requests,
      ...withChangedArgs(() => ({
        command:
          "chmod -R a+rwx /data/agentbay_mobile_info; wya apply -services /data/agentbay_mobile_info/dev_info.json",
        timeout_ms: 10_000
      }))(requests.filter(isShell))
    ]
  },
  {
    differs: "session automation modules 17, item 18: the time to look for elements differs by tool",
    instead: "it is five seconds for all of them",
    ids: /^mobile\.getAllUIElements\//,
    when: ({ vector }) => vector.call.args.length === 0,
    requests: withChangedArgs((args) => ({ ...args, timeout_ms: 5000 }))
  },
  {
    differs: "session automation modules 2.3: the first generation knows no format of elements",
    instead: "it is always sent",
    ids: /^mobile\.getAllUIElements\//,
    versions: ["0.10.2"],
    requests: withChangedArgs((args) => ({ ...args, format: "json" }))
  },
  {
    differs: "session automation modules 1.2: an empty text is read as the answer itself, or as a failure",
    instead: "it is no elements, on every route",
    ids: /^mobile\.getAllUIElements\/5$/,
    when: ({ vector }) => vector.result !== null && JSON.stringify(vector.result).includes('"success":false'),
    outcome: () => success([])
  },
  {
    differs: "session automation modules 17, item 17: bounds in brackets stay a text",
    instead: "they are a rectangle",
    ids: /^mobile\.getAllUIElements\/3$/,
    outcome: (expected) =>
      JSON.parse(JSON.stringify(expected).replace('"[0,0][1,2]"', "[0,0,1,2]")) as Outcome
  },
  {
    differs: "session automation modules 17, item 17: an unknown format is noticed after the tool ran",
    instead: "it is refused before",
    ids: /^mobile\.getAllUIElements\.format\/4$/,
    ...refused
  },
  {
    differs: "session automation modules 18: empty arguments of a start are sent, or left out",
    instead: "they are left out",
    ids: /^mobile\.startApp\//,
    when: (one) => sends(one, "work_directory", ""),
    requests: withChangedArgs((args) =>
      Object.fromEntries(Object.entries(args).filter(([, value]) => value !== ""))
    )
  },
  {
    differs: "session automation modules 7.4: the first generation protects packages by a property",
    instead: "by the file of the newer ones",
    ids: /^mobile\.(setUninstallBlacklist\/|configure\/1$)/,
    versions: ["0.10.2"],
    requests: (requests, one) => {
      const [first] = one.vector.call.args
      const packages: Json = Array.isArray(first) ? first : ["com.k"]
      return requests.map((sent, index) =>
        isShell(sent) && index === requests.length - 1
          ? (withChangedArgs(() => ({
              command: "<script>",
              timeout_ms: 10_000,
              "command#effects": [
                { writeFile: "/data/system/pm_lock.conf", lines: packages },
                { chmod: "644", path: "/data/system/pm_lock.conf" },
                { setprop: "persist.wy.pm_lock.trigger", value: "<timestamp>" }
              ]
            }))([sent])[0] ?? sent)
          : sent
      )
    }
  },
  {
    differs: "session automation modules 7.5: a list without packages is noticed half-way, or not at all",
    instead: "a list that would allow nothing is refused before anything is changed",
    ids: /^mobile\.(setAppWhitelist\/2|configure\/5)$/,
    ...refused
  },
  {
    differs: "session automation modules 6.6: the first generation has one action for links of every kind",
    instead: "the newer one is tried first",
    ids: /^mobile\.getAdbUrl\//,
    versions: ["0.10.2"],
    requests: (requests) =>
      requests.flatMap((sent) => {
        const { ProtocolType: _type, ...form } = sent.form ?? {}
        return [{ ...request("GetAdbLink", {}), form }, sent]
      }),
    answers: (recorded) =>
      recorded.set("GetAdbLink", [
        {
          status: 404,
          body: { RequestId: "REQ-N", Code: "InvalidAction.NotFound", Message: "Specified api is not found" }
        }
      ])
  },
  {
    differs: "session automation modules 6.6: a refused link is a success without an address",
    instead: "it is a failure",
    ids: /^mobile\.getAdbUrl\/3$/,
    versions: ["0.10.2"],
    outcome: (_, one) => serviceFailure(one, "GetLink")
  }
]

/** Where a second folder is looked through. */
const listing = (requests: ReadonlyArray<Request>): ReadonlyArray<Request> =>
  requests.flatMap((sent) => {
    if (actionOf(sent) !== "DescribeContextFiles") return [sent]
    const folder = String(sent.form?.["ParentFolderPath"]).replace(/\/+/g, "/")
    return [folder, `${folder}/`].map((path) =>
      withForm(sent, (form) => ({ ...form, ParentFolderPath: path }))
    )
  })

export const mobileSimulate: ReadonlyArray<Deviation> = [
  {
    differs: "session automation modules 17, item 30: what one client writes another does not find",
    instead:
      "both spellings of the folder are looked through, and a mount with a slash at its end is the same",
    ids: /^mobileSimulate\.hasMobileInfo\/[13]$/,
    requests: listing
  },
  {
    differs: "D34",
    instead: "one request makes the context",
    ids: /^mobileSimulate\.uploadMobileInfo\/[17]$/,
    requests: (requests) => requests.filter((sent) => actionOf(sent) !== "ListContexts")
  },
  {
    differs: "session automation modules 8: the context made for a description stays when the upload fails",
    instead: "it is deleted again, and the failure is one",
    ids: /^mobileSimulate\.uploadMobileInfo\/7$/,
    requests: (requests) => [...requests, request("DeleteContext", { Id: "SdkCtx-sim" })],
    outcome: (_, one): Outcome => serviceFailure(one, "GetContextFileUploadUrl"),
    answers: (recorded) =>
      recorded.set("DeleteContext", [
        { status: 200, body: { HttpStatusCode: 200, Code: "ok", Success: true, RequestId: "REQ-D" } }
      ])
  }
]
