/** What may differ between two clients without any of them being wrong. */
import { canonical } from "./compare.js"
import { keyOf } from "./FakeService.js"
import { argsOf, withArgs } from "./toolCall.js"
import { isObject, type JsonObject, type Request } from "./Vector.js"

/** The three actions for which the recorded client puts the credential or the session id into the query. */
const placedFreely = ["GetSessionDetail", "SyncContext", "GetAndLoadInternalContext"]

const common = ["Action", "Format", "Version", "Timestamp", "SignatureNonce"]

/** Actions that are asked until the state is the awaited one; how often is the client's own. */
const polls = ["GetContextInfo", "GetSessionDetail", "GetSession", "GetContext"]

const mergePlaces = (request: Request): Request => {
  const action = String(request.query?.["Action"] ?? "")
  if (!placedFreely.includes(action)) return request
  const query: Record<string, JsonObject[string]> = {}
  const form: Record<string, JsonObject[string]> = { ...request.form }
  for (const [name, value] of Object.entries(request.query ?? {})) {
    const target = common.includes(name) ? query : form
    target[name] = value
  }
  return { ...request, query, form }
}

/** Whose SDK it is and in which version is each client's own; the caller's framework is not. */
const ownStatistics = (request: Request): Request => {
  const form = request.form
  if (form === undefined || typeof form["SdkStats"] !== "string") return request
  const given = form["SdkStats#json"]
  let stats: unknown = given
  if (given === undefined) {
    try {
      stats = JSON.parse(form["SdkStats"])
    } catch {
      stats = undefined
    }
  }
  if (!isObject(stats) || Array.isArray(stats["keys"])) return request
  const shape = {
    keys: Object.keys(stats).sort(),
    source: stats["source"] ?? null,
    framework: stats["framework"] ?? null
  }
  const { "SdkStats#json": _decoded, ...rest } = form
  return { ...request, form: { ...rest, SdkStats: JSON.stringify(shape) } }
}

const taskStatus = /^tool (\w+_)?get_task_status$/

export const isPoll = (request: Request): boolean => {
  if (taskStatus.test(keyOf(request))) return true
  const action = String(request.query?.["Action"] ?? "")
  return polls.includes(action) && (action !== "GetContext" || request.form?.["ContextId"] !== undefined)
}

const steady = (request: Request): string => {
  const { requestId: _id, SignatureNonce: _nonce, Timestamp: _timestamp, ...query } = request.query ?? {}
  const json = isObject(request.json) ? { ...request.json, requestId: null } : null
  return canonical({ ...request, query, json })
}

const collapsePolls = (requests: ReadonlyArray<Request>): ReadonlyArray<Request> =>
  requests.filter((request, index) => {
    const before = requests[index - 1]
    return before === undefined || !isPoll(request) || steady(before) !== steady(request)
  })

const isWrite = (request: Request): boolean => keyOf(request) === "tool write_file"

/** A part of a write beside the file, as its number within the directory of parts. */
const part = /^(.*\.part\/)p\d+$/

const placeOf = (request: Request): string => String(argsOf(request)?.["path"] ?? "").replace(part, "$1")

/** How a large content is split is a client's decision: writes to one place become one, with the whole content. */
const joinWrites = (requests: ReadonlyArray<Request>): ReadonlyArray<Request> => {
  const joined: Array<Request> = []
  for (const [index, request] of inOrderOfParts(requests).entries()) {
    const before = joined.at(-1)
    const args = argsOf(request)
    if (!isWrite(request) || args === undefined) joined.push(request)
    else if (
      index === 0 ||
      before === undefined ||
      !isWrite(before) ||
      placeOf(before) !== placeOf(request)
    ) {
      joined.push(withArgs(request, { ...args, path: placeOf(request) }))
    } else {
      const content = `${argsOf(before)?.["content"]}${args["content"]}`
      joined[joined.length - 1] = withArgs(before, { ...argsOf(before), content })
    }
  }
  return joined
}

/** Parts travel at once and arrive in any order. */
const inOrderOfParts = (requests: ReadonlyArray<Request>): ReadonlyArray<Request> => {
  const pathOf = (request: Request) => String(argsOf(request)?.["path"] ?? "")
  const isPart = (request: Request) => isWrite(request) && part.test(pathOf(request))
  const parts = requests.filter(isPart).sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))
  return requests.map((request) => (isPart(request) ? (parts.shift() ?? request) : request))
}

/** Absent and empty mean the same for a query, for a body of fields and for headers. */
const withoutEmpty = (request: Request): Request => {
  const { form, headers, query, ...rest } = request
  return {
    ...rest,
    ...(headers === undefined || Object.keys(headers).length === 0 ? {} : { headers }),
    ...(query === undefined || Object.keys(query).length === 0 ? {} : { query }),
    ...(form === undefined || Object.keys(form).length === 0 ? {} : { form })
  }
}

export const normalise = (requests: ReadonlyArray<Request>): ReadonlyArray<Request> =>
  joinWrites(collapsePolls(requests)).map((request) => withoutEmpty(ownStatistics(mergePlaces(request))))
