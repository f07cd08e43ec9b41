/** Talking to a cloud as any client does: requests and answers, without the SDK. */

import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Form from "@effect-agentbay/core/Form"
import { Effect } from "effect"

export interface Body {
  readonly RequestId: string
  readonly Success?: boolean
  readonly Code: string
  readonly Message: string
  readonly HttpStatusCode?: number
  readonly NextToken?: string
  readonly MaxResults?: number
  readonly TotalCount?: number
  readonly Count?: number
  // biome-ignore lint/suspicious/noExplicitAny: the shape under test is checked by the assertions.
  readonly Data?: any
}

export interface Answer {
  readonly status: number
  readonly body: Body
}

export const base = "https://agentbay.test"

export const execute = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.flatMap(HttpClient.HttpClient, (client) => Effect.orDie(client.execute(request)))

/** One action, all of its parameters in the form. */
export const call = (
  action: string,
  parameters: Form.Parameters = {},
  options: { readonly url?: string; readonly authorization?: string } = {}
): Effect.Effect<Answer, never, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const response = yield* execute(
      HttpClientRequest.post(`${options.url ?? base}/?Action=${action}&Format=json&Version=2025-05-06`).pipe(
        HttpClientRequest.bodyText(
          Form.encodeForm({ Authorization: options.authorization ?? "Bearer akm-test", ...parameters }),
          "application/x-www-form-urlencoded"
        )
      )
    )
    return { status: response.status, body: (yield* Effect.orDie(response.json)) as Body }
  })

/** The data of an action that must succeed. */
export const data = (action: string, parameters: Form.Parameters = {}, options?: { readonly url?: string }) =>
  Effect.map(call(action, parameters, options), ({ body, status }) => {
    if (status !== 200 || body.Success !== true) {
      throw new Error(`${action} was refused: ${status} ${body.Code} ${body.Message}`)
    }
    return body.Data
  })

export interface Connection {
  readonly SessionId: string
  readonly Token: string
  readonly LinkUrl: string
  readonly ToolList: string
  readonly NetworkInterfaceIp?: string
  readonly HttpPort?: string
}

export const createSession = (parameters: Form.Parameters = {}, options?: { readonly url?: string }) =>
  Effect.map(data("CreateMcpSession", parameters, options), (connection): Connection => connection)

export interface Said {
  readonly text: string
  readonly isError: boolean
}

export const viaApi = (
  session: Connection,
  tool: string,
  args: unknown,
  options?: { readonly server?: string; readonly url?: string }
) =>
  Effect.map(
    data(
      "CallMcpTool",
      {
        SessionId: session.SessionId,
        Name: tool,
        Args: JSON.stringify(args),
        Server: options?.server ?? "",
        AutoGenSession: "false"
      },
      options
    ),
    (result): Said => ({ text: result.content[0].text, isError: result.isError })
  )

const readDirect = (text: string): Said => {
  const { result } = JSON.parse(JSON.parse(text).data)
  return { text: result.content[0].text, isError: result.isError }
}

const serverOf = (session: Connection, tool: string): string => {
  const list: ReadonlyArray<{ readonly name: string; readonly server: string }> = JSON.parse(session.ToolList)
  return list.find(({ name }) => name === tool)?.server ?? ""
}

export const linkRequest = (session: Connection, tool: string, args: unknown, token = session.Token) =>
  HttpClientRequest.post(`${session.LinkUrl}/callTool`).pipe(
    HttpClientRequest.setHeader("x-access-token", token),
    HttpClientRequest.bodyText(
      JSON.stringify({ args, server: serverOf(session, tool), requestId: "link-1-000000001", tool, token }),
      "application/json"
    )
  )

export const viaLink = (session: Connection, tool: string, args: unknown) =>
  Effect.flatMap(execute(linkRequest(session, tool, args)), ({ text }) =>
    Effect.map(Effect.orDie(text), readDirect)
  )

export const vpcRequest = (session: Connection, tool: string, args: unknown, token = session.Token) =>
  HttpClientRequest.get(
    `http://${session.NetworkInterfaceIp}:${session.HttpPort}/callTool?${Form.encodeForm({
      server: serverOf(session, tool),
      tool,
      args: JSON.stringify(args),
      token,
      requestId: "vpc-1-000000001"
    })}`
  )

export const viaVpc = (session: Connection, tool: string, args: unknown) =>
  Effect.flatMap(execute(vpcRequest(session, tool, args)), ({ text }) =>
    Effect.map(Effect.orDie(text), readDirect)
  )

/** The rows of `GetContextInfo`, out of both layers of JSON. */
export const contextInfo = (parameters: Form.Parameters) =>
  Effect.map(data("GetContextInfo", parameters), (answer) =>
    JSON.parse(JSON.parse(answer.ContextStatus)[0].data)
  )

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
