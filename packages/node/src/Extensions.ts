/**
 * Browser extensions from local files. The functions need the `FileSystem` of `@effect/platform`, such as
 * `NodeFileSystem.layer` of `@effect/platform-node`.
 *
 * @since 0.1.0
 */
import { basename } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import type * as Extensions from "@effect-agentbay/core/Extensions"
import * as Effect from "effect/Effect"

/**
 * The archive at a path, as `create` and `update` of an extension store take it; it is read when they do. Those
 * fail with `PlatformError` when it cannot be read, and with `InvalidArgument` when it is no ZIP archive.
 *
 * @example
 * ```ts
 * import { AgentBay } from "@effect-agentbay/core"
 * import { Extensions } from "@effect-agentbay/node"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const bay = yield* AgentBay.AgentBay
 *   const extensions = yield* bay.extensions.open("team-extensions")
 *   return yield* extensions.create(yield* Extensions.fromFile("dist/blocker.zip"))
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromFile = (
  path: string
): Effect.Effect<Extensions.ExtensionFile<PlatformError>, never, FileSystem.FileSystem> =>
  Effect.map(FileSystem.FileSystem, (fs) => ({ name: basename(path), content: fs.stream(path) }))
