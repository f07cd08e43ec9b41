import * as TestAgentBay from "../../src/TestAgentBay.js"
import { clientContract } from "./clientContract.js"

clientContract("in memory", {
  layer: ({ links }) => TestAgentBay.layerWith({ links }),
  largeFileBytes: 3_000_001
})
