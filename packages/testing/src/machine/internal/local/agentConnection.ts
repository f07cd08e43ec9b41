/**
 * The agent of one session: a process under bubblewrap that is asked over its standard streams.
 *
 * @since 0.1.0
 */
import type { ChildProcess } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import type { Writable } from "node:stream"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { MachineError } from "../../Machine.js"
import * as Bridge from "./bridge.js"
import * as Bubblewrap from "./bubblewrap.js"
import * as Frames from "./frames.js"
import * as PrivateDirectory from "./privateDirectory.js"

/** Within this time bubblewrap has set a session up, or will not. */
const STARTED_LIMIT_MS = 5_000
/** So much of what bubblewrap and the agent say on stderr is kept for the message when they end. */
const STDERR_KEPT = 2_000
/** An agent that does not end a cancelled operation within this time is held to be frozen, and is stopped. */
const CANCEL_LIMIT_MS = 5_000

/**
 * Asks the agent for one operation. `schema` reads the value of the answer, and `body` travels beside the request
 * as bytes; `onEvent` is told what the agent says before it answers. When the fiber is interrupted the operation is cancelled, and the interruption ends when its
 * processes are gone.
 *
 * @since 0.1.0
 * @category models
 */
export interface AgentConnection {
  readonly request: <A, I>(
    schema: Schema.Schema<A, I>,
    operation: { readonly op: string; readonly [argument: string]: unknown },
    body?: Uint8Array,
    onEvent?: OnEvent
  ) => Effect.Effect<{ readonly value: A; readonly body: Uint8Array }, MachineError>
  readonly connect: Bridge.Connect
}

/**
 * @since 0.1.0
 * @category models
 */
export type OnEvent = (event: unknown, body: Uint8Array) => void

const Failure = Schema.Struct({
  reason: Schema.Literal(
    "NotFound",
    "PermissionDenied",
    "AlreadyExists",
    "IsDirectory",
    "NotDirectory",
    "NotEmpty",
    "Invalid",
    "Missing",
    "Stopped",
    "Unknown"
  ),
  detail: Schema.String,
  path: Schema.optional(Schema.String)
})

const Header = Schema.Struct({
  id: Schema.Number,
  ok: Schema.optional(Schema.Unknown),
  event: Schema.optional(Schema.Unknown),
  error: Schema.optional(Failure)
})
const decodeHeader = Schema.decodeUnknownSync(Header)

const ProcessInfo = Schema.parseJson(Schema.Struct({ "child-pid": Schema.Int }))
const decodeProcessInfo = Schema.decodeUnknownOption(ProcessInfo)

interface Answer {
  readonly header: typeof Header.Type
  readonly body: Uint8Array
}

type Settle = (answer: Effect.Effect<Answer, MachineError>) => void

/** The session's process tree on the host. */
class Sandbox {
  private readonly pending = new Map<
    number,
    { readonly settle: Settle; readonly onEvent: OnEvent | undefined }
  >()
  private readonly ended: Array<() => void> = []
  private nextId = 1
  private info = ""
  private stderr = ""
  private reason: string | undefined
  private isDoomed = false
  private isOver = false
  private readonly process: ChildProcess
  private readonly input: Writable

  constructor(program: string, parameters: ReadonlyArray<string>) {
    const { error, info, input, output, process: child } = Bubblewrap.launch(program, parameters)
    this.process = child
    this.input = input
    const decode = Frames.decoder((header, body) => this.onAnswer(decodeHeader(header), body))
    output.on("data", (chunk: Buffer) => {
      if (decode(chunk)) return
      this.reason ??= "its agent sent something that is no answer"
      this.kill()
    })
    error.on("data", (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString()).slice(-STDERR_KEPT)
    })
    info.on("data", (chunk: Buffer) => {
      this.info += chunk.toString()
      if (this.isDoomed) this.kill()
    })
    this.process.once("error", (cause) => this.onEnd(cause.message))
    // "close" rather than "exit": the answers that were already sent are read first.
    this.process.once("close", (code, signal) => this.onEnd(signal ?? `exit code ${code}`))
  }

  private onAnswer(header: typeof Header.Type, body: Uint8Array): void {
    const waiting = this.pending.get(header.id)
    if (header.event !== undefined) {
      waiting?.onEvent?.(header.event, body)
      return
    }
    this.pending.delete(header.id)
    const { error } = header
    waiting?.settle(
      error === undefined ? Effect.succeed({ header, body }) : Effect.fail(new MachineError(error))
    )
  }

  private onEnd(how: string): void {
    this.reason ??= `its agent ended (${how})`
    this.isOver = true
    for (const { settle } of this.pending.values()) settle(Effect.fail(this.stopped()))
    this.pending.clear()
    for (const resume of this.ended.splice(0)) resume()
  }

  private stopped(): MachineError {
    const said = this.stderr.trim()
    const detail = `the session is stopped: ${this.reason}${said === "" ? "" : `: ${said}`}. Create another one.`
    return new MachineError({ reason: "Stopped", detail })
  }

  send(
    operation: { readonly op: string; readonly [argument: string]: unknown },
    body: Uint8Array,
    settle: Settle,
    onEvent?: OnEvent
  ): number {
    const id = this.nextId++
    if (this.isOver) {
      settle(Effect.fail(this.stopped()))
      return id
    }
    this.pending.set(id, { settle, onEvent })
    for (const piece of Frames.encode({ ...operation, id }, body)) this.input.write(piece)
    return id
  }

  /** The caller no longer listens; the agent ends what runs, and says when it is done. */
  cancel(id: number): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      if (!this.pending.delete(id) || this.isOver) return resume(Effect.void)
      const guard = setTimeout(() => {
        this.reason ??= "its agent did not answer"
        this.kill()
      }, CANCEL_LIMIT_MS)
      this.send({ op: "cancel", target: id }, new Uint8Array(0), () => {
        clearTimeout(guard)
        resume(Effect.void)
      })
    })
  }

  /**
   * Kills the first process of the session's process namespace, with which the kernel ends every other one
   * before bubblewrap gets to know. That process is not known in the first milliseconds, and killing bubblewrap
   * itself then could leave it behind: the news of it is awaited, and bubblewrap killed only if none come.
   */
  private kill(): void {
    if (this.isOver) return
    const info = decodeProcessInfo(this.info)
    if (info._tag === "Some") this.signal(info.value["child-pid"])
    else if (!this.isDoomed) setTimeout(() => this.process.kill("SIGKILL"), STARTED_LIMIT_MS).unref()
    this.isDoomed = true
  }

  private signal(pid: number): void {
    try {
      process.kill(pid, "SIGKILL")
    } catch {
      // It is gone already, and bubblewrap about to follow.
    }
  }

  /** Ends every process of the session and waits until they are gone. */
  readonly close: Effect.Effect<void> = Effect.async<void>((resume) => {
    this.reason ??= "its scope is closed"
    if (this.isOver) return resume(Effect.void)
    this.ended.push(() => resume(Effect.void))
    this.kill()
  })
}

const startFailure = (cause: unknown): MachineError =>
  new MachineError({ reason: "Unknown", detail: `the session could not be started: ${String(cause)}` })

/**
 * Makes the private directory of a session and starts its agent in it. Closing the scope ends every process of
 * the session and then deletes the directory. Fails when the directory cannot be made.
 *
 * @since 0.1.0
 * @category constructors
 */
export const start = (options: {
  readonly base: string
  readonly bwrap: string
  readonly node: string
  readonly sessionId: string
}): Effect.Effect<AgentConnection, MachineError, Scope.Scope> =>
  Effect.gen(function* () {
    const directory = yield* Effect.acquireRelease(
      Effect.try({ try: () => PrivateDirectory.create(options.base), catch: startFailure }),
      PrivateDirectory.remove
    )
    const hostname = Bubblewrap.hostnameOf(options.sessionId)
    const root = join(directory, "root")
    const bridge = join(directory, "bridge")
    yield* Effect.try({
      try: () => {
        Bubblewrap.prepareRoot(root, hostname)
        fs.mkdirSync(bridge, { mode: 0o755 })
      },
      catch: startFailure
    })
    const sandbox = yield* Effect.acquireRelease(
      Effect.try({
        try: () => {
          const { arguments: parameters, node } = Bubblewrap.sandbox({
            root,
            hostname,
            node: options.node,
            bridge
          })
          return new Sandbox(options.bwrap, [...parameters, ...Bubblewrap.agentCommand(node)])
        },
        catch: startFailure
      }),
      (sandbox) => sandbox.close
    )
    const request: AgentConnection["request"] = (schema, operation, body, onEvent) =>
      Effect.async<Answer, MachineError>((resume) => {
        const id = sandbox.send(operation, body ?? new Uint8Array(0), resume, onEvent)
        return sandbox.cancel(id)
      }).pipe(
        Effect.flatMap((answer) =>
          Schema.decodeUnknown(schema)(answer.header.ok).pipe(
            Effect.map((value) => ({ value, body: answer.body })),
            Effect.mapError(
              (cause) =>
                new MachineError({
                  reason: "Unknown",
                  detail: `the agent answered something else: ${cause.message}`
                })
            )
          )
        )
      )
    return {
      request,
      connect: yield* Bridge.make(bridge, (operation) => request(Schema.Unknown, operation))
    }
  })
