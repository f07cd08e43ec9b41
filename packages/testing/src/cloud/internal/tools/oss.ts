/** The tools of object storage. */
import type { ToolHandlers } from "./handler.js"

export const ossHandlers: ToolHandlers<never> = {}
