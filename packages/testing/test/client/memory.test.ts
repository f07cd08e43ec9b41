import * as TestAgentBay from "../../src/TestAgentBay.js"
import { contracts } from "./contracts.js"

for (const contract of contracts) {
  contract("in memory", {
    layer: TestAgentBay.layerWith,
    machine: "memory",
    overHttp: false,
    largeFileBytes: 3_000_001
  })
}
