/** The tools that start and stop applications. */
import type { ToolHandlers } from "./handler.js"

export const applicationsHandlers: ToolHandlers<never> = {}
