/**
 * Volumes (beta): storage that belongs to an image, and with which sessions of that image are created. Use as
 * `AgentBay.volumes`.
 *
 * No official client offers them: they are what the service's models and an unpublished client say.
 *
 * Source: newer features, section 9.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { InvalidArgument, SessionError } from "./AgentBayError.js"
import * as VolumeActions from "./contract/actions/VolumeActions.js"
import { sessionError } from "./internal/httpFailure.js"
import { ensure, ensureText } from "./internal/validate.js"
import type { AccountRuntime } from "./session/SessionRuntime.js"

/**
 * `status` is the service's word; time as the service writes it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Volume {
  readonly id: string
  readonly name: string
  readonly imageId: Option.Option<string>
  readonly status: Option.Option<string>
  readonly createdAt: Option.Option<string>
}

/**
 * One page. `nextToken` leads to the next one; none on the last page.
 *
 * @since 0.1.0
 * @category models
 */
export interface VolumePage {
  readonly volumes: ReadonlyArray<Volume>
  readonly nextToken: Option.Option<string>
  readonly requestId: string
}

/**
 * Which volume of an image is meant: by its name, or by its id.
 *
 * @since 0.1.0
 * @category models
 */
export type VolumeKey = { readonly imageId: string } & ({ readonly name: string } | { readonly id: string })

/**
 * All fail with `SessionError`, and with `InvalidArgument` for blank texts.
 *
 * @since 0.1.0
 * @category models
 */
export interface Volumes {
  /** Fails with `SessionError`, reason `NotFound`, when there is none. */
  readonly get: (key: VolumeKey) => Effect.Effect<Volume, SessionError | InvalidArgument>
  /** The volume of that name, created when there is none. Give its id to `create` of a session as `volumeId`. */
  readonly create: (options: {
    readonly imageId: string
    readonly name: string
  }) => Effect.Effect<Volume, SessionError | InvalidArgument>
  /** One page of the volumes of an image: `maxResults` 1 or more, default 10; `ids` and `name` narrow it down. */
  readonly list: (options: {
    readonly imageId: string
    readonly ids?: ReadonlyArray<string> | undefined
    readonly name?: string | undefined
    readonly maxResults?: number | undefined
    readonly nextToken?: string | undefined
  }) => Effect.Effect<VolumePage, SessionError | InvalidArgument>
  /** All volumes of an image, page by page as they are consumed. */
  readonly listAll: (options: {
    readonly imageId: string
    readonly name?: string | undefined
    readonly pageSize?: number | undefined
  }) => Stream.Stream<Volume, SessionError | InvalidArgument>
  readonly delete: (volumeId: string) => Effect.Effect<void, SessionError | InvalidArgument>
}

const toVolumes = (record: VolumeActions.VolumeRecord): ReadonlyArray<Volume> =>
  Option.match(record.volumeId, {
    onNone: () => [],
    onSome: (id) => [
      {
        id,
        name: record.volumeName,
        imageId: record.belongingImageId,
        status: record.status,
        createdAt: record.createTime
      }
    ]
  })

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = ({ controlPlane }: AccountRuntime): Volumes => {
  const requirePart = (
    operation: string,
    requestId: string,
    [volume]: ReadonlyArray<Volume>,
    missing: { readonly reason: "NotFound" | "Decode"; readonly detail: string }
  ): Effect.Effect<Volume, SessionError> =>
    volume === undefined
      ? Effect.fail(sessionError({ operation, requestId, secrets: [] }, { phase: "sent", ...missing }))
      : Effect.succeed(volume)

  const list: Volumes["list"] = Effect.fn("Volumes.list")(function* (options) {
    const operation = "Volumes.list"
    const { ids, imageId, maxResults = 10, name, nextToken } = options
    yield* ensureText(operation, "imageId", imageId)
    if (name !== undefined) yield* ensureText(operation, "name", name)
    const isCount = Number.isInteger(maxResults) && maxResults >= 1
    yield* ensure(isCount, operation, "maxResults", maxResults, "it must be a whole number of at least 1")
    if (ids !== undefined) {
      // An empty list has no form on the wire, where it would ask for all.
      yield* ensure(ids.length > 0, operation, "ids", ids, "it must not be empty")
      for (const [index, id] of ids.entries()) yield* ensureText(operation, `ids.${index}`, id)
    }
    const reply = yield* controlPlane.call(
      VolumeActions.ListVolumes,
      { imageId, maxResults, nextToken, volumeIds: ids, volumeName: name },
      { operation }
    )
    return {
      volumes: (reply.data ?? []).flatMap(toVolumes),
      nextToken: reply.nextToken,
      requestId: reply.requestId
    }
  })

  const byName = (operation: string, imageId: string, name: string, allowCreate: boolean) =>
    Effect.gen(function* () {
      yield* ensureText(operation, "imageId", imageId)
      yield* ensureText(operation, "name", name)
      const { data, requestId } = yield* controlPlane.call(
        VolumeActions.GetVolume,
        { imageId, volumeName: name, allowCreate },
        { operation }
      )
      return yield* requirePart(
        operation,
        requestId,
        data === null || data === undefined ? [] : toVolumes(data),
        allowCreate
          ? { reason: "Decode", detail: "the answer has no VolumeId" }
          : { reason: "NotFound", detail: `image ${imageId} has no volume ${name}` }
      )
    })

  return {
    list,
    get: Effect.fn("Volumes.get")(function* (key) {
      const operation = "Volumes.get"
      if ("name" in key) return yield* byName(operation, key.imageId, key.name, false)
      yield* ensureText(operation, "id", key.id)
      const { requestId, volumes } = yield* list({ imageId: key.imageId, ids: [key.id] })
      return yield* requirePart(
        operation,
        requestId,
        volumes.filter(({ id }) => id === key.id),
        { reason: "NotFound", detail: `image ${key.imageId} has no volume ${key.id}` }
      )
    }),
    create: Effect.fn("Volumes.create")(({ imageId, name }) => byName("Volumes.create", imageId, name, true)),
    listAll: ({ imageId, name, pageSize }) =>
      Stream.paginateChunkEffect(undefined as string | undefined, (nextToken) =>
        Effect.map(
          list({ imageId, name, maxResults: pageSize, nextToken }),
          (page) => [Chunk.fromIterable(page.volumes), page.nextToken] as const
        )
      ),
    delete: Effect.fn("Volumes.delete")(function* (volumeId) {
      yield* ensureText("Volumes.delete", "volumeId", volumeId)
      yield* controlPlane.call(VolumeActions.DeleteVolume, { volumeId }, { operation: "Volumes.delete" })
    })
  }
}
