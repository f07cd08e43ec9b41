import * as PlatformFileSystem from "@effect-agentbay/core/PlatformFileSystem"
import * as Session from "@effect-agentbay/core/Session"
import { Layer } from "effect"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { fileSystemSuite, memoryCases } from "./fileSystemSuite.js"

for (const route of ["api", "link", "vpc"] as const) {
  const session = Session.layer({ imageId: "linux_latest", isVpc: route === "vpc" })
  const layer = PlatformFileSystem.layer.pipe(
    Layer.provide(session),
    Layer.provide(TestAgentBay.layerWith({ links: route === "link" }))
  )
  fileSystemSuite(`of a session in memory, ${route} route`, layer, 60_000, memoryCases)
}
