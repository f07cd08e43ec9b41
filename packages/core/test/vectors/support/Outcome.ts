/** How a call ended, in terms that both clients share. */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { keyOf, routeOf } from "./FakeService.js"
import { isPoll } from "./normalise.js"
import { type Answer, type Case, isObject, type Json, type Request } from "./Vector.js"

/**
 * - `rejected`: refused by the client, nothing was sent for the refused part.
 * - `service`: the service or the direct route failed, answered something unusable, or made the caller wait in vain.
 * - `tool`: the tool said no.
 */
export type FailureKind = "rejected" | "service" | "tool" | "defect"

export interface Failure {
  readonly _tag: "Failure"
  readonly kind: FailureKind
  readonly requestId?: Json | undefined
  readonly code?: Json | undefined
  readonly status?: Json | undefined
  /** Parts of the service's answer that must appear in the message. */
  readonly mentions?: ReadonlyArray<string> | undefined
}

export interface Success {
  readonly _tag: "Success"
  /** Left out where our operation has no place for it. */
  readonly requestId?: unknown
  readonly data: unknown
}

export type Outcome = Failure | Success

export const success = (data: unknown, requestId?: unknown): Success =>
  requestId === undefined ? { _tag: "Success", data } : { _tag: "Success", data, requestId }

const member = (value: unknown, key: string): Json | undefined => (isObject(value) ? value[key] : undefined)

const upperOrLower = (body: unknown, key: string): Json | undefined =>
  member(body, key) ?? member(body, `${key[0]?.toLowerCase()}${key.slice(1)}`)

const isFailure = (answer: Answer): boolean =>
  answer.status < 200 ||
  answer.status >= 300 ||
  member(answer.body, "Success") === false ||
  member(answer.body, "Success") === "false"

const texts = (value: unknown): ReadonlyArray<string> => {
  const contains = member(value, "$contains")
  if (Array.isArray(contains)) return contains.map(String)
  return typeof value === "string" && value !== "" ? [value] : []
}

/** The MCP result inside an answer of any route, when there is one. */
export const mcpResult = (answer: Answer | undefined): Json | undefined => {
  const data = member(answer?.body, "Data")
  if (data !== undefined) return data
  const inner = member(answer?.body, "data")
  const parsed = typeof inner === "string" ? tryJson(inner) : inner
  return member(parsed, "result")
}

const tryJson = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/**
 * What the recording says about a failure: the class of it from the answers, code, status and request id from the
 * failing answer (the recorded client loses some of them on the way), and the words that must survive.
 */
export const recordedFailure = ({ vector }: Case): Failure => {
  const isToolCall = (request: Request): boolean => keyOf(request).startsWith("tool ")
  const madeItsOwnSession = vector.call.then?.includes("within this vector") === true
  if (vector.requests.length === 0 || (madeItsOwnSession && !vector.requests.some(isToolCall))) {
    return { _tag: "Failure", kind: "rejected" }
  }
  const error = vector.responses.map(mcpResult).findLast((result) => member(result, "isError") === true)
  const failing = vector.responses.findLast(isFailure)
  const index = failing === undefined ? 0 : vector.responses.indexOf(failing)
  const route = routeOf(vector.requests.at(failing === undefined ? -1 : index) as Request)
  const told = member(vector.result, "requestId")
  // Of several requests the last one that is not a look at how things stand has set them going.
  const begun = vector.requests.findLastIndex((request) => !isPoll(request))
  const requestId =
    route !== "api"
      ? `${route}-<timestamp>-<random>`
      : error === undefined && failing !== undefined
        ? upperOrLower(failing.body, "RequestId")
        : told !== undefined && told !== ""
          ? told
          : upperOrLower(vector.responses[begun]?.body, "RequestId")
  if (error !== undefined) return { _tag: "Failure", kind: "tool", requestId, mentions: toolMentions(error) }
  const thrown = member(vector.result, "$throws")
  if (/^Git\w*Error$/.test(String(member(thrown, "$error")))) {
    return {
      _tag: "Failure",
      kind: "tool",
      requestId,
      mentions: texts(member(thrown, "stderr")).map((said) => said.trim())
    }
  }
  // The service was content: it is the client that cannot use the answer, or has waited long enough.
  if (failing === undefined) return { _tag: "Failure", kind: "service", requestId }
  const code = upperOrLower(failing.body, "Code")
  const message = thrown === undefined ? member(vector.result, "errorMessage") : member(thrown, "message")
  return {
    _tag: "Failure",
    kind: "service",
    requestId,
    status: failing.status,
    ...(code === undefined || code === "ok" ? {} : { code }),
    mentions: texts(message).filter((part) => !part.startsWith("["))
  }
}

/** The number that the service puts before what a tool says; the words behind it are what counts. */
const prefix = /^Execution failed\. Error code:\s*-?\d+\s*Error message:\s*/

/** What a tool that says no says. */
export const toolMentions = (result: Json | undefined): ReadonlyArray<string> => {
  const content = member(result, "content")
  return Array.isArray(content)
    ? content.flatMap((item: Json) => {
        const line = member(item, "text")
        return typeof line === "string" ? [line.replace(prefix, "")] : []
      })
    : []
}

/** Whether the recorded call failed: it threw, or its result says so. */
export const hasFailed = (result: Json): boolean =>
  member(result, "$throws") !== undefined || member(result, "success") === false

/** What is refused before anything is sent; the rest is what comes of an answer. */
const refusedByBrowser = ["NotInitialized", "AlreadyInitialized", "PageLookup"]

const kinds: Readonly<Record<string, FailureKind>> = {
  InvalidArgument: "rejected",
  // What the types forbid: a request without what it needs.
  ParseError: "rejected",
  VpcUnavailable: "rejected",
  SessionError: "service",
  ToolError: "tool",
  FileError: "tool",
  CommandTimeout: "tool",
  CodeTimeout: "tool",
  BrowserError: "service",
  AgentError: "service",
  OssError: "tool",
  GitError: "tool",
  ContextSyncError: "service",
  FileTransferError: "service",
  // The local disk, which is asked before anything is sent.
  SystemError: "rejected"
}

/** What a tool says of tasks in an answer that is marked as an error. */
const toolsWords: ReadonlyArray<string> = ["NotFound", "Busy"]

/** How our call ended. `read` turns its value into the terms of the recording. */
export const ourOutcome = <A>(
  exit: Exit.Exit<A, unknown>,
  read: (value: A) => Success
): Outcome & { text?: string } =>
  Exit.match(exit, {
    onSuccess: read,
    onFailure: (cause) => {
      const failure = Option.getOrUndefined(Cause.failureOption(cause))
      if (failure === undefined) return { _tag: "Failure", kind: "defect", text: Cause.pretty(cause) }
      const fields = failure as Readonly<Record<string, unknown>>
      const unusable = fields["_tag"] === "FileError" && fields["reason"] === "InvalidData"
      const refused = fields["_tag"] === "BrowserError" && refusedByBrowser.includes(String(fields["reason"]))
      const toolSaid = fields["_tag"] === "AgentError" && toolsWords.includes(String(fields["reason"]))
      const kind = refused
        ? "rejected"
        : unusable
          ? "service"
          : toolSaid
            ? "tool"
            : (kinds[String(fields["_tag"])] ?? "defect")
      return {
        _tag: "Failure",
        kind,
        requestId: fields["requestId"] as Json | undefined,
        code: fields["code"] as Json | undefined,
        status: fields["status"] as Json | undefined,
        text: failure instanceof Error ? failure.message : String(failure)
      }
    }
  })
