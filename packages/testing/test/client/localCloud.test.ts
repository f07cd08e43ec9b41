import * as LocalCloud from "../../src/server/LocalCloud.js"
import { contracts } from "./contracts.js"
import type { Subject } from "./harness.js"

const subject = (machine: Subject<unknown>["machine"], largeFileBytes: number) => ({
  layer: ({ links }: { readonly links: boolean }) => LocalCloud.layerAgentBay({ links, machine }),
  machine,
  overHttp: true,
  largeFileBytes
})

for (const contract of contracts) {
  contract("over HTTP, in-memory machine", subject("memory", 1_000_001))
  contract("over HTTP, real processes", subject("bubblewrap", 3_000_001))
}
