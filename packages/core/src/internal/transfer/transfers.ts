/** What the transfers of one session share, and what each of them is about. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { FileTransferError, type SessionError } from "../../AgentBayError.js"
import { GetAndLoadInternalContext } from "../../contract/actions/ContextActions.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { makeTarget, type Target } from "../files/fileCalls.js"
import { isWindowsPath } from "../files/paths.js"
import { transferPath } from "../mountPaths.js"
import { randomHex } from "../randomHex.js"
import { redactText } from "../redact.js"
import { FinishedTasks } from "../syncTasks.js"

/** The context through which files travel, and the directory of the session that stands for it. */
export interface TransferContext {
  readonly id: string
  readonly path: string
}

export interface Transfers {
  readonly runtime: SessionRuntime
  readonly finished: FinishedTasks
  readonly context: (
    operation: string,
    path: string
  ) => Effect.Effect<TransferContext, SessionError | FileTransferError>
}

/** One transfer: the file in the session, and the object it travels as. */
export interface Job {
  readonly transfers: Transfers
  readonly target: Target
  readonly context: TransferContext
  /** Of the object, and of the file of the session that it is copied from or to. */
  readonly objectPath: string
}

export const transferError = (
  target: Target,
  error: {
    readonly reason: FileTransferError["reason"]
    readonly bytes: number
    readonly detail: string
    readonly requestId?: string | undefined
    readonly code?: string | undefined
    readonly status?: number | undefined
  }
): FileTransferError =>
  new FileTransferError({
    ...error,
    operation: target.operation,
    path: target.path,
    sessionId: target.sessionId,
    detail: redactText(error.detail).replace(/[.\s]+$/, "")
  })

const lookUp = (
  runtime: SessionRuntime,
  operation: string,
  path: string
): Effect.Effect<TransferContext, SessionError | FileTransferError> =>
  Effect.gen(function* () {
    const { sessionId } = runtime
    const reply = yield* runtime.account.controlPlane.call(
      GetAndLoadInternalContext,
      { sessionId, contextTypes: ["file_transfer"] },
      { operation, sessionId }
    )
    for (const { contextId, contextPath } of reply.data ?? []) {
      if (Option.isSome(contextId) && Option.isSome(contextPath)) {
        return { id: contextId.value, path: contextPath.value }
      }
    }
    return yield* transferError(makeTarget(runtime, operation, path), {
      reason: "NoTransferContext",
      bytes: 0,
      requestId: reply.requestId,
      detail: "the service names no context for file transfer"
    })
  })

export const makeTransfers = (runtime: SessionRuntime): Transfers => {
  const mounted = runtime.fileTransferContextId ?? Option.none()
  let found: TransferContext | undefined = Option.isSome(mounted)
    ? { id: mounted.value, path: transferPath.path }
    : undefined
  const lock = Effect.unsafeMakeSemaphore(1)
  return {
    runtime,
    finished: new FinishedTasks(),
    context: (operation, path) =>
      Effect.suspend(() =>
        found === undefined
          ? lock.withPermits(1)(
              Effect.suspend(() =>
                found === undefined
                  ? Effect.tap(lookUp(runtime, operation, path), (context) => {
                      found = context
                    })
                  : Effect.succeed(found)
              )
            )
          : Effect.succeed(found)
      )
  }
}

const trimmed = (directory: string): string => directory.replace(/[\\/]+$/, "")

/** True where the service itself puts files, or takes them from. */
export const isBelow = ({ path: directory }: TransferContext, path: string): boolean => {
  const inside = path.slice(trimmed(directory).length)
  return (
    path.startsWith(trimmed(directory)) &&
    /^[\\/]./.test(inside) &&
    !/(^|[\\/])\.{0,2}[\\/]/.test(inside.slice(1))
  )
}

/** A place of its own below the transfer directory. */
export const freshObject = ({ path }: TransferContext): Effect.Effect<string> =>
  Effect.map(randomHex, (name) => `${trimmed(path)}${isWindowsPath(path) ? "\\" : "/"}${name}`)
