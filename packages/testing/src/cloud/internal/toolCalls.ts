/** One tool call inside a session, whatever route it came by. */
import type * as Tool from "@effect-agentbay/core/Tool"
import * as Tools from "@effect-agentbay/core/Tools"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { hasTool } from "./images.js"
import type { SessionRecord } from "./state.js"
import { toolHandlers } from "./tools/all.js"
import { failed, type ToolFailure } from "./tools/handler.js"

/** An item of an MCP result. */
export interface ContentItem {
  readonly type: string
  readonly text?: string | undefined
  readonly blob?: string | undefined
  readonly data?: string | undefined
  readonly mimeType?: string | undefined
}

/** What a tool answers: an MCP result. */
export interface ToolResult {
  readonly content: ReadonlyArray<ContentItem>
  readonly isError: boolean
}

export const textResult = (text: string, isError: boolean): ToolResult => ({
  content: [{ type: "text", text }],
  isError
})

export interface ToolRequest {
  readonly tool: string
  /** Empty or absent: found by the tool's name. */
  readonly server: string | undefined
  readonly args: unknown
}

const isTool = (name: string): name is Tools.ToolName => Object.hasOwn(Tools.all, name)

const words = (text: string): ToolResult => textResult(text, true)

const issueOf = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .slice(0, 3)
    .map(({ message, path }) => `${path.length === 0 ? "arguments" : path.map(String).join(".")}: ${message}`)
    .join("; ")

type Run = (args: unknown, session: SessionRecord) => Effect.Effect<ToolResult>

/** A tool with its Schemas compiled. */
const compile = <Name extends Tools.ToolName, Args, ArgsEncoded, Result, Failure>(
  tool: Tool.Tool<Name, Args, ArgsEncoded, Result, Failure>,
  handler: (args: Args, session: SessionRecord) => Effect.Effect<Result, ToolFailure<Failure>>
): Run => {
  const decode = Schema.decodeUnknownEither(tool.args)
  const encodeResult = Schema.encode(tool.result)
  const encodeFailure = Schema.encode(tool.failure)
  return (args, session) => {
    const decoded = decode(args)
    if (Either.isLeft(decoded)) {
      return Effect.succeed(
        words(refuse(`Invalid arguments for tool ${tool.name}: ${issueOf(decoded.left)}`))
      )
    }
    return Effect.matchEffect(handler(decoded.right, session), {
      onSuccess: (result) =>
        Effect.map(Effect.orDie(encodeResult(result)), (text) => textResult(text, false)),
      onFailure: (failure) =>
        failure._tag === "Words"
          ? Effect.succeed(words(failure.text))
          : Effect.map(Effect.orDie(encodeFailure(failure.value)), words)
    })
  }
}

const refuse = (detail: string): string => {
  const failure = failed(detail)
  return failure._tag === "Words" ? failure.text : detail
}

export type CallTool = (session: SessionRecord, request: ToolRequest) => Effect.Effect<ToolResult>

/** Runs tools by name; every refusal is an answer marked as an error. */
export const makeCallTool = (): CallTool => {
  const compiled = new Map<string, Run>()
  const runOf = (name: Tools.ToolName): Run => {
    const known = compiled.get(name)
    if (known !== undefined) return known
    // The table pairs every tool with its own handler, which a lookup by name cannot show to the compiler.
    const run = compile(
      Tools.all[name] as unknown as Tool.Tool<Tools.ToolName, unknown, unknown, unknown, unknown>,
      toolHandlers[name] as (
        args: unknown,
        session: SessionRecord
      ) => Effect.Effect<unknown, ToolFailure<unknown>>
    )
    compiled.set(name, run)
    return run
  }
  return (session, { args, server, tool }) => {
    if (!isTool(tool) || !hasTool(session.imageId, tool)) {
      return Effect.succeed(words(refuse(`tool not found: ${tool}`)))
    }
    if (server !== undefined && server !== "" && server !== Tools.all[tool].server) {
      return Effect.succeed(words(refuse(`tool not found: ${tool} on server ${server}`)))
    }
    return runOf(tool)(args, session)
  }
}
