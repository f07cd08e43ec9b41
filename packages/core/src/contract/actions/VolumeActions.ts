/**
 * Volumes: storage of an image that a session can be created with.
 *
 * Source: newer features, section 9.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Action from "../Action.js"
import { BooleanText, IntText, maybeText, optionalParameter, parameter, textOrEmpty } from "../Wire.js"

const VolumeRecord = Schema.Struct({
  volumeId: maybeText("VolumeId"),
  volumeName: textOrEmpty("VolumeName"),
  belongingImageId: maybeText("BelongingImageId"),
  status: maybeText("Status"),
  createTime: maybeText("CreateTime")
})

/**
 * @since 0.1.0
 * @category models
 */
export type VolumeRecord = typeof VolumeRecord.Type

/**
 * Finds a volume of an image by name; with `allowCreate` a missing one is created.
 *
 * @since 0.1.0
 * @category actions
 */
export const GetVolume = Action.make({
  name: "GetVolume",
  request: Schema.Struct({
    imageId: parameter(Schema.String, "ImageId"),
    volumeName: parameter(Schema.String, "VolumeName"),
    allowCreate: parameter(BooleanText, "AllowCreate")
  }),
  data: Schema.NullishOr(VolumeRecord),
  idempotent: true
})

/**
 * A page of the volumes of an image.
 *
 * @since 0.1.0
 * @category actions
 */
export const ListVolumes = Action.make({
  name: "ListVolumes",
  request: Schema.Struct({
    imageId: parameter(Schema.String, "ImageId"),
    maxResults: parameter(IntText, "MaxResults"),
    nextToken: optionalParameter(Schema.String, "NextToken"),
    volumeIds: optionalParameter(Schema.Array(Schema.String), "VolumeIds"),
    volumeName: optionalParameter(Schema.String, "VolumeName")
  }),
  inQuery: ["NextToken"],
  data: Schema.NullishOr(Schema.Array(VolumeRecord)),
  idempotent: true
})

/**
 * @since 0.1.0
 * @category actions
 */
export const DeleteVolume = Action.make({
  name: "DeleteVolume",
  request: Schema.Struct({ volumeId: parameter(Schema.String, "VolumeId") }),
  idempotent: true
})

/**
 * The actions of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  GetVolume,
  ListVolumes,
  DeleteVolume
} as const
