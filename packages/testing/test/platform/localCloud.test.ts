import * as PlatformFileSystem from "@effect-agentbay/core/PlatformFileSystem"
import * as Session from "@effect-agentbay/core/Session"
import { Layer } from "effect"
import * as LocalCloud from "../../src/server/LocalCloud.js"
import { fileSystemSuite, sessionCases } from "./fileSystemSuite.js"

for (const route of ["api", "link", "vpc"] as const) {
  const session = Session.layer({ imageId: "linux_latest", isVpc: route === "vpc" })
  const layer = PlatformFileSystem.layer.pipe(
    Layer.provide(session),
    Layer.provide(LocalCloud.layerAgentBay({ links: route === "link", machine: "bubblewrap" }))
  )
  fileSystemSuite(`of a session with real processes, ${route} route`, layer, 120_000, sessionCases)
}
