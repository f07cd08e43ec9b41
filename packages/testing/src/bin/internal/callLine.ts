/** One line of the log for one call. What calls carry is left out: it may be secret, and it may be long. */
import { type Call, Outcome } from "../../cloud/Call.js"

const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, " ").trim()
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`
}

const outcomeText = Outcome.$match({
  Succeeded: () => "ok",
  ToolFailed: ({ text }) => `tool error: ${oneLine(text)}`,
  Refused: ({ code, status }) => `${status} ${code}`,
  Faulted: ({ fault }) => `fault ${fault._tag}`
})

/** `10:00:00.123 api CallMcpTool shell s-12ab ok 15 ms` */
export const callLine = (call: Call): string =>
  [
    new Date(call.startedAt).toISOString().slice(11, 23),
    call.route,
    call.route === "presigned" ? `${call.parameters.method} ${call.parameters.contextId}` : call.action,
    call.tool,
    call.sessionId,
    outcomeText(call.outcome),
    `${call.durationMs} ms`
  ]
    .filter((part) => part !== undefined && part !== "")
    .join(" ")
