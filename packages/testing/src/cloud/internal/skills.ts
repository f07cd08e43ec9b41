/** Skills: what the account has, what sessions load, and what is bound to contexts. */
import { posix } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SkillOptions } from "../Cloud.js"
import { done, type Handlers } from "./handler.js"
import { type Refusal, refusal } from "./refusal.js"
import { findContext, type SessionRecord, type State } from "./state.js"

export interface Skill {
  readonly id: string
  readonly name: string
  readonly description: string
  /** Contents by path in the directory of the skill. */
  readonly files: Readonly<Record<string, string>>
}

/** Where sessions have the skills they load. */
export const skillsRoot = "/home/wuying/skills"

export const skillOf = ({ description, files, id, instructions, name }: SkillOptions): Skill => ({
  id: id ?? `sk_${name}`,
  name,
  description,
  files: {
    // JSON texts are YAML texts, whatever stands in them.
    "SKILL.md": `---\nname: ${name}\ndescription: ${JSON.stringify(description)}\n---\n\n${instructions ?? ""}`,
    ...files
  }
})

/** The skills with these names or ids; all of them where none are given. */
export const findSkills = (
  { skills }: State,
  parameter: string,
  wanted: ReadonlyArray<string> | undefined
): Effect.Effect<ReadonlyArray<Skill>, Refusal> =>
  wanted === undefined
    ? Effect.succeed(skills)
    : Effect.forEach(wanted, (key) => {
        const skill = skills.find(({ id, name }) => id === key || name === key)
        return skill === undefined
          ? Effect.fail(refusal(400, "InvalidSkill.NotFound", `${parameter}: there is no skill ${key}.`))
          : Effect.succeed(skill)
      })

const put = ({ machine }: SessionRecord, root: string, skill: Skill): Effect.Effect<void, string> =>
  Effect.forEach(
    Object.entries(skill.files),
    ([path, content]) =>
      machine.write(posix.join(root, skill.name, path), new TextEncoder().encode(content), "overwrite"),
    { discard: true }
  ).pipe(Effect.mapError(({ message }) => message))

/** Writes the skills a session loads, and those that are bound to the contexts it mounts. */
export const putSkills = (
  state: State,
  session: SessionRecord,
  loaded: ReadonlyArray<Skill>
): Effect.Effect<void, string> =>
  Effect.gen(function* () {
    for (const skill of loaded) yield* put(session, skillsRoot, skill)
    for (const { contextId } of session.mounts) {
      for (const [id, root] of state.boundSkills.get(contextId) ?? []) {
        const skill = state.skills.find((one) => one.id === id)
        if (skill !== undefined) yield* put(session, root, skill)
      }
    }
  })

const recordOf = ({ description, id, name }: Skill) => ({ name, description, skillId: Option.some(id) })

/** Nothing is bound before everything that is asked for is known to be there. */
const checked = <A extends { readonly contextId: string; readonly skillIds: ReadonlyArray<string> }>(
  state: State,
  parameter: string,
  items: ReadonlyArray<A>
) =>
  Effect.forEach(items, (item) =>
    Effect.zipWith(
      findContext(state, item.contextId),
      findSkills(state, parameter, item.skillIds),
      (_, skills) => ({ item, skills })
    )
  )

export const skillHandlers = (
  state: State
): Handlers<"GetSkillMetaData" | "ListSkillMetaData" | "BindContextSkillAsync" | "UnbindContextSkill"> => ({
  GetSkillMetaData: ({ skillGroupIds: names }) => {
    // As a filter: names that stand for nothing find nothing.
    const found = state.skills.filter(
      ({ id, name }) => names === undefined || names.includes(name) || names.includes(id)
    )
    return Effect.succeed({
      data: { skillPath: Option.some(skillsRoot), metaDataList: found.map(recordOf) },
      totalCount: found.length
    })
  },

  ListSkillMetaData: ({ skillIdList: ids }) => {
    const found = state.skills.filter(({ id }) => ids?.includes(id) ?? true)
    return Effect.succeed({ data: found.map(recordOf), totalCount: found.length })
  },

  BindContextSkillAsync: ({ items }) =>
    Effect.map(checked(state, "ContextSkillBindItems", items), (bindings) => {
      for (const { item, skills } of bindings) {
        const bound = state.boundSkills.get(item.contextId) ?? new Map<string, string>()
        for (const { id } of skills) bound.set(id, item.path ?? skillsRoot)
        state.boundSkills.set(item.contextId, bound)
      }
      return done
    }),

  UnbindContextSkill: ({ items }) =>
    Effect.map(checked(state, "ContextSkillUnbindItems", items), (bindings) => {
      for (const { item, skills } of bindings) {
        for (const { id } of skills) state.boundSkills.get(item.contextId)?.delete(id)
      }
      return done
    })
})
