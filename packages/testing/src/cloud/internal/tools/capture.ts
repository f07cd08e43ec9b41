/** The tools that picture the screen. */
import type { ToolHandlers } from "./handler.js"

export const captureHandlers: ToolHandlers<never> = {}
