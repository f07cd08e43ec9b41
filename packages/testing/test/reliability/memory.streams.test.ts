/** Every fault against every class of operations on every route, in memory. */
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { matrixTests } from "./matrixTests.js"
import { machines } from "./virtualTime.js"

matrixTests("streams", {
  over: "memory",
  layer: (options) => TestAgentBay.layerWith({ ...options, machines })
})
