/** Bytes to a presigned URL. */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { SessionError } from "../AgentBayError.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import { withDeadline } from "./deadline.js"
import { classify, sessionError, timeoutError, transportError } from "./httpFailure.js"
import { quietClient } from "./quietClient.js"

/** What an object store says in its XML. */
export const said = (body: string, element: string): string =>
  new RegExp(`<${element}>([^<]*)</${element}>`).exec(body)?.[1] ?? ""

/** The URL opens the object for whoever holds it: no failure repeats it. */
export const putObject = (
  { httpClient }: Pick<AccountRuntime, "httpClient">,
  operation: string,
  url: Redacted.Redacted,
  content: Uint8Array,
  deadline: Duration.Duration
): Effect.Effect<void, SessionError> => {
  const facts = { operation, secrets: [url] }
  // A content type would have to be part of the signature, and the service signs none.
  const request = HttpClientRequest.put(Redacted.value(url)).pipe(
    HttpClientRequest.setBody(HttpBody.uint8Array(content, ""))
  )
  return Effect.gen(function* () {
    const { status, text } = yield* quietClient(httpClient).execute(request)
    const body = yield* text
    if (status >= 200 && status < 300) return
    const code = said(body, "Code")
    return yield* Effect.fail(
      sessionError(facts, {
        reason: classify(code, status, ""),
        phase: "sent",
        status,
        code: code === "" ? undefined : code,
        detail: `the object store refused the upload: ${said(body, "Message")}`
      })
    )
  }).pipe(
    Effect.catchTags({
      RequestError: (error) => Effect.fail(transportError(facts, error)),
      ResponseError: (error) => Effect.fail(transportError(facts, error))
    }),
    (upload) => withDeadline(upload, deadline, () => timeoutError(facts, deadline))
  )
}
