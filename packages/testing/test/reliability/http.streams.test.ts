/** Every fault against every class of operations on every route, over HTTP against the local cloud. */
import { Fetch } from "@effect/platform/FetchHttpClient"
import { Layer } from "effect"
import * as LocalCloud from "../../src/server/LocalCloud.js"
import { matrixTests } from "./matrixTests.js"
import { countedFetch } from "./virtualTime.js"

matrixTests("streams", {
  over: "http",
  layer: (options) =>
    Layer.merge(
      LocalCloud.layerAgentBay({ ...options, machine: "memory" }),
      Layer.succeed(Fetch, countedFetch)
    )
})
