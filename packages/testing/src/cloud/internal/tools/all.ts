/** Every tool of the contract has its handler here; leaving one out does not compile. */

import { agentsHandlers } from "./agents.js"
import { applicationsHandlers } from "./applications.js"
import { captureHandlers } from "./capture.js"
import { changeHandlers } from "./changes.js"
import { codeHandlers } from "./code.js"
import { desktopHandlers } from "./desktop.js"
import { editHandlers } from "./edit.js"
import { fileInfoHandlers } from "./fileInfo.js"
import { fileHandlers } from "./files.js"
import type { ToolHandlers } from "./handler.js"
import { mobileHandlers } from "./mobile.js"
import { ossHandlers } from "./oss.js"
import { pageUseHandlers } from "./pageUse.js"
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
  ...desktopHandlers,
  ...applicationsHandlers,
  ...captureHandlers,
  ...mobileHandlers,
  ...pageUseHandlers,
  ...agentsHandlers,
  ...ossHandlers,
  ...systemHandlers
}
