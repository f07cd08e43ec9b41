/** Contexts of the account. */
import * as RetryPolicy from "../../../../src/RetryPolicy.js"
import type { ContextPage, PresignedUrl, StoredContext } from "../../../../src/storage/Contexts.js"
import {
  type Mappings,
  mapping,
  nothing,
  object,
  optionalNumber,
  optionalText,
  partly,
  plain,
  text,
  withoutBlanks
} from "../Mapping.js"
import { type Success, success } from "../Outcome.js"
import type { Json, JsonObject } from "../Vector.js"
import type { World } from "../World.js"

const readContext = (value: StoredContext): Success => success(plain(value))

const recordedContext = (result: JsonObject): Success => success(partly(result["context"]))

const readPage = ({ requestId, ...page }: ContextPage): Success => success(plain(page), requestId)

/** Context models: the id and the name are the constructor's arguments. */
const modelOf = (value: Json | undefined): { readonly id: string; readonly name: string } => {
  const args = object(value)["args"]
  return Array.isArray(args) ? { id: text(args[0]), name: text(args[1]) } : { id: "", name: "" }
}

const seconds = (value: Json | undefined): string | undefined =>
  optionalNumber(value) === undefined ? undefined : `${Number(value) * 1000} millis`

const clear = (world: World, [id, timeout, interval]: ReadonlyArray<Json>) =>
  world.bay.contexts.clear(text(id), {
    timeout: seconds(timeout) as `${number} millis` | undefined,
    interval: seconds(interval) as `${number} millis` | undefined
  })

const url = {
  read: ({ requestId, ...value }: PresignedUrl): Success => success(plain(value), requestId),
  recorded: ({ expireTime, requestId, url }: JsonObject): Success =>
    success({ url, ...(expireTime === undefined ? {} : { expiresAt: expireTime }) }, requestId)
}

export const context: Mappings = {
  "agentBay.context list": mapping({
    call: ({ bay: { contexts } }, [options]) => {
      const { maxResults, nextToken, sessionId } = object(options)
      return contexts.list({
        maxResults: optionalNumber(maxResults),
        nextToken: optionalText(nextToken),
        sessionId: optionalText(sessionId)
      })
    },
    read: readPage,
    recorded: ({ contexts, maxResults, nextToken, requestId, totalCount }, { vector }) =>
      success(
        withoutBlanks({
          contexts: (contexts as ReadonlyArray<Json>).map((one) => partly(one) as Json),
          ...(nextToken === undefined ? {} : { nextToken }),
          ...(totalCount === undefined ? {} : { totalCount }),
          // Where the service does not say, the recorded result repeats the default.
          ...(object(vector.responses[0]?.body)["MaxResults"] === undefined
            ? {}
            : { maxResults: maxResults ?? null })
        }),
        requestId
      )
  }),
  "agentBay.context get": mapping({
    call: ({ bay: { contexts } }, [name, create]) =>
      create === true ? contexts.create(text(name)) : contexts.get({ name: text(name) }),
    read: readContext,
    recorded: recordedContext
  }),
  "agentBay.context create": mapping({
    call: ({ bay: { contexts } }, [name]) => contexts.create(text(name)),
    read: readContext,
    recorded: recordedContext
  }),
  "agentBay.context update": mapping({
    call: ({ bay: { contexts } }, [model]) => contexts.rename(modelOf(model).id, modelOf(model).name),
    ...nothing
  }),
  "agentBay.context delete": mapping({
    call: ({ bay: { contexts } }, [model]) => contexts.delete(modelOf(model).id),
    ...nothing
  }),
  "agentBay.context clear": mapping({ call: clear, ...nothing }),
  "agentBay.context clearAsync": mapping({ call: clear, ...nothing }),
  "agentBay.context getClearStatus": mapping({
    call: ({ bay: { contexts } }, [id]) => contexts.get({ id: text(id) }),
    read: ({ id, state }) => success(plain({ id, state })),
    recorded: ({ contextId, status }) => success({ id: contextId, state: status })
  }),
  "agentBay.context listFiles": mapping({
    call: ({ bay: { contexts } }, [id, folder, page, pageSize]) =>
      contexts.files.list(text(id), text(folder), {
        page: optionalNumber(page),
        pageSize: optionalNumber(pageSize)
      }),
    read: ({ count, files, requestId }) => success(plain({ count, files }), requestId),
    recorded: ({ count, entries, requestId }) =>
      success(
        {
          count,
          files: (entries as ReadonlyArray<JsonObject>).map((entry) => ({
            id: entry["fileId"],
            name: entry["fileName"],
            path: entry["filePath"],
            type: entry["fileType"],
            size: entry["size"],
            status: entry["status"],
            createdAt: entry["gmtCreate"],
            modifiedAt: entry["gmtModified"]
          }))
        },
        requestId
      )
  }),
  "agentBay.context deleteFile": mapping({
    call: ({ bay: { contexts } }, [id, path]) => contexts.files.delete(text(id), text(path)),
    ...nothing
  }),
  "agentBay.context getFileUploadUrl": mapping({
    call: ({ bay: { contexts } }, [id, path]) => contexts.files.uploadUrl(text(id), text(path)),
    ...url
  }),
  "agentBay.context getFileDownloadUrl": mapping({
    call: ({ bay: { contexts } }, [id, path]) => contexts.files.downloadUrl(text(id), text(path)),
    ...url
  })
}

const bind = mapping({
  call: ({ bay: { networks } }, [id]) => networks.bind(optionalText(id)),
  read: ({ networkId, requestId, token }) => success(plain({ networkId, token }), requestId),
  recorded: ({ networkId, networkToken, requestId }) => success({ networkId, token: networkToken }, requestId)
})

export const betaNetwork: Mappings = {
  "agentBay.betaNetwork create": bind,
  "agentBay.betaNetwork getNetworkBindToken": bind,
  "agentBay.betaNetwork describe": mapping({
    call: ({ bay: { networks } }, [id]) =>
      RetryPolicy.withPolicy(RetryPolicy.standard)(networks.describe(text(id))),
    read: ({ online, requestId }) => success({ online }, requestId),
    recorded: ({ online, requestId }) => success({ online }, requestId)
  })
}
