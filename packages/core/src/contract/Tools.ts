/**
 * All tools, by name.
 *
 * @since 0.1.0
 */
import * as CodeTools from "./tools/CodeTools.js"
import * as FileSystemTools from "./tools/FileSystemTools.js"
import * as ShellTools from "./tools/ShellTools.js"
import * as SystemTools from "./tools/SystemTools.js"

/**
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  ...FileSystemTools.all,
  ...ShellTools.all,
  ...CodeTools.all,
  ...SystemTools.all
} as const

/**
 * @since 0.1.0
 * @category models
 */
export type ToolName = keyof typeof all

/**
 * @since 0.1.0
 * @category models
 */
export type ToolByName<Name extends ToolName> = (typeof all)[Name]
