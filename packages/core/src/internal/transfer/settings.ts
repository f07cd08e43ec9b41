/** The options of a transfer, checked and complete. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { InvalidArgument } from "../../AgentBayError.js"
import type {
  Digest,
  TransferOptions,
  TransferProgress,
  UploadOptions
} from "../../session/SessionFileTransfer.js"
import { baseName, ensurePath } from "../files/paths.js"
import { ensure, ensureTimeout } from "../validate.js"

export interface Settings {
  readonly onProgress: (progress: TransferProgress) => Effect.Effect<void>
  readonly digest: Digest | undefined
  readonly retries: number
  readonly idleTimeout: Duration.Duration
  readonly syncTimeout: Duration.Duration
  readonly startWithin: Duration.Duration
}

export interface UploadSettings extends Settings {
  readonly size: number | undefined
  readonly contentType: string | undefined
  readonly overwrite: boolean
}

const isCount = (value: unknown, least: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= least

export const ensureCount = (operation: string, field: string, value: number | undefined, least: number) =>
  ensure(
    value === undefined || isCount(value, least),
    operation,
    field,
    value,
    `it must be a whole number of at least ${least}`
  )

/** The path of a file: a slash at its end would name a directory. */
export const ensureFilePath = (operation: string, path: string): Effect.Effect<void, InvalidArgument> =>
  Effect.zipRight(
    ensurePath(operation, "path", path),
    ensure(
      !/[\\/]$/.test(path) && !/^\.{1,2}$/.test(baseName(path)),
      operation,
      "path",
      path,
      "it must name a file"
    )
  )

const algorithms = ["sha256", "md5"]

export const checkSettings = (
  operation: string,
  options: TransferOptions
): Effect.Effect<Settings, InvalidArgument> =>
  Effect.gen(function* () {
    const { digest, retries } = options
    yield* ensureCount(operation, "retries", retries, 0)
    yield* ensure(
      digest === undefined || algorithms.includes(digest.algorithm),
      operation,
      "digest.algorithm",
      digest?.algorithm,
      `it must be one of ${algorithms.join(", ")}`
    )
    return {
      onProgress: options.onProgress ?? (() => Effect.void),
      digest,
      retries: retries ?? 5,
      idleTimeout: yield* ensureTimeout(operation, "idleTimeout", options.idleTimeout ?? "60 seconds"),
      syncTimeout: yield* ensureTimeout(operation, "syncTimeout", options.syncTimeout ?? "10 minutes"),
      startWithin: yield* ensureTimeout(operation, "startWithin", options.startWithin ?? "30 seconds")
    }
  })

const unsafeInHeader = /[^\x20-\x7e]/

export const checkUpload = (
  operation: string,
  options: UploadOptions
): Effect.Effect<UploadSettings, InvalidArgument> =>
  Effect.gen(function* () {
    const { contentType, size } = options
    yield* ensureCount(operation, "size", size, 0)
    yield* ensure(
      contentType === undefined || (contentType.trim() !== "" && !unsafeInHeader.test(contentType)),
      operation,
      "contentType",
      contentType,
      "it must be a media type such as text/plain"
    )
    return {
      ...(yield* checkSettings(operation, options)),
      size,
      contentType,
      overwrite: options.overwrite ?? true
    }
  })
