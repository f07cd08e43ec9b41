/** URLs of the object store that carry their own permission. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { SessionError } from "../AgentBayError.js"
import { GetContextFileDownloadUrl, GetContextFileUploadUrl } from "../contract/actions/ContextActions.js"
import type { PresignedUrl } from "../storage/Contexts.js"
import type { CallOptions, ControlPlane } from "../transport/ControlPlane.js"
import { sessionError } from "./httpFailure.js"

/** A URL for one PUT, or for GETs, of a file of a context. */
export const presignedUrl = (
  controlPlane: ControlPlane.Service,
  direction: "upload" | "download",
  file: { readonly contextId: string; readonly filePath: string },
  options: CallOptions & { readonly operation: string }
): Effect.Effect<PresignedUrl, SessionError> =>
  Effect.gen(function* () {
    const { data, requestId } =
      direction === "upload"
        ? yield* controlPlane.call(GetContextFileUploadUrl, file, options)
        : yield* controlPlane.call(GetContextFileDownloadUrl, file, options)
    if (Option.isSome(data.url)) {
      return { url: Redacted.make(data.url.value), expiresAt: data.expireTime, requestId }
    }
    const { operation, sessionId } = options
    return yield* Effect.fail(
      sessionError(
        { operation, sessionId, requestId, secrets: [] },
        { reason: "Decode", phase: "sent", detail: "the answer has no Url" }
      )
    )
  })
