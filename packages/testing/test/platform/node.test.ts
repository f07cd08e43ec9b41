import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { fileSystemSuite, nodeCases } from "./fileSystemSuite.js"

fileSystemSuite("of Node", NodeFileSystem.layer, 30_000, nodeCases)
