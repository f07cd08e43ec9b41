/** The desktop tools. */
import type { ToolHandlers } from "./handler.js"

export const desktopHandlers: ToolHandlers<never> = {}
