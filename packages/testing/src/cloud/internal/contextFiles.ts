/** The files of a context, reached without a session. */

import { posix } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoredFile } from "../ContextStore.js"
import { done, type Handlers } from "./handler.js"
import { pageOf, pageSize, readPageToken } from "./paging.js"
import { type PresignedMethod, presign } from "./presigned.js"
import { invalidParameter, type Refusal, refusal } from "./refusal.js"
import { findContext, type State, timestamp } from "./state.js"

/** Files are named by absolute paths without detours. */
const filePath = (path: string): Effect.Effect<string, Refusal> =>
  path.startsWith("/") && path !== "/" && !path.endsWith("/") && posix.normalize(path) === path
    ? Effect.succeed(path)
    : Effect.fail(invalidParameter("FilePath", "it must be the absolute path of a file"))

const entryOf = (file: StoredFile) => ({
  fileId: Option.some(file.etag),
  fileName: posix.basename(file.path),
  filePath: file.path,
  fileType: Option.some("FILE"),
  gmtCreate: Option.some(timestamp(file.createdMs)),
  gmtModified: Option.some(timestamp(file.modifiedMs)),
  size: Option.some(file.size),
  status: Option.some("available")
})

const urlFor = (state: State, method: PresignedMethod, contextId: string, path: string) =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const { expires, url } = presign(state, method, contextId, path, now)
    return { data: { url: Option.some(url), expireTime: Option.some(expires) } }
  })

const defaultPageSize = 50

export const contextFileHandlers = (
  state: State
): Handlers<
  "DescribeContextFiles" | "GetContextFileUploadUrl" | "GetContextFileDownloadUrl" | "DeleteContextFile"
> => ({
  DescribeContextFiles: (request) =>
    Effect.gen(function* () {
      yield* findContext(state, request.contextId)
      const parent = request.parentFolderPath.replace(/\/*$/, "/")
      const all = yield* state.store.files(request.contextId)
      const files = all.filter(({ path }) => parent === "/" || path.startsWith(parent))
      // A token or a size of its own asks for pages by token; otherwise pages are numbered.
      if (request.nextToken !== undefined || request.maxResults !== undefined) {
        const size = yield* pageSize("MaxResults", request.maxResults ?? defaultPageSize)
        const after = yield* readPageToken(state.secret, request.nextToken)
        const page = pageOf(state.secret, files, {
          key: ({ path }) => path,
          isAfter: ({ path }, key) => path > key,
          after,
          size
        })
        return {
          data: page.items.map(entryOf),
          nextToken: page.nextToken ?? "",
          maxResults: size,
          count: files.length
        }
      }
      const size = yield* pageSize("PageSize", request.pageSize ?? defaultPageSize)
      const number = yield* pageSize("PageNumber", request.pageNumber ?? 1)
      return { data: files.slice((number - 1) * size, number * size).map(entryOf), count: files.length }
    }),

  GetContextFileUploadUrl: (request) =>
    Effect.gen(function* () {
      yield* findContext(state, request.contextId)
      return yield* urlFor(state, "PUT", request.contextId, yield* filePath(request.filePath))
    }),

  GetContextFileDownloadUrl: (request) =>
    Effect.gen(function* () {
      yield* findContext(state, request.contextId)
      const path = yield* filePath(request.filePath)
      const files = yield* state.store.files(request.contextId)
      if (!files.some((file) => file.path === path)) {
        return yield* refusal(400, "InvalidContextFile.NotFound", `file not exist: ${path}`)
      }
      return yield* urlFor(state, "GET", request.contextId, path)
    }),

  DeleteContextFile: (request) =>
    Effect.gen(function* () {
      yield* findContext(state, request.contextId)
      yield* state.store.delete(request.contextId, [yield* filePath(request.filePath)])
      return done
    })
})
