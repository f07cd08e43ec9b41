import type { Deviation } from "../Deviation.js"
import { agent } from "./agent.js"
import { agentBay } from "./agentBay.js"
import { browser } from "./browser.js"
import { client } from "./client.js"
import { code } from "./code.js"
import { command } from "./command.js"
import { context } from "./context.js"
import { desktop } from "./desktop.js"
import { fileSystem } from "./fileSystem.js"
import { fileTransfer } from "./fileTransfer.js"
import { generations } from "./generations.js"
import { git } from "./git.js"
import { mobile, mobileSimulate } from "./mobile.js"
import { oss } from "./oss.js"
import { callMcpTool, routing, session, sessionContext } from "./session.js"
import { extensions, skills } from "./storage.js"

/** Every reviewed difference. */
export const deviations: ReadonlyArray<Deviation> = [
  ...generations,
  ...git,
  ...client,
  ...context,
  ...agentBay,
  ...extensions,
  ...skills,
  ...session,
  ...callMcpTool,
  ...routing,
  ...sessionContext,
  ...browser,
  ...command,
  ...code,
  ...desktop,
  ...mobile,
  ...mobileSimulate,
  ...fileSystem,
  ...fileTransfer,
  ...agent,
  ...oss
]
