/** The contracts of all modules; a module adds its own here. */
import { accountContract } from "./accountContract.js"
import { agentContract } from "./agentContract.js"
import { baselineContract } from "./baselineContract.js"
import { bindingContract } from "./bindingContract.js"
import { browserContract } from "./browserContract.js"
import { channelContract } from "./channelContract.js"
import { clientContract } from "./clientContract.js"
import { computerContract } from "./computerContract.js"
import { environmentContract } from "./environmentContract.js"
import { fileTransferContract } from "./fileTransferContract.js"
import { followedAgentContract } from "./followedAgentContract.js"
import { gitContract } from "./gitContract.js"
import type { Subject } from "./harness.js"
import { listeningContract } from "./listeningContract.js"
import { mobileContract } from "./mobileContract.js"
import { ossContract } from "./ossContract.js"
import { processContract } from "./processContract.js"
import { ptyContract } from "./ptyContract.js"
import { watchContract } from "./watchContract.js"

export const contracts: ReadonlyArray<<E>(name: string, subject: Subject<E>) => void> = [
  clientContract,
  fileTransferContract,
  accountContract,
  computerContract,
  baselineContract,
  agentContract,
  ossContract,
  mobileContract,
  browserContract,
  processContract,
  gitContract,
  environmentContract,
  bindingContract,
  channelContract,
  ptyContract,
  followedAgentContract,
  watchContract,
  listeningContract
]
