/** The tools of an image as the service lists them. */
import type { ToolEntry } from "@effect-agentbay/core/ToolEntry"
import * as Tools from "@effect-agentbay/core/Tools"
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import { hasTool } from "./images.js"

const names = Object.keys(Tools.all) as ReadonlyArray<Tools.ToolName>

// Described once: that takes longer than everything else in a call.
const entries = names.map((name) => {
  const tool = Tools.all[name]
  const { $schema: _, ...inputSchema } = JSONSchema.make(Schema.typeSchema(tool.args as Schema.Schema.Any))
  const entry: ToolEntry = {
    name,
    server: tool.server,
    description: tool.description,
    inputSchema,
    tool: name
  }
  return { name, entry }
})

export const toolList = (imageId: string): ReadonlyArray<ToolEntry> =>
  entries.filter(({ name }) => hasTool(imageId, name)).map(({ entry }) => entry)
