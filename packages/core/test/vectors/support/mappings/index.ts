import type { Mappings } from "../Mapping.js"
import { agent } from "./agent.js"
import { agentBay } from "./agentBay.js"
import { browser } from "./browser.js"
import { client } from "./client.js"
import { code } from "./code.js"
import { command } from "./command.js"
import { betaNetwork, context } from "./context.js"
import { desktop } from "./desktop.js"
import { fileSystem } from "./fileSystem.js"
import { fileTransfer } from "./fileTransfer.js"
import { git } from "./git.js"
import { mobile, mobileSimulate } from "./mobile.js"
import { oss } from "./oss.js"
import { session, sessionContext } from "./session.js"
import { betaSkills, extensions } from "./storage.js"

/** Every recorded method that we replay. */
export const mappings: Mappings = {
  ...agent,
  ...agentBay,
  ...client,
  ...code,
  ...command,
  ...context,
  ...betaNetwork,
  ...betaSkills,
  ...extensions,
  ...browser,
  ...fileSystem,
  ...fileTransfer,
  ...desktop,
  ...git,
  ...mobile,
  ...mobileSimulate,
  ...oss,
  ...session,
  ...sessionContext
}
