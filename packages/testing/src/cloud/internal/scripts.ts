/** Scripted tools: answers that a test has written down, in front of the tools themselves. */
import * as Effect from "effect/Effect"
import type { Script, ScriptedAnswer } from "../../TestCloud.js"
import { type CallTool, type ToolResult, textResult } from "./toolCalls.js"

export interface Scripts {
  readonly set: (tool: string, script: Script) => void
  readonly clear: () => void
  readonly wrap: (callTool: CallTool) => CallTool
}

const resultOf = (answer: ScriptedAnswer): ToolResult =>
  typeof answer === "string"
    ? textResult(answer, false)
    : "content" in answer
      ? answer
      : textResult(answer.text, answer.isError)

export const makeScripts = (): Scripts => {
  const scripts = new Map<string, Script>()
  const used = new Map<string, number>()
  return {
    set: (tool, script) => {
      scripts.set(tool, script)
      used.delete(tool)
    },
    clear: () => {
      scripts.clear()
      used.clear()
    },
    wrap: (callTool) => (session, request) => {
      const script = scripts.get(request.tool)
      if (script === undefined) return callTool(session, request)
      if (typeof script === "function") {
        return Effect.map(script({ tool: request.tool, sessionId: session.id, args: request.args }), resultOf)
      }
      const position = used.get(request.tool) ?? 0
      const answer = script[position]
      if (answer === undefined) return callTool(session, request)
      used.set(request.tool, position + 1)
      return Effect.succeed(resultOf(answer))
    }
  }
}
