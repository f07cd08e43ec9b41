/** What else the account has: extensions and skills. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as RetryPolicy from "../../../../src/RetryPolicy.js"
import type { Skill } from "../../../../src/Skills.js"
import type { Extension, ExtensionStore } from "../../../../src/storage/Extensions.js"
import { type Mappings, mapping, nothing, object, optional, optionalText, plain, text } from "../Mapping.js"
import { success } from "../Outcome.js"
import { isObject, type Json, type JsonObject } from "../Vector.js"
import type { World } from "../World.js"

const texts = (value: Json | undefined): ReadonlyArray<string> | undefined =>
  optional(value, (list) => (Array.isArray(list) ? list.map(text) : []))

/** A file of the caller, which the recorded client reads itself. */
const fileOf = ({ one }: World, path: Json | undefined) => {
  const name = text(path)
  const { base64, text: written } = object(one.vector.call.files?.[name])
  return {
    name: name.split("/").at(-1) ?? "",
    content: new Uint8Array(Buffer.from(text(base64 ?? written), base64 === undefined ? "utf8" : "base64"))
  }
}

const readExtension = (extension: Extension) => success(plain(extension))

const extension = {
  read: readExtension,
  recorded: ({ id, name }: JsonObject) => success({ id, name })
}

/** The methods of a service that is constructed for a context, or for one of its own. */
const service = (constructor: string, name: string | undefined): Mappings => {
  const using =
    <A>(use: (store: ExtensionStore, world: World, args: ReadonlyArray<Json>) => Effect.Effect<A, unknown>) =>
    (world: World, args: ReadonlyArray<Json>) =>
      Effect.flatMap(world.bay.extensions.open(name), (store) => use(store, world, args))
  const methods: Mappings = {
    create: mapping({
      call: using((store, world, [path]) => store.create(fileOf(world, path))),
      ...extension
    }),
    update: mapping({
      call: using((store, world, [id, path]) => store.update(text(id), fileOf(world, path))),
      ...extension
    }),
    list: mapping({
      call: using((store) => Stream.runCollect(store.list())),
      read: (all) => success(plain(Chunk.toReadonlyArray(all as Chunk.Chunk<unknown>))),
      recorded: ({ result }) => success(result)
    }),
    delete: mapping({ call: using((store, _, [id]) => store.delete(text(id))), ...nothing }),
    cleanup: mapping({
      call: using(({ cleanup }) => cleanup),
      read: (isDeleted) => success({ isDeleted }),
      recorded: ({ result }) => success({ isDeleted: result })
    }),
    createExtensionOption: mapping({
      call: using((store, _, [ids]) => store.option(texts(ids) ?? [])),
      read: (option) => success(option),
      recorded: (option) => success(option)
    })
  }
  return Object.fromEntries(Object.entries(methods).map(([method, one]) => [`${constructor} ${method}`, one]))
}

export const extensions: Mappings = {
  ...service("new ExtensionsService(agentBay)", undefined),
  ...service('new ExtensionsService(agentBay, "my-exts")', "my-exts")
}

/** The recorded client has no place for ids. */
const withoutId = ({ description, name }: Skill) => ({ name, description })

export const betaSkills: Mappings = {
  "agentBay.betaSkills getMetadata": mapping({
    call: ({ bay: { skills } }, [options]) => {
      const given = isObject(options) ? options : {}
      return RetryPolicy.withPolicy(RetryPolicy.standard)(
        skills.metadata({
          imageId: optionalText(given["imageId"]),
          names: texts(given["skillNames"])
        })
      )
    },
    read: ({ rootPath, skills }) => success(plain({ skills: skills.map(withoutId), rootPath })),
    recorded: ({ skills, skillsRootPath }) => success({ skills, rootPath: skillsRootPath })
  }),
  "agentBay.betaSkills listMetadata": mapping({
    call: ({ bay: { skills } }) => skills.list(),
    read: (skills) => success(skills.map(withoutId)),
    recorded: ({ result }) => success(result)
  })
}
