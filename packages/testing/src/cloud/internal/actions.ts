/** Every action of the contract has its handler here; leaving one out does not compile. */
import { contextFileHandlers } from "./contextFiles.js"
import { contextHandlers } from "./contexts.js"
import type { Handlers } from "./handler.js"
import { linkHandlers } from "./links.js"
import { mountHandlers } from "./mounts.js"
import { networkHandlers } from "./networks.js"
import { sessionHandlers } from "./sessions.js"
import { skillHandlers } from "./skills.js"
import type { State } from "./state.js"
import { syncHandlers } from "./sync.js"
import { toolActionHandlers } from "./toolActions.js"
import type { CallTool } from "./toolCalls.js"
import { volumeHandlers } from "./volumes.js"

export const actionHandlers = (state: State, callTool: CallTool): Handlers => ({
  ...sessionHandlers(state),
  ...linkHandlers(state),
  ...toolActionHandlers(state, callTool),
  ...contextHandlers(state),
  ...contextFileHandlers(state),
  ...syncHandlers(state),
  ...mountHandlers(state),
  ...networkHandlers(state),
  ...skillHandlers(state),
  ...volumeHandlers(state)
})
