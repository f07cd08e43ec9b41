import * as TestAgentBay from "../src/TestAgentBay.js"
import { processContract } from "./client/processContract.js"

processContract("in memory", {
  layer: TestAgentBay.layerWith,
  machine: "memory",
  overHttp: false,
  largeFileBytes: 3_000_001
})
