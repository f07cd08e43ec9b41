import * as LocalCloud from "../../src/server/LocalCloud.js"
import { clientContract } from "./clientContract.js"

clientContract("over HTTP, in-memory machine", {
  layer: ({ links }) => LocalCloud.layerAgentBay({ links, machine: "memory" }),
  largeFileBytes: 1_000_001
})

clientContract("over HTTP, real processes", {
  layer: ({ links }) => LocalCloud.layerAgentBay({ links, machine: "bubblewrap" }),
  largeFileBytes: 3_000_001
})
