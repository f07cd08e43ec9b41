/**
 * What runs inside one session, behind one interface.
 *
 * The cloud knows tools; a machine knows files, commands and code. The in-memory machine and the machine of
 * real processes implement the same members, so every tool is written once.
 *
 * @since 0.1.0
 */
import type { Duplex } from "node:stream"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Android } from "./Android.js"
import type { Browser } from "./Browser.js"
import type { Desktop } from "./Desktop.js"

/**
 * Why a machine refused an operation. File reasons correspond to the errno a POSIX system would give
 * (`NotFound` = ENOENT, `PermissionDenied` = EACCES/EPERM, `AlreadyExists` = EEXIST, `IsDirectory` = EISDIR,
 * `NotDirectory` = ENOTDIR, `NotEmpty` = ENOTEMPTY, `Invalid` = EINVAL and bad input). `Missing` means that a
 * component of the host is not installed (the message names the package), `Stopped` that the machine is gone.
 *
 * @since 0.1.0
 * @category errors
 */
export type MachineErrorReason =
  | "NotFound"
  | "PermissionDenied"
  | "AlreadyExists"
  | "IsDirectory"
  | "NotDirectory"
  | "NotEmpty"
  | "Invalid"
  | "Missing"
  | "Stopped"
  | "Unknown"

/**
 * @since 0.1.0
 * @category errors
 */
export class MachineError extends Data.TaggedError("MachineError")<{
  readonly reason: MachineErrorReason
  /** A sentence for a person, in the words of the operating system where there are any. */
  readonly detail: string
  readonly path?: string | undefined
}> {
  override get message(): string {
    return this.path === undefined ? this.detail : `${this.path}: ${this.detail}`
  }
}

/**
 * One shell command. `timeoutMs` counts from the start of the process; when it has run out, the process and
 * everything it started in the foreground is killed and the result says `timedOut`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ExecRequest {
  readonly command: string
  /** Absolute working directory; the home directory when absent. */
  readonly cwd?: string | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly timeoutMs: number
}

/**
 * `exitCode` is the shell's: 127 for an unknown command, 128 + n after signal n, -1 after a timeout.
 *
 * @since 0.1.0
 * @category models
 */
export interface ExecResult {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
  readonly timedOut: boolean
}

/**
 * @since 0.1.0
 * @category models
 */
export type CodeLanguage = "python" | "javascript" | "r" | "java"

/**
 * @since 0.1.0
 * @category models
 */
export interface CodeRequest {
  readonly language: CodeLanguage
  readonly code: string
  readonly timeoutMs: number
  /**
   * Told of what the code prints and displays, while it does. A kernel that cannot tell of single displayed values tells
   * of none; the result has all of them in any case.
   */
  readonly onEvent?: ((event: CodeEvent) => void) | undefined
}

/**
 * Something that code printed or displayed while it ran.
 *
 * @since 0.1.0
 * @category models
 */
export type CodeEvent =
  | { readonly _tag: "Printed"; readonly stream: "stdout" | "stderr"; readonly text: string }
  | { readonly _tag: "Displayed"; readonly output: CodeOutput }

/**
 * One displayed value, keyed by MIME type as notebooks do: text and JSON types hold their value, image types
 * hold base64.
 *
 * @since 0.1.0
 * @category models
 */
export interface CodeOutput {
  readonly data: Readonly<Record<string, unknown>>
  /** True for the value of the last expression. */
  readonly isMain: boolean
}

/**
 * @since 0.1.0
 * @category models
 */
export interface CodeResult {
  readonly outputs: ReadonlyArray<CodeOutput>
  readonly stdout: string
  readonly stderr: string
  readonly error?:
    | { readonly name: string; readonly value: string; readonly traceback: ReadonlyArray<string> }
    | undefined
  /** Counts the runs of this language in this machine, from 1. */
  readonly executionCount: number
  /** What ran it, such as `ipykernel 6.17.0`, where the machine tells. */
  readonly kernel?: string | undefined
  readonly durationMs: number
  readonly timedOut: boolean
}

/**
 * A terminal to be started. `onOutput` and `onExit` are told of what happens, in order; the exit code is that of the
 * program, and -9 when it was killed.
 *
 * @since 0.1.0
 * @category models
 */
export interface TerminalRequest {
  readonly cols: number
  readonly rows: number
  /** Absolute working directory; the home directory when absent. */
  readonly cwd?: string | undefined
  readonly env: Readonly<Record<string, string>>
  /** The program; the shell of the machine when absent. */
  readonly shell?: string | undefined
  readonly onOutput: (bytes: Uint8Array) => void
  readonly onExit: (exitCode: number) => void
}

/**
 * A terminal with a program in it. Nothing happens once the program has ended.
 *
 * @since 0.1.0
 * @category models
 */
export interface Terminal {
  readonly input: (bytes: Uint8Array) => Effect.Effect<void>
  readonly resize: (cols: number, rows: number) => Effect.Effect<void>
  readonly kill: Effect.Effect<void>
}

/**
 * Sizes in bytes, times in milliseconds since 1970.
 *
 * @since 0.1.0
 * @category models
 */
export interface FileStat {
  readonly path: string
  readonly kind: "file" | "directory" | "symlink" | "other"
  readonly size: number
  /** Permission bits only, such as 0o644. */
  readonly mode: number
  readonly createdMs: number
  readonly modifiedMs: number
  /** Counts the changes of the content, where the machine does: time alone does not tell two of one moment apart. */
  readonly revision?: number | undefined
  readonly accessedMs: number
  readonly owner: string
  readonly group: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface MachineMetrics {
  readonly cpuCount: number
  readonly cpuUsedPercent: number
  readonly memoryTotalBytes: number
  readonly memoryUsedBytes: number
  readonly diskTotalBytes: number
  readonly diskUsedBytes: number
}

/**
 * Paths are absolute inside the machine; relative ones are taken from the home directory. No operation can
 * reach a file outside the machine, through whatever symbolic link.
 *
 * @since 0.1.0
 * @category models
 */
export interface Machine {
  readonly kind: "memory" | "bubblewrap"
  /** Home directory and default working directory, such as `/home/wuying`. */
  readonly home: string
  readonly exec: (request: ExecRequest) => Effect.Effect<ExecResult, MachineError>
  /** Keeps interpreter state between runs of one language. Fails only when the language cannot run at all. */
  readonly runCode: (request: CodeRequest) => Effect.Effect<CodeResult, MachineError>
  /** Starts a program in a terminal; closing the scope kills it. */
  readonly terminal: (request: TerminalRequest) => Effect.Effect<Terminal, MachineError, Scope.Scope>
  /** Follows symbolic links. */
  readonly stat: (path: string) => Effect.Effect<FileStat, MachineError>
  /** The entries of one directory sorted by name, links not followed. */
  readonly list: (path: string) => Effect.Effect<ReadonlyArray<FileStat>, MachineError>
  /** Everything below a directory (itself excluded), depth first, links not followed. */
  readonly walk: (path: string) => Effect.Effect<ReadonlyArray<FileStat>, MachineError>
  /** At most `length` bytes from byte `offset`; `length` 0 reads to the end. Short only at the end of the file. */
  readonly read: (path: string, offset: number, length: number) => Effect.Effect<Uint8Array, MachineError>
  /** Creates missing parent directories. `create_new` fails with `AlreadyExists` when the file is there. */
  readonly write: (
    path: string,
    content: Uint8Array,
    mode: "overwrite" | "append" | "create_new"
  ) => Effect.Effect<void, MachineError>
  /** Creates missing parents; an existing directory is fine. */
  readonly makeDirectory: (path: string) => Effect.Effect<void, MachineError>
  /** A non-empty directory needs `recursive`. */
  readonly remove: (
    path: string,
    options?: { readonly recursive?: boolean }
  ) => Effect.Effect<void, MachineError>
  readonly move: (source: string, destination: string) => Effect.Effect<void, MachineError>
  /**
   * Runs `onChange` soon after something at or below a directory may have changed, whoever changed it, until the scope
   * closes. Nothing that happens after this has ended goes unnoticed; several changes may be noticed at once.
   */
  readonly watch: (path: string, onChange: () => void) => Effect.Effect<void, MachineError, Scope.Scope>
  readonly metrics: Effect.Effect<MachineMetrics, MachineError>
  /** Started when it is first asked for. */
  readonly desktop: Effect.Effect<Desktop, MachineError>
  /** The Android device of a mobile image; fails with `Invalid` on every other image. */
  readonly android: Effect.Effect<Android, MachineError>
  /** The browser of the session; asking for it does not start it. */
  readonly browser: Effect.Effect<Browser, MachineError>
  /**
   * A byte stream to a TCP port on which a program of the session listens; closing the scope breaks it. Fails with
   * `NotFound` where nothing listens, and with `Missing` where programs have no network.
   */
  readonly connect: (port: number) => Effect.Effect<Duplex, MachineError, Scope.Scope>
}

/**
 * Makes the machine of each new session. `make` is cheap: whatever is expensive starts on first use. Closing the
 * scope ends every process of the machine and deletes its files.
 *
 * @since 0.1.0
 * @category tags
 */
export class Machines extends Context.Tag("@effect-agentbay/testing/Machines")<
  Machines,
  Machines.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace Machines {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    readonly kind: Machine["kind"]
    readonly make: (options: {
      readonly sessionId: string
      readonly imageId: string
      /** The HTML of the pages that a browser without a network finds, by URL. Default: none. */
      readonly page?: ((url: string) => string | undefined) | undefined
    }) => Effect.Effect<Machine, MachineError, Scope.Scope>
  }
}
