/**
 * All tools, by name.
 *
 * @since 0.1.0
 */

import * as AgentTools from "./tools/AgentTools.js"
import * as ApplicationTools from "./tools/ApplicationTools.js"
import * as BrowserTools from "./tools/BrowserTools.js"
import * as CaptureTools from "./tools/CaptureTools.js"
import * as CodeTools from "./tools/CodeTools.js"
import * as DesktopTools from "./tools/DesktopTools.js"
import * as FileSystemTools from "./tools/FileSystemTools.js"
import * as MobileTools from "./tools/MobileTools.js"
import * as OssTools from "./tools/OssTools.js"
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
  ...SystemTools.all,
  ...DesktopTools.all,
  ...ApplicationTools.all,
  ...CaptureTools.all,
  ...MobileTools.all,
  ...BrowserTools.all,
  ...AgentTools.all,
  ...OssTools.all
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
