/**
 * Skills (beta): instructions for agents which sessions load from the account. Use as `AgentBay.skills`.
 *
 * A skill is a directory with a `SKILL.md`. Skills are published with the service's own tool; a session created with
 * `loadSkills` has them below `rootPath`.
 *
 * Source: newer features, section 8.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { InvalidArgument, SessionError } from "./AgentBayError.js"
import * as SkillActions from "./contract/actions/SkillActions.js"
import { ensure, ensureText } from "./internal/validate.js"
import type { AccountRuntime } from "./session/SessionRuntime.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Skill {
  readonly name: string
  readonly description: string
  /** Such as `builtin:web_search`; older services give none. */
  readonly id: Option.Option<string>
}

/**
 * What sessions can load, and the directory in the session into which they do.
 *
 * @since 0.1.0
 * @category models
 */
export interface SkillMetadata {
  readonly skills: ReadonlyArray<Skill>
  readonly rootPath: Option.Option<string>
  readonly requestId: string
}

/**
 * Skills that belong to a context.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContextSkills {
  readonly contextId: string
  /** At least one. */
  readonly skillIds: ReadonlyArray<string>
}

/**
 * `path` is the directory in the session below which the skills are; default `defaultRoot`.
 *
 * @since 0.1.0
 * @category models
 */
export interface SkillBinding extends ContextSkills {
  readonly path?: string | undefined
}

/**
 * Reads and bindings may be repeated, so an unavailable service is asked up to three times. All fail with
 * `SessionError`, and with `InvalidArgument` for blank texts and empty lists.
 *
 * @since 0.1.0
 * @category models
 */
export interface Skills {
  /** The skills that sessions of an image (default: any) can load; with `names`, those of them. */
  readonly metadata: (options?: {
    readonly imageId?: string | undefined
    readonly names?: ReadonlyArray<string> | undefined
  }) => Effect.Effect<SkillMetadata, SessionError | InvalidArgument>
  /** The skills of the account; with `ids`, those of them. */
  readonly list: (options?: {
    readonly ids?: ReadonlyArray<string> | undefined
  }) => Effect.Effect<ReadonlyArray<Skill>, SessionError | InvalidArgument>
  /** Binds skills to contexts: sessions that mount one find its skills. The service may take a while to do so. */
  readonly bind: (
    bindings: ReadonlyArray<SkillBinding>
  ) => Effect.Effect<void, SessionError | InvalidArgument>
  readonly unbind: (
    bindings: ReadonlyArray<ContextSkills>
  ) => Effect.Effect<void, SessionError | InvalidArgument>
}

/**
 * Where the service's images have skills.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultRoot = "/home/wuying/skills"

/** Records without a name stand for nothing that could be loaded. */
const skillsOf = (records: ReadonlyArray<SkillActions.SkillRecord>): ReadonlyArray<Skill> =>
  records.flatMap(({ description, name, skillId }) =>
    name.trim() === "" ? [] : [{ name, description, id: skillId }]
  )

const ensureTexts = (operation: string, field: string, texts: ReadonlyArray<string> | undefined) =>
  Effect.forEach(texts ?? [], (text, index) => ensureText(operation, `${field}.${index}`, text), {
    discard: true
  })

const ensureSome = (operation: string, field: string, list: ReadonlyArray<unknown>) =>
  ensure(list.length > 0, operation, field, list, "it must not be empty")

const ensureBindings = (operation: string, bindings: ReadonlyArray<SkillBinding>) =>
  Effect.gen(function* () {
    yield* ensureSome(operation, "bindings", bindings)
    for (const [index, { contextId, path, skillIds }] of bindings.entries()) {
      yield* ensureText(operation, `bindings.${index}.contextId`, contextId)
      yield* ensureSome(operation, `bindings.${index}.skillIds`, skillIds)
      yield* ensureTexts(operation, `bindings.${index}.skillIds`, skillIds)
      const isAbsolute = path === undefined || path.startsWith("/")
      yield* ensure(isAbsolute, operation, `bindings.${index}.path`, path, "it must be an absolute path")
    }
  })

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = ({ config, controlPlane }: AccountRuntime): Skills => ({
  metadata: Effect.fn("Skills.metadata")(function* (options) {
    const operation = "Skills.metadata"
    if (options?.imageId !== undefined) yield* ensureText(operation, "imageId", options.imageId)
    yield* ensureTexts(operation, "names", options?.names)
    const { data, requestId } = yield* controlPlane.call(
      SkillActions.GetSkillMetaData,
      { imageId: options?.imageId, skillGroupIds: options?.names },
      { operation }
    )
    return { skills: skillsOf(data.metaDataList), rootPath: data.skillPath, requestId }
  }),
  list: Effect.fn("Skills.list")(function* (options) {
    yield* ensureTexts("Skills.list", "ids", options?.ids)
    const { data } = yield* controlPlane.call(
      SkillActions.ListSkillMetaData,
      { skillIdList: options?.ids },
      { operation: "Skills.list" }
    )
    return skillsOf(data)
  }),
  bind: Effect.fn("Skills.bind")(function* (bindings) {
    yield* ensureBindings("Skills.bind", bindings)
    yield* controlPlane.call(
      SkillActions.BindContextSkillAsync,
      {
        items: bindings.map((binding) => ({ ...binding, path: binding.path ?? defaultRoot })),
        loginRegionId: Option.getOrUndefined(config.regionId)
      },
      { operation: "Skills.bind" }
    )
  }),
  unbind: Effect.fn("Skills.unbind")(function* (bindings) {
    yield* ensureBindings("Skills.unbind", bindings)
    yield* controlPlane.call(
      SkillActions.UnbindContextSkill,
      { items: bindings.map(({ contextId, skillIds }) => ({ contextId, skillIds })) },
      { operation: "Skills.unbind" }
    )
  })
})
