/** Object storage: the calls, and whether their texts tell of success. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { type InvalidArgument, OssError } from "../AgentBayError.js"
import type { Tool } from "../contract/Tool.js"
import {
  ossDownload,
  ossDownloadAnonymous,
  ossEnvInit,
  ossUpload,
  ossUploadAnonymous
} from "../contract/tools/OssTools.js"
import type { OssOptions, OssReply, SecretInput, SessionOss } from "../session/SessionOss.js"
import { callTool, type SessionRuntime } from "../session/SessionRuntime.js"
import { isRecord } from "./json.js"
import { redactText } from "./redact.js"
import { ensure, ensureText, ensureTimeout } from "./validate.js"

const secretOf = (input: SecretInput): Redacted.Redacted =>
  Redacted.isRedacted(input) ? input : Redacted.make(input)

const ensureSecret = (operation: string, field: string, secret: Redacted.Redacted) => {
  const value: unknown = Redacted.value(secret)
  return ensure(
    typeof value === "string" && value.trim() !== "",
    operation,
    field,
    "<redacted>",
    "it must be a non-blank text"
  )
}

/** Credentials are replaced every few hours at most: those of three replacements back have expired. */
const rememberedSecrets = 12

/** The reasons by the words that object stores and the tools use, the more telling ones first. */
const reasons: ReadonlyArray<readonly [OssError["reason"], RegExp]> = [
  ["Unsupported", /tool not found|unknown tool|no such tool/i],
  ["NotConfigured", /oss_env_init|not (been )?(initiali[sz]ed|configured)|no credentials/i],
  ["Expired", /SecurityTokenExpired|RequestTimeTooSkewed|\bexpired\b/i],
  ["BucketNotFound", /NoSuchBucket|bucket (does not|doesn't) exist/i],
  ["ObjectNotFound", /NoSuchKey|(object|key) (does not|doesn't) exist|\b404\b/i],
  [
    "AccessDenied",
    /AccessDenied|access denied|SignatureDoesNotMatch|InvalidAccessKeyId|InvalidSecurityToken|forbidden|\b(401|403)\b/i
  ],
  [
    "FileError",
    /no such file|is a directory|not a directory|permission denied|read-only file system|no space left|file (not found|does not exist|not exist)/i
  ],
  [
    "Unreachable",
    /time(d)?[ -]?out|connection (refused|reset)|could not resolve|no such host|unreachable|dial tcp/i
  ]
]

const reasonOf = (text: string, otherwise: OssError["reason"]): OssError["reason"] =>
  reasons.find(([, words]) => words.test(text))?.[0] ?? otherwise

const jsonObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  if (!text.trimStart().startsWith("{")) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

const failureWords = /\b(fail(ed|ure|s)?|error|denied|invalid|not found|no such)\b/i

/** What a text says: that it worked, that it failed, or nothing that is known. */
type Verdict = "success" | "failure" | "unclear"

/** An object says it with `success`, `error` or `code`; one without any of them says nothing. */
const verdictOfObject = (object: Readonly<Record<string, unknown>>): Verdict => {
  const { code, error, success } = object
  if (success === false || success === "false" || (error !== undefined && error !== null && error !== "")) {
    return "failure"
  }
  if (success === true || success === "true" || code === 0 || code === 200) return "success"
  return code === undefined ? "unclear" : "failure"
}

/** The phrase stands at the beginning: names of files behind it may contain any word. */
const transferred = /^\W*((file|object)\s+)?(up|down)load(ed)?\s+(is\s+|was\s+)?success(ful|fully)?\b/i

const verdictOfTransfer = (text: string): Verdict => {
  const object = jsonObject(text)
  if (object !== undefined) return verdictOfObject(object)
  if (transferred.test(text)) return "success"
  return failureWords.test(text) || reasonOf(text, "Unknown") !== "Unknown" ? "failure" : "unclear"
}

/** Any text will do for credentials that were accepted: a phrase, or the settings of the client as JSON. */
const verdictOfInit = (text: string): Verdict => {
  const object = jsonObject(text)
  if (object !== undefined) return verdictOfObject(object) === "failure" ? "failure" : "success"
  return text.trim() === "" ? "unclear" : failureWords.test(text) ? "failure" : "success"
}

interface Call<Name extends string, Args, ArgsEncoded> {
  readonly operation: string
  readonly tool: Tool<Name, Args, ArgsEncoded, string, string>
  readonly args: Args
  readonly checks: ReadonlyArray<Effect.Effect<void, InvalidArgument>>
  readonly verdict: (text: string) => Verdict
  /** What the service and the tool may repeat, but nobody else. */
  readonly secrets: ReadonlyArray<Redacted.Redacted>
  readonly options: OssOptions | undefined
}

const run = <Name extends string, Args, ArgsEncoded>(
  runtime: SessionRuntime,
  { args, checks, operation, options, secrets, tool, verdict }: Call<Name, Args, ArgsEncoded>
): Effect.Effect<OssReply, SessionOss.Failure> => {
  const shown = (text: string): string => {
    const { linkUrl, token } = runtime.connection()
    return redactText(text, [...secrets, ...Option.toArray(token), ...Option.toArray(linkUrl)])
  }
  const failed = (reason: OssError["reason"], text: string, requestId: string | undefined) =>
    Effect.fail(
      new OssError({ reason, operation, sessionId: runtime.sessionId, requestId, detail: shown(text) })
    )
  return Effect.gen(function* () {
    yield* Effect.all(checks, { discard: true })
    const given = options?.timeout
    const timeout = given === undefined ? undefined : yield* ensureTimeout(operation, "timeout", given)
    return yield* callTool(runtime, tool, args, { operation, timeout, secrets }).pipe(
      Effect.catchTag("ToolError", ({ requestId, text }) =>
        failed(reasonOf(text, "Unknown"), text, requestId)
      ),
      Effect.flatMap(({ requestId, value }) => {
        const said = verdict(value)
        return said === "success"
          ? Effect.succeed({ requestId, text: shown(value) })
          : failed(said === "failure" ? reasonOf(value, "Unknown") : "Unrecognised", value, requestId)
      })
    )
  }).pipe(Effect.withSpan(operation))
}

const ensurePath = (operation: string, path: string) =>
  ensure(
    typeof path === "string" && path.startsWith("/") && !path.includes("\0"),
    operation,
    "path",
    path,
    "it must be an absolute path in the session"
  )

const ensureUrl = (operation: string, url: Redacted.Redacted) =>
  ensure(
    typeof Redacted.value(url) === "string" && /^https?:\/\/[^\s/?#]+\S*$/i.test(Redacted.value(url)),
    operation,
    "url",
    // Whoever knows the URL may do what it allows.
    "<redacted>",
    "it must be an http or https URL"
  )

export const makeOss = (runtime: SessionRuntime): SessionOss.Service => {
  /** The session has them from now on, and may repeat them in any later answer. */
  let credentials: ReadonlyArray<Redacted.Redacted> = []
  const stored =
    (operation: string, tool: typeof ossUpload | typeof ossDownload): SessionOss.Service["upload"] =>
    (bucket, object, path, options) =>
      Effect.suspend(() =>
        run(runtime, {
          operation,
          // The two differ in their names only.
          tool: tool as typeof ossUpload,
          args: { bucket, object, path },
          checks: [
            ensureText(operation, "bucket", bucket),
            ensureText(operation, "object", object),
            ensurePath(operation, path)
          ],
          verdict: verdictOfTransfer,
          secrets: credentials,
          options
        })
      )
  const anonymous =
    (
      operation: string,
      tool: typeof ossUploadAnonymous | typeof ossDownloadAnonymous
    ): SessionOss.Service["uploadAnonymous"] =>
    (input, path, options) =>
      Effect.suspend(() => {
        const url = secretOf(input)
        return run(runtime, {
          operation,
          tool: tool as typeof ossUploadAnonymous,
          args: { url: Redacted.value(url), path },
          checks: [ensureUrl(operation, url), ensurePath(operation, path)],
          verdict: verdictOfTransfer,
          secrets: [url, ...credentials],
          options
        })
      })
  const envInit: SessionOss.Service["envInit"] = (given, options) =>
    Effect.suspend(() => {
      const operation = "SessionOss.envInit"
      const { endpoint = "", region = "", securityToken = "" } = given
      const id = secretOf(given.accessKeyId)
      const secret = secretOf(given.accessKeySecret)
      const token = secretOf(securityToken)
      credentials = [...credentials, id, secret, token].slice(-rememberedSecrets)
      return run(runtime, {
        operation,
        tool: ossEnvInit,
        args: {
          access_key_id: Redacted.value(id),
          access_key_secret: Redacted.value(secret),
          security_token: Redacted.value(token),
          endpoint,
          region
        },
        checks: [
          ensureSecret(operation, "accessKeyId", id),
          ensureSecret(operation, "accessKeySecret", secret),
          ensure(
            typeof Redacted.value(token) === "string",
            operation,
            "securityToken",
            "<redacted>",
            "it must be a text"
          )
        ],
        verdict: verdictOfInit,
        secrets: credentials,
        options
      })
    })
  return {
    envInit,
    upload: stored("SessionOss.upload", ossUpload),
    download: stored("SessionOss.download", ossDownload),
    uploadAnonymous: anonymous("SessionOss.uploadAnonymous", ossUploadAnonymous),
    downloadAnonymous: anonymous("SessionOss.downloadAnonymous", ossDownloadAnonymous)
  }
}
