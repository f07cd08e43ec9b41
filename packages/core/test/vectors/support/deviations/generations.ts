/** What every request of the first generation has differently, and the differences that all direct routes share. */
import type { Deviation } from "../Deviation.js"
import { partly } from "../Mapping.js"
import type { Outcome } from "../Outcome.js"
import { type Case, isObject, type Json, type JsonObject, type Request } from "../Vector.js"
import { actionOf, each, member, withForm, without } from "./edit.js"

const formOf = (request: Request, action: string): JsonObject =>
  actionOf(request) === action ? (request.form ?? {}) : {}

const sends = (one: Case, action: string, test: (form: JsonObject) => boolean): boolean =>
  one.vector.requests.some((request) => actionOf(request) === action && test(request.form ?? {}))

/** The contexts which the first generation makes for itself, and their mounts. */
const ownMounts = ["/temp/file-transfer", "/home/guest/record"]

const ownRequest = (request: Request): boolean =>
  (actionOf(request) === "GetContext" && formOf(request, "GetContext")["AllowCreate"] === "true") ||
  actionOf(request) === "ListContexts" ||
  actionOf(request) === "ModifyContext"

const withoutOwnMounts = (request: Request): Request => {
  const mounts = request.form?.["PersistenceDataList#json"]
  if (!Array.isArray(mounts)) return request
  const kept = mounts.filter((mount: Json) => !ownMounts.includes(String(member(mount, "Path"))))
  return withForm(request, (form) =>
    kept.length === 0 ? without(form, "PersistenceDataList") : { ...form, "PersistenceDataList#json": kept }
  )
}

const mountsAnything = (requests: ReadonlyArray<Request>): boolean =>
  requests.some((request) => request.form?.["PersistenceDataList"] !== undefined)

const withoutOwnContexts = (outcome: Outcome): Outcome => {
  const data = outcome._tag === "Success" ? outcome.data : undefined
  const fields = isObject(data) ? data["$partly"] : undefined
  if (outcome._tag === "Failure" || !isObject(fields)) return outcome
  const { fileTransferContextId: _transfer, recordContextId: _record, ...rest } = fields
  return { ...outcome, data: partly(rest) }
}

export const generations: ReadonlyArray<Deviation> = [
  {
    differs: "D46 and control plane 3.2",
    instead: "no context is made for each session, and so none is mounted, renamed or waited for",
    ids: /^(agentBay\.(create|get)|browser\.initializeAsync\.replay|fixture\/session|session\.(routing|delete\.replay))/,
    versions: ["0.10.2"],
    when: (one) => sends(one, "GetContext", (form) => form["AllowCreate"] === "true"),
    requests: (requests) => {
      const own = requests.filter((request) => !ownRequest(request)).map(withoutOwnMounts)
      return mountsAnything(own) ? own : own.filter((request) => actionOf(request) !== "GetContextInfo")
    },
    outcome: withoutOwnContexts
  },
  {
    differs: "control plane 2.2.1: only the first generation sends VpcResource, and always",
    instead: "it is sent when a VPC session is asked for",
    ids: /./,
    versions: ["0.10.2"],
    when: (one) =>
      !one.vector.id.startsWith("client.") &&
      sends(one, "CreateMcpSession", (form) => form["VpcResource"] === "false"),
    requests: each("CreateMcpSession", (request) => withForm(request, (form) => without(form, "VpcResource")))
  },
  {
    differs: "control plane 2.3.2: the first generation does not send Server",
    instead: "Server is always sent, empty when it is unknown",
    ids: /./,
    versions: ["0.10.2"],
    when: (one) =>
      !one.vector.id.startsWith("client.") &&
      sends(one, "CallMcpTool", (form) => form["Server"] === undefined),
    requests: each("CallMcpTool", (request) => withForm(request, (form) => ({ ...form, Server: "" })))
  },
  {
    differs: "control plane 4.3.1: the recorded client forgets the request id of a VPC call",
    instead: "it is kept",
    ids: /^((session|command|code|oss)\.|agent\.(executeTask|getTaskStatus)\/)/,
    routes: ["vpc"],
    when: ({ vector }) => isObject(vector.result) && vector.result["success"] === true,
    outcome: (expected) => ({ ...expected, requestId: "vpc-<timestamp>-<random>" }) as Outcome
  }
]
