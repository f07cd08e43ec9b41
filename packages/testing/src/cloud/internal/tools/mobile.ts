/** The Android tools. */
import type { ToolHandlers } from "./handler.js"

export const mobileHandlers: ToolHandlers<never> = {}
