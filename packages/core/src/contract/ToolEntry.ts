/**
 * One entry of a session's tool list: which MCP server provides which tool.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { jsonTextOrValue, textOrEmpty, valueOrJsonText, withAliases } from "./Wire.js"

/**
 * `server` is what direct calls address, such as `wuying_shell`; `inputSchema` is a JSON Schema of the arguments.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ToolEntry = withAliases(
  Schema.Struct({
    name: Schema.String,
    server: textOrEmpty("server"),
    description: textOrEmpty("description"),
    inputSchema: Schema.optionalWith(valueOrJsonText(Schema.Unknown), {
      default: () => ({}),
      nullable: true
    }),
    tool: textOrEmpty("tool")
  }),
  {
    name: ["Name"],
    server: ["serverName", "Server"],
    description: ["Description"],
    inputSchema: ["input_schema"],
    tool: ["Tool"]
  }
)

/**
 * @since 0.1.0
 * @category models
 */
export type ToolEntry = typeof ToolEntry.Type

/**
 * A tool list as the service writes it: JSON text of an array, or (newest generation) the array itself.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ToolList = jsonTextOrValue(Schema.Array(ToolEntry))
