/** Object storage. */
import type { OssReply } from "../../../../src/session/SessionOss.js"
import { type Mappings, mapping, optionalText, text } from "../Mapping.js"
import { type Success, success } from "../Outcome.js"
import { isObject, type JsonObject } from "../Vector.js"

const read = (reply: OssReply): Success => success(reply.text, reply.requestId)

const recorded = ({ content, requestId }: JsonObject): Success => success(content, requestId)

export const oss: Mappings = {
  "session.oss envInit": mapping({
    call: ({ session }, [accessKeyId, accessKeySecret, securityToken, endpoint, region]) =>
      session.oss.envInit({
        accessKeyId: text(accessKeyId),
        accessKeySecret: text(accessKeySecret),
        securityToken: optionalText(securityToken),
        endpoint: optionalText(endpoint),
        region: optionalText(region)
      }),
    read,
    // The first generation hands over the settings of the client, the others the text.
    recorded: ({ clientConfig, requestId }) =>
      success(isObject(clientConfig) ? JSON.stringify(clientConfig) : clientConfig, requestId)
  }),
  "session.oss upload": mapping({
    call: ({ session }, [bucket, object, path]) => session.oss.upload(text(bucket), text(object), text(path)),
    read,
    recorded
  }),
  "session.oss download": mapping({
    call: ({ session }, [bucket, object, path]) =>
      session.oss.download(text(bucket), text(object), text(path)),
    read,
    recorded
  }),
  "session.oss uploadAnonymous": mapping({
    call: ({ session }, [url, path]) => session.oss.uploadAnonymous(text(url), text(path)),
    read,
    recorded
  }),
  "session.oss downloadAnonymous": mapping({
    call: ({ session }, [url, path]) => session.oss.downloadAnonymous(text(url), text(path)),
    read,
    recorded
  })
}
