import * as LocalCloud from "../../src/server/LocalCloud.js"
import { contracts } from "./contracts.js"
import type { Offered, Subject } from "./harness.js"

const subject = (machine: Subject<unknown>["machine"], largeFileBytes: number) => ({
  layer: (options: Offered) => LocalCloud.layerAgentBay({ ...options, machine }),
  machine,
  overHttp: true,
  largeFileBytes
})

for (const contract of contracts) {
  contract("over HTTP, in-memory machine", subject("memory", 1_000_001))
  contract("over HTTP, real processes", subject("bubblewrap", 3_000_001))
}
