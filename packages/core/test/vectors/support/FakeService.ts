/**
 * A service in this process: it writes down what it is sent and answers what was recorded. Answers are found by
 * action or tool, because a client may send fewer requests than the recorded one, or in another order.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import { type Answer, isObject, type Json, type JsonObject, type Request } from "./Vector.js"

/** Answers by key; the last one of a key is given again and again, as a poll needs. */
export type Answers = Map<string, Array<Answer | ((request: Request) => Answer)>>

const listed = (name: string): boolean =>
  name === "content-type" || name === "x-access-token" || name.startsWith("x-acs-")

const parameters = (text: string): JsonObject => Object.fromEntries(new URLSearchParams(text))

const bodyText = (request: HttpClientRequest.HttpClientRequest): string | undefined =>
  request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : undefined

const record = (request: HttpClientRequest.HttpClientRequest, url: URL): Request => {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => listed(name)))
  const body = bodyText(request)
  const type = request.headers["content-type"] ?? ""
  return {
    method: request.method,
    path: url.pathname,
    query: parameters(url.search),
    headers,
    ...(body === undefined
      ? {}
      : type.startsWith("application/x-www-form-urlencoded")
        ? { form: parameters(body) }
        : type.startsWith("application/json")
          ? { json: JSON.parse(body) as Json }
          : { text: body })
  }
}

const text = (value: Json | undefined): string | undefined => (typeof value === "string" ? value : undefined)

/** What a request asks for: an action, a tool on any route, or a path. */
export const keyOf = (request: Request): string => {
  const action = text(request.query?.["Action"])
  if (action !== undefined && action !== "CallMcpTool") return action
  const name =
    action === "CallMcpTool"
      ? text(request.form?.["Name"])
      : request.path.endsWith("/callTool")
        ? (text(request.query?.["tool"]) ?? (isObject(request.json) ? text(request.json["tool"]) : undefined))
        : undefined
  return name === undefined ? request.path : `tool ${name}`
}

/** The MCP result of a recorded tool answer, and the same result in the form of another route. */
export const onRoute = (route: "api" | "link" | "vpc", result: Json, requestId: string): Answer =>
  route === "api"
    ? {
        status: 200,
        body: { RequestId: requestId, HttpStatusCode: 200, Code: "ok", Success: true, Data: result }
      }
    : { status: 200, body: { code: 200, data: JSON.stringify({ result }) } }

export const toolResult = (content: string, isError = false): Json => ({
  content: [{ type: "text", text: content }],
  isError
})

export const routeOf = (request: Request): "api" | "link" | "vpc" =>
  request.query?.["Action"] !== undefined ? "api" : request.method === "GET" ? "vpc" : "link"

export interface FakeService {
  readonly client: HttpClient.HttpClient
  /** Starts a new line: forgets what was sent and takes new answers. */
  readonly play: (answers: Answers) => void
  readonly sent: () => ReadonlyArray<Request>
}

export const answersOf = (requests: ReadonlyArray<Request>, responses: ReadonlyArray<Answer>): Answers => {
  const answers: Answers = new Map()
  requests.forEach((request, index) => {
    const answer = responses[index]
    if (answer === undefined) return
    const key = keyOf(request)
    answers.set(key, [...(answers.get(key) ?? []), answer])
  })
  return answers
}

export const makeFakeService = (): FakeService => {
  let sent: Array<Request> = []
  let answers: Answers = new Map()
  const client = HttpClient.make((request, url) =>
    Effect.suspend(() => {
      const recorded = record(request, url)
      sent.push(recorded)
      const queue = answers.get(keyOf(recorded)) ?? []
      const next = queue.length > 1 ? queue.shift() : queue[0]
      if (next === undefined) {
        const description = `nothing is recorded for ${keyOf(recorded)}`
        return Effect.fail(new HttpClientError.RequestError({ request, reason: "InvalidUrl", description }))
      }
      const answer = typeof next === "function" ? next(recorded) : next
      const body =
        answer.base64 === undefined
          ? (answer.text ?? JSON.stringify(answer.body ?? ""))
          : Buffer.from(answer.base64, "base64")
      const empty = answer.status === 204 || answer.status === 304
      const response = HttpClientResponse.fromWeb(
        request,
        new Response(empty ? null : body, { status: answer.status, headers: answer.headers ?? {} })
      )
      // The body is there at once: reading it as a stream would take turns of the event loop.
      const content = Buffer.from(empty ? "" : body)
      return Effect.succeed(
        Object.defineProperties(response, {
          text: { value: Effect.succeed(content.toString()) },
          arrayBuffer: { value: Effect.sync(() => Uint8Array.from(content).buffer) }
        })
      )
    })
  )
  return {
    client,
    play: (next) => {
      sent = []
      // Queues are used up: the recorded ones stay as they are.
      answers = new Map([...next].map(([key, queue]) => [key, [...queue]]))
    },
    sent: () => sent
  }
}
