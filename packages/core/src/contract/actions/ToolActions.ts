/**
 * Listing and calling tools, and starting the browser, through the control API.
 *
 * Source: control plane reference, sections 2.3 and 2.4.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Action from "../Action.js"
import { ToolList } from "../ToolEntry.js"
import { BooleanText, LooseNumber, maybe, optionalParameter, parameter } from "../Wire.js"

/**
 * The tools of an image. The data is JSON text.
 *
 * @since 0.1.0
 * @category actions
 */
export const ListMcpTools = Action.make({
  name: "ListMcpTools",
  request: Schema.Struct({ imageId: parameter(Schema.String, "ImageId") }),
  data: ToolList,
  idempotent: true
})

/**
 * One tool call. Whether it may be repeated is the tool's matter, not the action's.
 *
 * @since 0.1.0
 * @category actions
 */
export const CallMcpTool = Action.make({
  name: "CallMcpTool",
  request: Schema.Struct({
    args: parameter(Schema.String, "Args"),
    autoGenSession: optionalParameter(BooleanText, "AutoGenSession"),
    externalUserId: optionalParameter(Schema.String, "ExternalUserId"),
    imageId: optionalParameter(Schema.String, "ImageId"),
    name: parameter(Schema.String, "Name"),
    server: optionalParameter(Schema.String, "Server"),
    sessionId: parameter(Schema.String, "SessionId"),
    tool: optionalParameter(Schema.String, "Tool")
  }),
  data: Schema.Unknown,
  idempotent: false
})

/**
 * Starts the browser of a session; the answer names its debugging port.
 *
 * @since 0.1.0
 * @category actions
 */
export const InitBrowser = Action.make({
  name: "InitBrowser",
  request: Schema.Struct({
    sessionId: parameter(Schema.String, "SessionId"),
    persistentPath: parameter(Schema.String, "PersistentPath"),
    browserOption: optionalParameter(Schema.parseJson(Schema.Unknown), "BrowserOption")
  }),
  data: Schema.Struct({ port: maybe(LooseNumber, "Port") }),
  idempotent: true
})

/**
 * The actions of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  ListMcpTools,
  CallMcpTool,
  InitBrowser
} as const
