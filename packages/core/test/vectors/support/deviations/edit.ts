/** Changes to what is expected, in the words of deviations. */
import type { Outcome } from "../Outcome.js"
import type { Case, Json, JsonObject, Request } from "../Vector.js"
import { isObject } from "../Vector.js"

export const actionOf = (request: Request): string => String(request.query?.["Action"] ?? "")

/** Requests of an action, changed. */
export const each =
  (action: string | RegExp, change: (request: Request) => Request) =>
  (requests: ReadonlyArray<Request>): ReadonlyArray<Request> =>
    requests.map((request) =>
      (typeof action === "string" ? actionOf(request) === action : action.test(actionOf(request)))
        ? change(request)
        : request
    )

export const withForm = (request: Request, change: (form: JsonObject) => JsonObject): Request => ({
  ...request,
  form: change(request.form ?? {})
})

export const without = (form: JsonObject, ...names: ReadonlyArray<string>): JsonObject =>
  Object.fromEntries(
    Object.entries(form).filter(([name]) => !names.some((one) => name === one || name === `${one}#json`))
  )

/** Nothing is sent: the call is refused before. */
export const refused = {
  requests: (): ReadonlyArray<Request> => [],
  outcome: (): Outcome => ({ _tag: "Failure", kind: "rejected" })
}

/** The decoded body of the first answer to an action. */
export const answerTo = ({ vector }: Case, action: string): JsonObject => {
  const index = vector.requests.findIndex((request) => actionOf(request) === action)
  const body = vector.responses[index]?.body
  return isObject(body) ? body : {}
}

export const member = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) ? value[name] : undefined

/** A failure of the service, as the named answer reports it. */
export const serviceFailure = (one: Case, action: string): Outcome => {
  const body = answerTo(one, action)
  const index = one.vector.requests.findIndex((request) => actionOf(request) === action)
  const code = body["Code"]
  return {
    _tag: "Failure",
    kind: "service",
    requestId: body["RequestId"],
    status: one.vector.responses[index]?.status,
    ...(code === undefined || code === "ok" ? {} : { code }),
    mentions: typeof body["Message"] === "string" ? [body["Message"]] : []
  }
}
