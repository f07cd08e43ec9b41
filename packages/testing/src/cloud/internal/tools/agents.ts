/** The tools of the agents. */
import type { ToolHandlers } from "./handler.js"

export const agentsHandlers: ToolHandlers<never> = {}
