/** How the service says no: HTTP status, code, message. */
import * as Data from "effect/Data"

export class Refusal extends Data.TaggedError("Refusal")<{
  readonly status: number
  readonly code: string
  readonly message: string
}> {}

export const refusal = (status: number, code: string, message: string): Refusal =>
  new Refusal({ status, code, message })

export const sessionNotFound = (sessionId: string): Refusal =>
  refusal(
    400,
    "InvalidMcpSession.NotFound",
    `The specified resource [McpSession] ${sessionId} cannot be found.`
  )

export const wrongStatus = (sessionId: string, status: string, needed: string): Refusal =>
  refusal(
    400,
    "InvalidMcpSession.IncorrectStatus",
    `The session ${sessionId} is ${status}; the operation needs ${needed}.`
  )

export const contextNotFound = (which: string): Refusal =>
  refusal(400, "Context.NotFound", `The context ${which} cannot be found.`)

export const invalidParameter = (name: string, problem: string): Refusal =>
  refusal(400, `InvalidParameter.${name}`, `The parameter ${name} is not valid: ${problem}.`)

export const missingParameter = (name: string): Refusal =>
  refusal(400, `MissingParameter.${name}`, `The parameter ${name} is required.`)
