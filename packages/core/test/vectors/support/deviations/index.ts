import type { Deviation } from "../Deviation.js"
import { agentBay } from "./agentBay.js"
import { client } from "./client.js"
import { code } from "./code.js"
import { command } from "./command.js"
import { context } from "./context.js"
import { fileSystem } from "./fileSystem.js"
import { generations } from "./generations.js"
import { callMcpTool, routing, session, sessionContext } from "./session.js"

/** Every reviewed difference. */
export const deviations: ReadonlyArray<Deviation> = [
  ...generations,
  ...client,
  ...context,
  ...agentBay,
  ...session,
  ...callMcpTool,
  ...routing,
  ...sessionContext,
  ...command,
  ...code,
  ...fileSystem
]
