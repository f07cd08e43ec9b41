/** Files between the local disk of the recording and a session. */
import { SystemError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Sink from "effect/Sink"
import { type Mappings, mapping, object, text } from "../Mapping.js"
import { success } from "../Outcome.js"
import type { Json } from "../Vector.js"
import type { World } from "../World.js"

const encoder = new TextEncoder()

/** What the local disk says no to, before anything is sent. */
const refused = (reason: "NotFound" | "AlreadyExists", path: string) =>
  new SystemError({ reason, module: "FileSystem", method: "open", pathOrDescriptor: path })

const localText = ({ one }: World, path: string): Json | undefined =>
  object(object(one.vector.call.files)[path])["text"]

const readLocal = (world: World, path: string) => {
  const content = localText(world, path)
  return content === undefined ? refused("NotFound", path) : Effect.succeed(encoder.encode(text(content)))
}

const upload = (world: World, [local, remote, options]: ReadonlyArray<Json>) =>
  Effect.flatMap(readLocal(world, text(local)), (bytes) => {
    const { contentType } = object(options)
    return world.session.fileTransfer.upload(text(remote), bytes, {
      contentType: contentType === undefined ? undefined : text(contentType)
    })
  })

const isRepeated = ({ one }: World): boolean => one.vector.call.then?.includes("second time") === true

const decoded = Sink.foldLeft("", (all: string, bytes: Uint8Array) => all + new TextDecoder().decode(bytes))

export const fileTransfer: Mappings = {
  "session.fileSystem getFileTransferContextPath": mapping({
    call: ({ session }) => session.fileTransfer.directory,
    read: (path) => success({ path }),
    recorded: ({ result }) => success({ path: result })
  }),
  "session.fileSystem uploadFile": mapping({
    call: (world, args) =>
      isRepeated(world)
        ? Effect.as(Effect.zipRight(upload(world, args), upload(world, args)), undefined)
        : upload(world, args),
    read: (result) =>
      result === undefined
        ? success({ first: true, second: true })
        : success({
            path: result.path,
            bytesSent: result.bytes,
            httpStatus: result.status,
            etag: Option.getOrElse(result.etag, () => ""),
            requestIdUploadUrl: result.urlRequestId,
            requestIdSync: result.syncRequestId
          }),
    recorded: ({ success: _, ...result }) => success(result)
  }),
  "session.fileSystem downloadFile": mapping({
    call: (world, [remote, local, options]) =>
      object(options)["overwrite"] === false && localText(world, text(local)) !== undefined
        ? refused("AlreadyExists", text(local))
        : world.session.fileTransfer.downloadTo(text(remote), decoded),
    read: (result) =>
      success({
        path: result.path,
        bytesReceived: result.bytes,
        requestIdDownloadUrl: result.urlRequestId,
        requestIdSync: result.syncRequestId,
        written: result.value
      }),
    recorded: ({ returned, written }) => {
      const { httpStatus: _status, localPath: _path, success: _success, ...result } = object(returned)
      return success({ ...result, written })
    }
  })
}
