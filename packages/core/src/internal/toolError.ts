/** A tool that said no. Its words belong to the user, but not the credentials of the session, should it repeat them. */
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { ToolError } from "../AgentBayError.js"
import type { SessionConnection } from "../transport/SessionConnection.js"
import type { ToolAnswer } from "../transport/ToolAnswer.js"
import { blankOut } from "./redact.js"

export const toolError = (
  connection: SessionConnection,
  operation: string,
  tool: string,
  answer: ToolAnswer,
  secrets: ReadonlyArray<Redacted.Redacted> = []
): ToolError =>
  new ToolError({
    operation,
    tool,
    sessionId: connection.sessionId,
    requestId: answer.requestId,
    text: blankOut(answer.text, [
      ...Option.toArray(connection.token),
      ...Option.toArray(connection.linkUrl),
      ...secrets
    ])
  })
