/** The tool call inside a request, wherever it travels; in recorded requests the decoded arguments stand beside it. */
import { isObject, type Json, type JsonObject, type Request } from "./Vector.js"

const decoded = (fields: JsonObject | undefined, name: string): JsonObject | undefined => {
  const beside = fields?.[`${name}#json`]
  if (isObject(beside)) return beside
  const text = fields?.[name]
  if (typeof text !== "string") return undefined
  try {
    const value = JSON.parse(text) as Json
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const encoded = (fields: JsonObject | undefined, name: string, args: JsonObject): JsonObject =>
  fields?.[`${name}#json`] === undefined
    ? { ...fields, [name]: JSON.stringify(args) }
    : { ...fields, [`${name}#json`]: args }

export const argsOf = (request: Request): JsonObject | undefined =>
  decoded(request.form, "Args") ??
  decoded(request.query, "args") ??
  (isObject(request.json) && isObject(request.json["args"]) ? request.json["args"] : undefined)

export const withArgs = (request: Request, args: JsonObject): Request =>
  decoded(request.form, "Args") !== undefined
    ? { ...request, form: encoded(request.form, "Args", args) }
    : decoded(request.query, "args") !== undefined
      ? { ...request, query: encoded(request.query, "args", args) }
      : isObject(request.json)
        ? { ...request, json: { ...request.json, args } }
        : request

/** Another call on the route of `like`. `server` is left as it is unless given. */
export const callLike = (like: Request, tool: string, args: JsonObject, server?: string): Request => {
  const call = withArgs(like, args)
  if (call.form?.["Name"] !== undefined) return { ...call, form: { ...call.form, Name: tool } }
  const addressed = server === undefined ? {} : { server }
  return call.query?.["tool"] !== undefined
    ? { ...call, query: { ...call.query, tool, ...addressed } }
    : { ...call, json: { ...(isObject(call.json) ? call.json : {}), tool, ...addressed } }
}
