/**
 * What the SDK promises for each class of operations and each fault: the table of `docs/reliability.md`, which the fault
 * matrix holds it to.
 */
import { type FaultKind, faults, type Outcome, right, type Way } from "./faults.js"
import type { OperationName } from "./operations.js"

/**
 * How a call is repeated that meets a fault.
 *
 * - `never`: only when it was not sent, or turned away unserved.
 * - `by policy`: also when it may have been served, which changes nothing.
 * - `patiently`: moreover by the operation itself, whatever the policy, because one call must not end a long wait or a
 *   transfer of many parts.
 */
export type Repeating = "never" | "by policy" | "patiently"

/** `once`: nothing is repeated by policy; `retried`: one call meets the fault; `outage`: all of them from there on. */
export type Mode = "once" | "retried" | "outage"

export type Outcomes = Readonly<Record<Mode, Outcome>>

export interface Promise {
  /** For readers of the documentation. */
  readonly title: string
  /** Which call meets the fault. */
  readonly call: string
  readonly repeating: Repeating
  /** What every failure becomes. */
  readonly failure?: Partial<Record<Way, Outcome>>
  /** What it ends with when the fault does not. */
  readonly outage?: Outcome
  /** Faults of which this class promises something else. */
  readonly except?: Readonly<Record<string, Partial<Outcomes> | Partial<Record<Way, Outcome>>>>
  /** What follows for a caller, in a sentence. */
  readonly note: string
}

const always = (outcome: Outcome): Outcomes => ({ once: outcome, retried: outcome, outage: outcome })

const found = always(right)

const ambiguous = always("CreateAmbiguous")

/** A tool of files that says no is a file that is refused. */
const fileRefused = { link: "FileError Unknown", vpc: "FileError Unknown" }

export const promises: Readonly<Record<OperationName, Promise>> = {
  create: {
    title: "Create a session",
    call: "`CreateMcpSession` of `bay.session`, `bay.create`",
    repeating: "never",
    except: {
      lost: found,
      "cut off": found,
      "too late": found,
      truncated: found,
      strange: found,
      dropped: ambiguous,
      "gave up": ambiguous,
      "bad gateway": ambiguous,
      page: ambiguous
    },
    note: "A creation that may have been served is looked up by its lease and taken over. `CreateAmbiguous` when none is listed: it is not known whether there is one."
  },
  delete: {
    title: "Delete a session",
    call: "`DeleteSessionAsync` of `session.delete`",
    repeating: "by policy",
    except: { strange: found },
    note: "Deleting twice is deleting once; a session that is gone is a success. What a closing scope deletes is repeated five times more."
  },
  confirmDeletion: {
    title: "Wait for the end of a deletion",
    call: "`GetSessionDetail` of `session.delete`",
    repeating: "patiently",
    except: {
      "throttled for minutes": { once: right, retried: right },
      "too late": always("SessionError Timeout sent")
    },
    outage: "SessionError Timeout sent",
    note: "Looks until its timeout, whatever breaks meanwhile."
  },
  list: {
    title: "List and look up",
    call: "`ListSession` of `bay.list`",
    repeating: "by policy",
    note: "Reading changes nothing."
  },
  labels: {
    title: "Set labels",
    call: "`SetLabel` of `session.setLabels`",
    repeating: "by policy",
    except: { strange: found },
    note: "Setting twice is setting once. An answer without data that says `Success` is a success, whatever else is in it."
  },
  command: {
    title: "Run a command, run code, press a key",
    call: "`shell` of `session.command.run`",
    repeating: "never",
    note: "Runs at most once. After a failure whose phase is not `notSent` it may have run."
  },
  longCommand: {
    title: "Run a command for minutes",
    call: "`shell` of `session.command.run` with a `timeout`",
    repeating: "never",
    note: "As above. What takes longer than a connection can be trusted with belongs into `session.command.start`."
  },
  processStart: {
    title: "Start a process",
    call: "`shell` of `session.command.start`",
    repeating: "by policy",
    note: "Starts exactly once, however often the call is sent."
  },
  processOutput: {
    title: "Read the output of a process",
    call: "the calls of `process.stdout` and its like",
    repeating: "by policy",
    failure: {
      api: "OutputIncomplete Disconnected",
      link: "OutputIncomplete Disconnected",
      vpc: "OutputIncomplete Disconnected"
    },
    except: {
      "said no": { link: "OutputIncomplete Unreadable", vpc: "OutputIncomplete Unreadable" },
      "gave up": { once: right }
    },
    note: "Never ends as a success before its end. `OutputIncomplete` knows the offsets to go on from."
  },
  writeFile: {
    title: "Write a small file",
    call: "`write_file` of `session.fileSystem.writeFileString`",
    repeating: "never",
    except: { "said no": fileRefused },
    note: "Written at most once: appending twice is not appending once."
  },
  writeBinaryFile: {
    title: "Write a small binary file",
    call: "`shell` of `session.fileSystem.writeFile`",
    repeating: "never",
    note: "As above."
  },
  writeLargeFile: {
    title: "Write a large file",
    call: "a part of it, `write_file`",
    repeating: "patiently",
    except: { "said no": fileRefused },
    note: "Parts are repeated; they are put in place in one step that is not. Until then, and after a failure, the file is as it was."
  },
  readFile: {
    title: "Read a small file",
    call: "`read_file` of `session.fileSystem.readFile`",
    repeating: "by policy",
    except: { "said no": fileRefused },
    note: "Reading changes nothing."
  },
  readLargeFile: {
    title: "Read a large file",
    call: "a part of it, `read_file`",
    repeating: "patiently",
    except: { "said no": fileRefused },
    note: "Parts are repeated."
  },
  upload: {
    title: "Send a file through a presigned URL",
    call: "`PUT` of `session.fileTransfer.upload`",
    repeating: "patiently",
    failure: { presigned: "FileTransferError UploadRefused" },
    except: {
      refused: { outage: "FileTransferError Incomplete" },
      dropped: { outage: "FileTransferError Incomplete" },
      lost: { outage: "FileTransferError Incomplete" },
      "cut off": found,
      truncated: found,
      strange: found,
      page: always("FileTransferError SyncFailed")
    },
    note: "Sent again, with a fresh URL, when the source can be read again; the session checks size or checksum before the file is put in place."
  },
  download: {
    title: "Fetch a file through a presigned URL",
    call: "`GET` of `session.fileTransfer.download`",
    repeating: "patiently",
    failure: { presigned: "FileTransferError DownloadRefused" },
    except: {
      refused: { outage: "FileTransferError Incomplete" },
      dropped: { outage: "FileTransferError Incomplete" },
      lost: { outage: "FileTransferError Incomplete" },
      "cut off": found,
      truncated: always("FileTransferError Changed"),
      strange: always("FileTransferError Changed"),
      page: always("FileTransferError Changed")
    },
    note: "Taken up where it broke, as long as something arrives. What does not have the size that the session knows is a failure."
  },
  transferCopy: {
    title: "Copy between session and object store",
    call: "`SyncContext` of transfers and of `session.context.sync`",
    repeating: "by policy",
    except: { strange: found },
    note: "Copying twice is copying once."
  },
  transferPoll: {
    title: "Wait for such a copy",
    call: "`GetContextInfo`",
    repeating: "patiently",
    except: {
      "too late": always("FileTransferError SyncNotStarted"),
      "throttled for seconds": { outage: "FileTransferError SyncNotStarted" }
    },
    note: "One look that fails does not end the wait; the time until the copy must have begun (`startWithin`) does."
  },
  agentStart: {
    title: "Give a task to an agent",
    call: "`flux_execute_task` of `session.agent.computer.run`",
    repeating: "never",
    note: "Begun at most once. After a failure whose phase is not `notSent` it may be running."
  },
  agentPoll: {
    title: "Follow the task of an agent",
    call: "`flux_get_task_status`",
    repeating: "by policy",
    note: "When the following fails for good, the task is asked to end."
  }
}

/** Which modes a fault is worth: where nothing is repeated by the standard policy, that is as good as none. */
export const modesOf = ({ repeated }: FaultKind): ReadonlyArray<Mode> =>
  repeated === "nothing" ? ["retried"] : ["once", "retried", "outage"]

const isRight = (promise: Promise, fault: FaultKind, mode: Mode): boolean => {
  if (mode === "outage") return false
  if (promise.repeating === "patiently" && fault.isPassing) return true
  if (mode === "once") return false
  return (
    fault.repeated === "every call" ||
    (fault.repeated === "what is safe to repeat" && promise.repeating !== "never")
  )
}

/** What has to come out. */
export const promised = (operation: OperationName, fault: FaultKind, way: Way, mode: Mode): Outcome => {
  const promise = promises[operation]
  const special: Readonly<Record<string, Outcome>> = promise.except?.[fault.name] ?? {}
  const own = special[mode]
  if (own !== undefined) return own
  if (fault.failure[way] === right || isRight(promise, fault, mode)) return right
  if (mode === "outage" && promise.outage !== undefined) return promise.outage
  return special[way] ?? promise.failure?.[way] ?? fault.failure[way]
}

export { faults }
