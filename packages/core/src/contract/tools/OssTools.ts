/**
 * The tools of `wuying_oss`: files between a session and an object store. Their answers are texts.
 *
 * Source: session core modules, sections 7 and 18.1.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Tool from "../Tool.js"

const server = "wuying_oss"

const object = Schema.Struct({ bucket: Schema.String, object: Schema.String, path: Schema.String })

const presigned = Schema.Struct({ url: Schema.String, path: Schema.String })

/**
 * Gives the session credentials. Absent ones are sent as empty texts.
 *
 * @since 0.1.0
 * @category tools
 */
export const ossEnvInit = Tool.make({
  name: "oss_env_init",
  server,
  description: "Sets the credentials for an object store.",
  args: Schema.Struct({
    access_key_id: Schema.String,
    access_key_secret: Schema.String,
    security_token: Schema.optionalWith(Schema.String, { default: () => "" }),
    endpoint: Schema.optionalWith(Schema.String, { default: () => "" }),
    region: Schema.optionalWith(Schema.String, { default: () => "" })
  }),
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const ossUpload = Tool.make({
  name: "oss_upload",
  server,
  description: "Uploads a file of the session to a bucket.",
  args: object,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const ossDownload = Tool.make({
  name: "oss_download",
  server,
  description: "Downloads an object of a bucket into the session.",
  args: object,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const ossUploadAnonymous = Tool.make({
  name: "oss_upload_annon",
  server,
  description: "Uploads a file of the session to a presigned URL.",
  args: presigned,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const ossDownloadAnonymous = Tool.make({
  name: "oss_download_annon",
  server,
  description: "Downloads from a presigned URL into the session.",
  args: presigned,
  idempotent: true
})

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  oss_env_init: ossEnvInit,
  oss_upload: ossUpload,
  oss_download: ossDownload,
  oss_upload_annon: ossUploadAnonymous,
  oss_download_annon: ossDownloadAnonymous
} as const
