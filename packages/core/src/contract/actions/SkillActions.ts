/**
 * Skills: directories of instructions that sessions load, each with a `SKILL.md`.
 *
 * Source: newer features, section 8.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Action from "../Action.js"
import { maybeText, optionalParameter, parameter, textOrEmpty } from "../Wire.js"

const Texts = Schema.Array(Schema.String)

const SkillRecord = Schema.Struct({
  name: textOrEmpty("Name"),
  description: textOrEmpty("Description"),
  skillId: maybeText("SkillId")
})

/**
 * @since 0.1.0
 * @category models
 */
export type SkillRecord = typeof SkillRecord.Type

/**
 * The skills that sessions of an image can load, and where these put them. `skillGroupIds` carries the names of
 * skills.
 *
 * @since 0.1.0
 * @category actions
 */
export const GetSkillMetaData = Action.make({
  name: "GetSkillMetaData",
  request: Schema.Struct({
    imageId: optionalParameter(Schema.String, "ImageId"),
    skillGroupIds: optionalParameter(Schema.parseJson(Texts), "SkillGroupIds")
  }),
  data: Schema.Struct({
    skillPath: maybeText("SkillPath"),
    metaDataList: Schema.optionalWith(Schema.Array(SkillRecord), {
      default: () => [],
      nullable: true
    }).pipe(Schema.fromKey("MetaDataList"))
  }),
  idempotent: true
})

/**
 * All skills of the account, or those with the ids given.
 *
 * @since 0.1.0
 * @category actions
 */
export const ListSkillMetaData = Action.make({
  name: "ListSkillMetaData",
  request: Schema.Struct({ skillIdList: optionalParameter(Schema.parseJson(Texts), "SkillIdList") }),
  data: Schema.Array(SkillRecord),
  idempotent: true
})

const BoundSkills = Schema.Struct({
  contextId: parameter(Schema.String, "ContextId"),
  skillIds: parameter(Texts, "SkillIds")
})

/**
 * Starts to bind skills to contexts: sessions that mount one have its skills below `path`.
 *
 * @since 0.1.0
 * @category actions
 */
export const BindContextSkillAsync = Action.make({
  name: "BindContextSkillAsync",
  request: Schema.Struct({
    items: parameter(
      Schema.parseJson(
        Schema.Array(Schema.Struct({ ...BoundSkills.fields, path: optionalParameter(Schema.String, "Path") }))
      ),
      "ContextSkillBindItems"
    ),
    loginRegionId: optionalParameter(Schema.String, "LoginRegionId")
  }),
  idempotent: true
})

/**
 * @since 0.1.0
 * @category actions
 */
export const UnbindContextSkill = Action.make({
  name: "UnbindContextSkill",
  request: Schema.Struct({
    items: parameter(Schema.parseJson(Schema.Array(BoundSkills)), "ContextSkillUnbindItems")
  }),
  idempotent: true
})

/**
 * The actions of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  GetSkillMetaData,
  ListSkillMetaData,
  BindContextSkillAsync,
  UnbindContextSkill
} as const
