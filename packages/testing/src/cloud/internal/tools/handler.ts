/** What it takes to answer a tool of the contract. */
import type * as Tool from "@effect-agentbay/core/Tool"
import type { ToolByName, ToolName } from "@effect-agentbay/core/Tools"
import type * as Effect from "effect/Effect"
import type { MachineError } from "../../../machine/Machine.js"
import type { SessionRecord } from "../state.js"

/** A tool says no in its own words, or in the form its contract describes. */
export type ToolFailure<Failure> =
  | { readonly _tag: "Words"; readonly text: string }
  | { readonly _tag: "Form"; readonly value: Failure }

export type ToolHandler<Name extends ToolName> = (
  args: Tool.Tool.Args<ToolByName<Name>>,
  session: SessionRecord
) => Effect.Effect<Tool.Tool.Result<ToolByName<Name>>, ToolFailure<Tool.Tool.Failure<ToolByName<Name>>>>

/** One handler for each tool named. */
export type ToolHandlers<Names extends ToolName = ToolName> = { readonly [Name in Names]: ToolHandler<Name> }

/** The answer of a tool that has nothing to say; some clients do not take an empty text for a success. */
export const yes = "True"

/** The form in which the service's own tools report an error. */
export const failed = (detail: string): ToolFailure<never> => ({
  _tag: "Words",
  text: `Execution failed. Error code:-32602 Error message: ${detail}`
})

const systemWords: Partial<Record<MachineError["reason"], string>> = {
  NotFound: "No such file or directory",
  PermissionDenied: "Permission denied",
  AlreadyExists: "File exists",
  IsDirectory: "Is a directory",
  NotDirectory: "Not a directory",
  NotEmpty: "Directory not empty"
}

/** `Failed to read file: /tmp/a, error: No such file or directory` */
export const fileFailure =
  (doing: string, path: string) =>
  (error: MachineError): ToolFailure<never> =>
    failed(`Failed to ${doing}: ${path}, error: ${systemWords[error.reason] ?? error.detail}`)
