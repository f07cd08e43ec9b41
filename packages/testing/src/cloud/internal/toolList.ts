/** The tools of an image as the service lists them. */
import { type ToolEntry, ToolList } from "@effect-agentbay/core/ToolEntry"
import * as Tools from "@effect-agentbay/core/Tools"
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import { hasTool } from "./images.js"

const names = Object.keys(Tools.all) as ReadonlyArray<Tools.ToolName>

const describe = (name: Tools.ToolName): ToolEntry => {
  const tool = Tools.all[name]
  const { $schema: _, ...inputSchema } = JSONSchema.make(Schema.typeSchema(tool.args as Schema.Schema.Any))
  return { name, server: tool.server, description: tool.description, inputSchema, tool: name }
}

export interface ToolLists {
  readonly of: (imageId: string) => ReadonlyArray<ToolEntry>
  /** A list of these as it travels. */
  readonly encode: (list: ReadonlyArray<ToolEntry>) => unknown
}

/**
 * Lists are described and written once per kind of image: both take longer than everything else in a call.
 */
export const makeToolLists = (): ToolLists => {
  const lists = new Map<string, ReadonlyArray<ToolEntry>>()
  const written = new WeakMap<ReadonlyArray<ToolEntry>, unknown>()
  const encode = Schema.encodeSync(ToolList)
  return {
    of: (imageId) => {
      const offered = names.filter((name) => hasTool(imageId, name))
      const key = offered.join(" ")
      const list = lists.get(key) ?? offered.map(describe)
      lists.set(key, list)
      return list
    },
    encode: (list) => {
      const text = written.get(list) ?? encode(list)
      written.set(list, text)
      return text
    }
  }
}
