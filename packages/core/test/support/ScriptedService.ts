/** A service in this process: it writes down what it is sent and answers what a script says. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** One request as it arrived. Query and form are read with the platform's own decoder, not with ours. */
export interface Sent {
  /** The action; `tool <name>` for a call of a tool on any route; else the path. */
  readonly name: string
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  readonly query: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
  /** Whether the client gave up waiting for the answer or for its body. */
  readonly wasAborted: () => boolean
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body: string | ReadableStream<Uint8Array>
}

/** What a client of the operating system reports when it cannot connect, or loses the connection. */
export type ConnectionFailure = Error & { readonly code?: string }

export type Reply = Answer | Effect.Effect<Answer, ConnectionFailure>

export type Script = (sent: Sent) => Reply

export interface ScriptedService {
  readonly client: HttpClient.HttpClient
  readonly sent: ReadonlyArray<Sent>
  /** The names of all requests so far. */
  readonly names: () => ReadonlyArray<string>
  /** The requests of one name. */
  readonly of: (name: string) => ReadonlyArray<Sent>
}

const bodyText = (request: HttpClientRequest.HttpClientRequest): string =>
  request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""

const toolOf = (body: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === "object" && value !== null && "tool" in value ? String(value.tool) : undefined
  } catch {
    return undefined
  }
}

const nameOf = (url: URL, form: Sent["form"], body: string): string => {
  const action = url.searchParams.get("Action")
  if (action === "CallMcpTool") return `tool ${form["Name"]}`
  if (action !== null) return action
  return url.pathname.endsWith("/callTool")
    ? `tool ${url.searchParams.get("tool") ?? toolOf(body)}`
    : url.pathname
}

const record = (request: HttpClientRequest.HttpClientRequest, url: URL, signal: AbortSignal): Sent => {
  const body = bodyText(request)
  const isForm = request.headers["content-type"] === "application/x-www-form-urlencoded"
  const form = isForm ? Object.fromEntries(new URLSearchParams(body)) : {}
  return {
    name: nameOf(url, form, body),
    method: request.method,
    url,
    headers: request.headers,
    body,
    query: Object.fromEntries(url.searchParams),
    form,
    wasAborted: () => signal.aborted
  }
}

export const scripted = (script: Script): ScriptedService => {
  const sent: Array<Sent> = []
  const client = HttpClient.make((request, url, signal) =>
    Effect.suspend(() => {
      const one = record(request, url, signal)
      sent.push(one)
      const reply = script(one)
      return Effect.isEffect(reply) ? reply : Effect.succeed(reply)
    }).pipe(
      Effect.mapError((cause) => new HttpClientError.RequestError({ request, reason: "Transport", cause })),
      Effect.map(({ body, headers, status }) =>
        HttpClientResponse.fromWeb(request, new Response(body, { status, headers: headers ?? {} }))
      )
    )
  )
  return {
    client,
    sent,
    names: () => sent.map(({ name }) => name),
    of: (name) => sent.filter((one) => one.name === name)
  }
}

/** A script by request name. Of a list the last reply is given again and again, as a poll needs. */
export const byName = (
  replies: Readonly<Record<string, Reply | ReadonlyArray<Reply> | ((sent: Sent) => Reply)>>
): Script => {
  const seen = new Map<string, number>()
  return (sent) => {
    const reply = replies[sent.name]
    if (reply === undefined) return Effect.die(new Error(`the script does not expect ${sent.name}`))
    if (typeof reply === "function") return reply(sent)
    if (!Array.isArray(reply)) return reply as Reply
    const count = seen.get(sent.name) ?? 0
    seen.set(sent.name, count + 1)
    return reply[Math.min(count, reply.length - 1)]
  }
}

export const raw = (body: string, status = 200, headers: Answer["headers"] = {}): Answer => ({
  status,
  headers,
  body
})

export const json = (value: unknown, status = 200, headers: Answer["headers"] = {}): Answer =>
  raw(JSON.stringify(value), status, headers)

/** A successful answer of the control API. */
export const ok = (data?: unknown, more: Readonly<Record<string, unknown>> = {}): Answer =>
  json({ RequestId: "req-1", HttpStatusCode: 200, Code: "ok", Success: true, Data: data, ...more })

/** A refusal of the control API by HTTP status. */
export const refused = (
  code: string,
  message = "no",
  status = 400,
  headers: Answer["headers"] = {}
): Answer => json({ RequestId: "req-1", HostId: "127.0.0.1", Code: code, Message: message }, status, headers)

/** A refusal that travels with HTTP status 200. */
export const softlyRefused = (code: string, message = "no"): Answer =>
  json({ RequestId: "req-1", HttpStatusCode: 200, Success: false, Code: code, Message: message })

export const html = (status: number): Answer =>
  raw("<html><body>Bad Gateway</body></html>", status, { "content-type": "text/html" })

export const connectionFailure = (
  code: string,
  message = `connect ${code}`
): Effect.Effect<never, ConnectionFailure> => Effect.fail(Object.assign(new Error(message), { code }))

export const never: Effect.Effect<never> = Effect.never

export const after = (time: Duration.DurationInput, reply: Reply): Effect.Effect<Answer, ConnectionFailure> =>
  Effect.delay(Effect.isEffect(reply) ? reply : Effect.succeed(reply), time)

const streaming = (
  start: string,
  next?: (controller: ReadableStreamDefaultController) => void
): Effect.Effect<Answer> =>
  Effect.sync(() => ({
    status: 200,
    body: new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(start)),
      ...(next === undefined ? {} : { pull: next })
    })
  }))

/** A body that begins and never ends. */
export const endless = (start: string): Effect.Effect<Answer> => streaming(start)

/** A body that breaks off with an error. */
export const broken = (start: string): Effect.Effect<Answer> =>
  streaming(start, (controller) =>
    controller.error(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }))
  )

/** An MCP result, as `Data` of the API or as `result` of a direct route. */
export const toolResult = (text: string, isError = false) => ({ content: [{ type: "text", text }], isError })

/** A tool's answer in the form of the direct routes. */
export const direct = (text: string, isError = false): Answer =>
  json({ code: 200, data: JSON.stringify({ result: toolResult(text, isError) }) })
