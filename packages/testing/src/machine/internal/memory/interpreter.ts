/**
 * What the interpreters of the in-memory machine have in common.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { CodeOutput, CodeRequest, CodeResult, MachineError } from "../../Machine.js"
import type { MemoryFiles } from "./memoryFiles.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Run {
  readonly code: string
  /** Counts from 1; names the code in tracebacks. */
  readonly count: number
  readonly timeoutMs: number
  readonly onEvent?: CodeRequest["onEvent"]
}

/**
 * @since 0.1.0
 * @category models
 */
export type RunResult = Omit<CodeResult, "executionCount" | "durationMs">

/**
 * A long-lived interpreter: names, functions and imports stay from run to run.
 *
 * @since 0.1.0
 * @category models
 */
export interface Interpreter {
  readonly run: (run: Run) => Effect.Effect<RunResult, MachineError>
  /** False once the interpreter had to be given up; the next run needs a new one. */
  readonly isAlive: () => boolean
  readonly close: () => void
}

/**
 * A program started from the shell.
 *
 * @since 0.1.0
 * @category models
 */
export interface Program {
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
  readonly stdin: Uint8Array
  readonly signal: AbortSignal | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ProgramResult {
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
  readonly exitCode: number
}

/**
 * What interpreters need from the machine.
 *
 * @since 0.1.0
 * @category models
 */
export interface InterpreterHost {
  readonly files: MemoryFiles
  readonly home: string
  readonly environment: Readonly<Record<string, string>>
  readonly cpuCount: number
  readonly memoryBytes: number
  readonly now: () => number
  readonly nowNanos: () => bigint
  readonly randomName: (length: number) => string
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/**
 * Collects what one run prints and displays.
 *
 * @since 0.1.0
 * @category models
 */
export class Recorder {
  readonly outputs: Array<CodeOutput> = []
  private readonly stdoutDecoder = new TextDecoder("utf-8", { ignoreBOM: true })
  private readonly stderrDecoder = new TextDecoder("utf-8", { ignoreBOM: true })
  private out = ""
  private err = ""

  constructor(private readonly onEvent?: CodeRequest["onEvent"]) {}

  print(stream: "stdout" | "stderr", chunk: string | Uint8Array): void {
    const decoder = stream === "stdout" ? this.stdoutDecoder : this.stderrDecoder
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })
    if (stream === "stdout") this.out += text
    else this.err += text
    if (text !== "") this.onEvent?.({ _tag: "Printed", stream, text })
  }

  display(output: CodeOutput): void {
    this.outputs.push(output)
    this.onEvent?.({ _tag: "Displayed", output })
  }

  get stdout(): string {
    return this.out
  }

  get stderr(): string {
    return this.err
  }
}
