import { describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { makeAccount, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { byName, ok, type Reply, refused, type Sent } from "../support/ScriptedService.js"

const account = (replies: Readonly<Record<string, Reply | ((sent: Sent) => Reply)>>) =>
  Effect.map(makeAccount(byName(replies)), ({ bay, service }) => ({
    volumes: bay.volumes,
    service,
    form: () => {
      const { Authorization: _, ...form } = service.sent.at(-1)!.form
      return form
    }
  }))

const record = {
  VolumeId: "v-1",
  VolumeName: "data",
  BelongingImageId: "img",
  Status: "available",
  CreateTime: "2026-01-05T10:00:00Z"
}

const volume = {
  id: "v-1",
  name: "data",
  imageId: Option.some("img"),
  status: Option.some("available"),
  createdAt: Option.some("2026-01-05T10:00:00Z")
}

describe("volumes", () => {
  it.effect("are found by name, or created", () =>
    Effect.gen(function* () {
      const { form, volumes } = yield* account({ GetVolume: ok(record) })
      assert.deepStrictEqual(yield* volumes.get({ imageId: "img", name: "data" }), volume)
      assert.deepStrictEqual(form(), { ImageId: "img", VolumeName: "data", AllowCreate: "false" })
      assert.deepStrictEqual(yield* volumes.create({ imageId: "img", name: "data" }), volume)
      assert.deepStrictEqual(form(), { ImageId: "img", VolumeName: "data", AllowCreate: "true" })
    })
  )

  it.effect("are found by id", () =>
    Effect.gen(function* () {
      const { form, volumes } = yield* account({ ListVolumes: ok([{ ...record, VolumeId: "v-0" }, record]) })
      assert.deepStrictEqual(yield* volumes.get({ imageId: "img", id: "v-1" }), volume)
      assert.deepStrictEqual(form(), { ImageId: "img", MaxResults: "10", "VolumeIds.1": "v-1" })
      hasFields(yield* Effect.flip(volumes.get({ imageId: "img", id: "v-2" })), {
        _tag: "SessionError",
        reason: "NotFound",
        operation: "Volumes.get"
      })
    })
  )

  it.effect("that are not there are not found, however the service says so", () =>
    Effect.gen(function* () {
      for (const reply of [
        ok(),
        ok({}),
        ok({ ...record, VolumeId: "" }),
        refused("InvalidVolume.NotFound")
      ]) {
        const { volumes } = yield* account({ GetVolume: reply })
        hasFields(yield* Effect.flip(volumes.get({ imageId: "img", name: "data" })), { reason: "NotFound" })
      }
      const { volumes } = yield* account({ GetVolume: ok({}) })
      hasFields(yield* Effect.flip(volumes.create({ imageId: "img", name: "data" })), { reason: "Decode" })
    })
  )

  it.effect("are listed page by page, without records that have no id", () =>
    Effect.gen(function* () {
      const { service, volumes } = yield* account({
        ListVolumes: ({ query }) =>
          query["NextToken"] === undefined
            ? ok([record, { VolumeName: "broken" }], { NextToken: "n" })
            : ok([{ ...record, VolumeId: "v-2" }])
      })
      const all = yield* Stream.runCollect(volumes.listAll({ imageId: "img", pageSize: 2, name: "data" }))
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(all).map(({ id }) => id),
        ["v-1", "v-2"]
      )
      const { Authorization: _, ...form } = service.sent[1]!.form
      assert.deepStrictEqual(form, { ImageId: "img", MaxResults: "2", VolumeName: "data" })
      assert.strictEqual(service.sent[1]?.query["NextToken"], "n")
    })
  )

  it.effect("are deleted", () =>
    Effect.gen(function* () {
      const { form, volumes } = yield* account({ DeleteVolume: ok() })
      yield* volumes.delete("v-1")
      assert.deepStrictEqual(form(), { VolumeId: "v-1" })
    })
  )

  it.effect("what is blank or empty sends nothing", () =>
    Effect.gen(function* () {
      const { service, volumes } = yield* account({})
      const wrong: ReadonlyArray<readonly [string, Effect.Effect<unknown, object>]> = [
        ["imageId", volumes.get({ imageId: "", name: "n" })],
        ["name", volumes.get({ imageId: "i", name: " " })],
        ["id", volumes.get({ imageId: "i", id: "" })],
        ["imageId", volumes.create({ imageId: " ", name: "n" })],
        ["name", volumes.create({ imageId: "i", name: "" })],
        ["imageId", volumes.list({ imageId: "" })],
        ["ids", volumes.list({ imageId: "i", ids: [] })],
        ["ids.0", volumes.list({ imageId: "i", ids: [""] })],
        ["name", volumes.list({ imageId: "i", name: "" })],
        ["maxResults", volumes.list({ imageId: "i", maxResults: 0 })],
        ["maxResults", Stream.runDrain(volumes.listAll({ imageId: "i", pageSize: 1.5 }))],
        ["volumeId", volumes.delete("")]
      ]
      for (const [field, effect] of wrong) {
        hasFields(yield* Effect.flip(effect), { _tag: "InvalidArgument", field }, field)
      }
      assert.strictEqual(service.sent.length, 0)
    })
  )

  it.effect("are given to sessions", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(working())
      yield* bay.create({ volumeId: "v-1" })
      hasFields(service.sent[0]?.form, { VolumeId: "v-1" })
      hasFields(yield* Effect.flip(bay.create({ volumeId: " " })), {
        _tag: "InvalidArgument",
        field: "volumeId"
      })
    })
  )
})
