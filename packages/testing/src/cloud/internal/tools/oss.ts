/** The tools for object storage. */
import * as Effect from "effect/Effect"
import type { ToolFailure, ToolHandlers } from "./handler.js"

const answering = (doing: "Upload" | "Download", work: Effect.Effect<void, string>) =>
  Effect.mapBoth(work, {
    onSuccess: () => `${doing} success`,
    onFailure: (detail): ToolFailure<never> => ({ _tag: "Words", text: `${doing} failed: ${detail}` })
  })

export const ossHandlers: ToolHandlers<
  "oss_env_init" | "oss_upload" | "oss_download" | "oss_upload_annon" | "oss_download_annon"
> = {
  oss_env_init: (args, { storage }) => {
    if (args.access_key_id.trim() === "" || args.access_key_secret.trim() === "") {
      return Effect.fail({
        _tag: "Words",
        text: "OSS client initialization failed: access_key_id and access_key_secret are required"
      })
    }
    return Effect.sync(() => {
      storage.configure({
        accessKeyId: args.access_key_id,
        accessKeySecret: args.access_key_secret,
        securityToken: args.security_token,
        endpoint: args.endpoint,
        region: args.region
      })
      return "OSS client initialized"
    })
  },
  oss_upload: ({ bucket, object, path }, { storage }) =>
    answering("Upload", storage.upload(bucket, object, path)),
  oss_download: ({ bucket, object, path }, { storage }) =>
    answering("Download", storage.download(bucket, object, path)),
  oss_upload_annon: ({ path, url }, { storage }) => answering("Upload", storage.uploadTo(url, path)),
  oss_download_annon: ({ path, url }, { storage }) => answering("Download", storage.downloadFrom(url, path))
}
