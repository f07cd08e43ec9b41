/** The contexts of a session, as they are asked for at its creation and later. */
import * as Effect from "effect/Effect"
import type { InvalidArgument } from "../AgentBayError.js"
import type { PersistenceData } from "../contract/actions/SessionActions.js"
import type { ContextMount } from "../storage/ContextMount.js"
import type { ContextSync } from "../storage/SyncPolicy.js"
import { samePath } from "./syncTasks.js"
import { invalid } from "./validate.js"

/** Contexts that are copied, and contexts that are mounted. */
export interface BoundContexts {
  readonly contexts?: ReadonlyArray<ContextSync> | undefined
  readonly mounts?: ReadonlyArray<ContextMount> | undefined
}

export const persistenceData = ({
  contexts = [],
  mounts = []
}: BoundContexts): ReadonlyArray<typeof PersistenceData.Type> => [
  ...contexts.map(({ contextId, path, policy }) => ({ contextId, path, policy })),
  ...mounts.map(({ accessMode = "readWrite", contextId, path, sourcePath = "", strategy = "standard" }) => ({
    contextId,
    path,
    type: "mount" as const,
    mountConfig: { accessMode, storageMode: strategy, sourcePath }
  }))
]

/** A path of a session belongs to one context. */
export const ensurePaths = (
  operation: string,
  { contexts = [], mounts = [] }: BoundContexts
): Effect.Effect<void, InvalidArgument> => {
  const paths: Array<string> = []
  for (const [field, list] of [
    ["contexts", contexts],
    ["mounts", mounts]
  ] as const) {
    for (const { path } of list) {
      if (paths.some((other) => samePath(other, path))) {
        return Effect.fail(invalid(operation, field, path, "a path can be mounted once per session"))
      }
      paths.push(path)
    }
  }
  return Effect.void
}
