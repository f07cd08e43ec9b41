/**
 * Volumes. Where the service puts one in a session is not known: here its files are in `/mnt/volume` from the start
 * of a session to its end, and then in memory until the next one.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { done, type Handlers } from "./handler.js"
import { pageOf, pageSize, readPageToken } from "./paging.js"
import { readPolicy } from "./policy.js"
import { invalidParameter, type Refusal, refusal } from "./refusal.js"
import { type Mount, type SessionRecord, type State, timestamp, type VolumeRecord } from "./state.js"
import { downloadMount, uploadMount } from "./transfers.js"

const volumePath = "/mnt/volume"

const find = (state: State, id: string): Effect.Effect<VolumeRecord, Refusal> => {
  const volume = state.volumes.get(id)
  return volume === undefined
    ? Effect.fail(refusal(400, "InvalidVolume.NotFound", `The volume ${id} cannot be found.`))
    : Effect.succeed(volume)
}

export const mountOfVolume = (
  state: State,
  volumeId: string | undefined
): Effect.Effect<Mount | undefined, Refusal> =>
  volumeId === undefined || volumeId === ""
    ? Effect.succeed(undefined)
    : Effect.map(find(state, volumeId), ({ id }) => ({
        contextId: id,
        path: volumePath,
        policy: readPolicy(undefined),
        known: new Set()
      }))

const ofVolumes = (state: State): State => ({ ...state, store: state.volumeStore })

export const fillVolume = (state: State, session: SessionRecord): Effect.Effect<void, string> =>
  session.volume === undefined ? Effect.void : downloadMount(ofVolumes(state), session, session.volume)

/** Stores what a session that ends has in its volume; of two at once the last one's files stay. */
export const keepVolume = (state: State, session: SessionRecord): Effect.Effect<void> =>
  session.volume === undefined
    ? Effect.void
    : Effect.ignore(uploadMount(ofVolumes(state), session, session.volume))

const recordOf = (volume: VolumeRecord) => ({
  volumeId: Option.some(volume.id),
  volumeName: volume.name,
  belongingImageId: Option.some(volume.imageId),
  status: Option.some("available"),
  createTime: Option.some(timestamp(volume.createdMs))
})

export const volumeHandlers = (state: State): Handlers<"GetVolume" | "ListVolumes" | "DeleteVolume"> => ({
  GetVolume: ({ allowCreate, imageId, volumeName: name }) =>
    Effect.gen(function* () {
      if (name.trim() === "") return yield* invalidParameter("VolumeName", "it must not be blank")
      for (const volume of state.volumes.values()) {
        if (volume.imageId === imageId && volume.name === name) return { data: recordOf(volume) }
      }
      if (!allowCreate) {
        return yield* refusal(400, "InvalidVolume.NotFound", `The volume ${name} cannot be found.`)
      }
      const now = yield* Clock.currentTimeMillis
      const volume = { id: state.ids.volumeId(), name, imageId, createdMs: now }
      state.volumes.set(volume.id, volume)
      yield* state.volumeStore.save({
        id: volume.id,
        name,
        createdMs: now,
        lastUsedMs: now,
        internal: true
      })
      return { data: recordOf(volume) }
    }),

  ListVolumes: (request) =>
    Effect.gen(function* () {
      const size = yield* pageSize("MaxResults", request.maxResults)
      const after = yield* readPageToken(state.secret, request.nextToken)
      const wanted = (text: string | undefined, value: string) =>
        text === undefined || text === "" || text === value
      // By id: a volume that is made while somebody turns pages moves no other one to a page already read.
      const matching = [...state.volumes.values()]
        .filter(
          ({ id, imageId, name }) =>
            wanted(request.imageId, imageId) &&
            wanted(request.volumeName, name) &&
            (request.volumeIds?.includes(id) ?? true)
        )
        .sort((a, b) => (a.id < b.id ? -1 : 1))
      const page = pageOf(state.secret, matching, {
        key: ({ id }) => id,
        isAfter: ({ id }, key) => id > key,
        after,
        size
      })
      return { data: page.items.map(recordOf), nextToken: page.nextToken ?? "", maxResults: size }
    }),

  DeleteVolume: ({ volumeId }) =>
    Effect.gen(function* () {
      yield* find(state, volumeId)
      const isUsed = [...state.sessions.values()].some(({ volume }) => volume?.contextId === volumeId)
      if (isUsed) {
        return yield* refusal(
          400,
          "InvalidOperation.VolumeInUse",
          `The volume ${volumeId} is in use by a session.`
        )
      }
      state.volumes.delete(volumeId)
      yield* state.volumeStore.remove(volumeId)
      return done
    })
})
