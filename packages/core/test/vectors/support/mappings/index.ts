import type { Mappings } from "../Mapping.js"
import { agentBay } from "./agentBay.js"
import { client } from "./client.js"
import { code } from "./code.js"
import { command } from "./command.js"
import { betaNetwork, context } from "./context.js"
import { fileSystem } from "./fileSystem.js"
import { session, sessionContext } from "./session.js"

/** Every recorded method that we replay. */
export const mappings: Mappings = {
  ...agentBay,
  ...client,
  ...code,
  ...command,
  ...context,
  ...betaNetwork,
  ...fileSystem,
  ...session,
  ...sessionContext
}
