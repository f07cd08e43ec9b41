/** Bytes to and from a presigned URL. */
import * as HttpBody from "@effect/platform/HttpBody"
import type { ResponseError } from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { SessionError } from "../AgentBayError.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import { withDeadline } from "./deadline.js"
import { classify, failureOf, sessionError, timeoutError, transportError } from "./httpFailure.js"
import { quietClient } from "./quietClient.js"

/** What an object store says in its XML. */
export const said = (body: string, element: string): string =>
  new RegExp(`<${element}>([^<]*)</${element}>`).exec(body)?.[1] ?? ""

/** The URL opens the object for whoever holds it: no failure repeats it. */
const exchange = <A>(
  { httpClient }: Pick<AccountRuntime, "httpClient">,
  operation: string,
  url: Redacted.Redacted,
  request: HttpClientRequest.HttpClientRequest,
  what: "upload" | "download",
  accept: (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<A, ResponseError>,
  deadline: Duration.Duration
): Effect.Effect<A, SessionError> => {
  const facts = { operation, secrets: [url] }
  return Effect.gen(function* () {
    const response = yield* quietClient(httpClient).execute(request)
    const { status } = response
    if (status >= 200 && status < 300) return yield* accept(response)
    const body = yield* response.text
    const code = said(body, "Code")
    return yield* Effect.fail(
      sessionError(facts, {
        reason: classify(code, status, ""),
        phase: "sent",
        status,
        code: code === "" ? undefined : code,
        detail: `the object store refused the ${what}: ${said(body, "Message")}`
      })
    )
  }).pipe(
    Effect.catchTags({
      RequestError: (error) => Effect.fail(transportError(facts, failureOf(error))),
      ResponseError: (error) => Effect.fail(transportError(facts, failureOf(error)))
    }),
    (transfer) => withDeadline(transfer, deadline, () => timeoutError(facts, deadline))
  )
}

export const putObject = (
  runtime: Pick<AccountRuntime, "httpClient">,
  operation: string,
  url: Redacted.Redacted,
  content: Uint8Array,
  deadline: Duration.Duration
): Effect.Effect<void, SessionError> =>
  exchange(
    runtime,
    operation,
    url,
    // A content type would have to be part of the signature, and the service signs none.
    HttpClientRequest.put(Redacted.value(url)).pipe(
      HttpClientRequest.setBody(HttpBody.uint8Array(content, ""))
    ),
    "upload",
    ({ text }) => Effect.asVoid(text),
    deadline
  )

export const getObject = (
  runtime: Pick<AccountRuntime, "httpClient">,
  operation: string,
  url: Redacted.Redacted,
  deadline: Duration.Duration
): Effect.Effect<Uint8Array, SessionError> =>
  exchange(
    runtime,
    operation,
    url,
    HttpClientRequest.get(Redacted.value(url)),
    "download",
    ({ arrayBuffer }) => Effect.map(arrayBuffer, (buffer) => new Uint8Array(buffer)),
    deadline
  )
