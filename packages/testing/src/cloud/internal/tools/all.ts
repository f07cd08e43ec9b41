/** Every tool of the contract has its handler here; leaving one out does not compile. */
import { changeHandlers } from "./changes.js"
import { codeHandlers } from "./code.js"
import { editHandlers } from "./edit.js"
import { fileInfoHandlers } from "./fileInfo.js"
import { fileHandlers } from "./files.js"
import type { ToolHandlers } from "./handler.js"
import { searchHandlers } from "./search.js"
import { shellHandlers } from "./shell.js"
import { systemHandlers } from "./system.js"

export const toolHandlers: ToolHandlers = {
  ...fileHandlers,
  ...fileInfoHandlers,
  ...editHandlers,
  ...searchHandlers,
  ...changeHandlers,
  ...shellHandlers,
  ...codeHandlers,
  ...systemHandlers
}
