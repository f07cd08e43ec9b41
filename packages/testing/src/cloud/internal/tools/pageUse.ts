/** The tools of the browser. */
import type { ToolHandlers } from "./handler.js"

export const pageUseHandlers: ToolHandlers<never> = {}
