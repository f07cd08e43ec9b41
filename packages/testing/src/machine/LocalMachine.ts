/**
 * The machine of real processes: every session gets a root directory, processes and a loopback network of its
 * own under bubblewrap (Debian package `bubblewrap`). Linux only.
 *
 * A session runs as user `wuying` (1000) in `/home/wuying`, may write everywhere outside `/usr`, reads the
 * programs of the host below `/usr`, and sees none of the host's other files, processes, environment variables
 * or network. Its files are on the host's disk, below one directory that is deleted with it. Commands run under
 * bash where the host has it, else `/bin/sh`; background processes live until the session ends. Code runs in the
 * interpreters the host has: Python (Debian package `python3`; see `PythonKernel`), JavaScript (Node.js itself), R (`r-base-core`)
 * and Java (`default-jdk-headless`); without one, running its language fails with reason `Missing`.
 *
 * The desktop is an X server without a screen (Xvfb, 1280 x 720 pixels, 24 bits) and a window manager (openbox),
 * started when it is first used and started anew when it has ended. `DISPLAY` is `:0` in every session and leads to
 * the session's own. It needs the Debian packages `xvfb`, `openbox`, `xdotool`, `wmctrl`, `x11-utils` and
 * `scrot`; without them it fails with reason `Missing`, which names the absent ones.
 *
 * Terminals are pseudo-terminals which `python3` makes; without it they fail with reason `Missing`.
 *
 * An Android device cannot be had this way: a session of an image `mobile_…` is wholly in memory (see
 * `InMemoryMachine`), with the model of a device, its shell and its files.
 *
 * This keeps programs apart that were not written to break out. It sets no limits on memory, disk or processor.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { isMobileImage } from "../cloud/internal/images.js"
import * as InMemoryMachine from "./InMemoryMachine.js"
import * as AgentConnection from "./internal/local/agentConnection.js"
import * as Answers from "./internal/local/answers.js"
import * as Chromium from "./internal/local/browser/chromium.js"
import { home } from "./internal/local/bubblewrap.js"
import * as Desktop from "./internal/local/desktop/desktop.js"
import * as Requirements from "./internal/local/requirements.js"
import * as LocalTerminal from "./internal/local/terminal.js"
import * as LocalWatch from "./internal/local/watch.js"
import { notAndroid } from "./internal/notAndroid.js"
import {
  type CodeEvent,
  type CodeRequest,
  type ExecRequest,
  type Machine,
  MachineError,
  Machines
} from "./Machine.js"

export {
  /**
   * Why sessions of real processes cannot run here; its message says what to install or to set.
   *
   * @since 0.1.0
   * @category errors
   */
  LocalMachineUnavailable
} from "./internal/local/requirements.js"

/**
 * What runs Python: Jupyter's kernel (Debian packages `python3-ipykernel` and `python3-jupyter-client`) or a plain one
 * that needs Python alone. `auto` is Jupyter's where it is installed; `jupyter` fails with reason `Missing` where it
 * is not. `CodeResult.kernel` tells which one ran.
 *
 * Both keep names between runs, await at the top level, show values in every form they have, figures of matplotlib
 * included, and keep their names when a run is interrupted. Jupyter's has magics, `get_ipython()`, `!commands`, and
 * tracebacks with the surrounding source.
 *
 * @since 0.1.0
 * @category models
 */
export type PythonKernel = "auto" | "jupyter" | "plain"

const stopped = new MachineError({
  reason: "Stopped",
  detail: "the session is stopped: its scope is closed. Create another one."
})

/** Timeouts are whole or broken milliseconds from 0; `Infinity` means none. */
const checkTimeout = ({ timeoutMs }: ExecRequest | CodeRequest): Effect.Effect<void, MachineError> =>
  timeoutMs >= 0
    ? Effect.void
    : Effect.fail(
        new MachineError({ reason: "Invalid", detail: `not a timeout in milliseconds: ${timeoutMs}` })
      )

const text = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)

/** What a process printed: stdout, then stderr, in one body. */
const printed = (answer: {
  readonly value: { readonly stdoutBytes: number; readonly stderrBytes: number }
  readonly body: Uint8Array
}) => ({
  stdout: text(answer.body.subarray(0, answer.value.stdoutBytes)),
  stderr: text(answer.body.subarray(answer.value.stdoutBytes))
})

const decodeCodeEvent = Schema.decodeUnknownOption(Answers.CodeEvent)

/** What the agent tells of running code. Characters may arrive in two pieces. */
const codeEvents = (onEvent: (event: CodeEvent) => void): AgentConnection.OnEvent => {
  const decoders = {
    stdout: new TextDecoder("utf-8", { ignoreBOM: true }),
    stderr: new TextDecoder("utf-8", { ignoreBOM: true })
  }
  return (event, body) => {
    const known = decodeCodeEvent(event)
    if (known._tag === "None") return
    const { displayed, printed } = known.value
    if (displayed !== undefined) onEvent({ _tag: "Displayed", output: displayed })
    if (printed === undefined) return
    const piece = decoders[printed].decode(body, { stream: true })
    if (piece !== "") onEvent({ _tag: "Printed", stream: printed, text: piece })
  }
}

const fromConnection = (
  connection: Effect.Effect<AgentConnection.AgentConnection, MachineError>,
  python: PythonKernel
): Machine => {
  const ask = <A, I>(
    schema: Schema.Schema<A, I>,
    operation: { readonly op: string; readonly [argument: string]: unknown },
    body?: Uint8Array
  ) => Effect.flatMap(connection, ({ request }) => request(schema, operation, body))
  const get = <A, I>(
    schema: Schema.Schema<A, I>,
    operation: { readonly op: string; readonly [argument: string]: unknown }
  ) => Effect.map(ask(schema, operation), ({ value }) => value)
  const order = (
    operation: { readonly op: string; readonly [argument: string]: unknown },
    body?: Uint8Array
  ) => Effect.asVoid(ask(Schema.Unknown, operation, body))

  let terminals = 0

  const list: Machine["list"] = (path) => get(Answers.FileStats, { op: "list", path })

  return {
    kind: "bubblewrap",
    home,
    exec: (request) =>
      checkTimeout(request).pipe(
        Effect.zipRight(ask(Answers.Command, { op: "exec", ...request })),
        Effect.map((answer) => ({
          ...printed(answer),
          exitCode: answer.value.exitCode,
          timedOut: answer.value.timedOut
        }))
      ),
    runCode: ({ onEvent, ...request }) =>
      checkTimeout(request).pipe(
        Effect.zipRight(
          Effect.flatMap(connection, (agent) =>
            agent.request(
              Answers.Code,
              { op: "code", python, streams: onEvent !== undefined, ...request },
              undefined,
              onEvent === undefined ? undefined : codeEvents(onEvent)
            )
          )
        ),
        Effect.map((answer) => {
          const { durationMs, error, executionCount, kernel, outputs, timedOut } = answer.value
          return {
            ...printed(answer),
            outputs,
            executionCount,
            kernel,
            durationMs,
            timedOut,
            ...(error === null ? {} : { error })
          }
        })
      ),
    terminal: (request) =>
      Effect.flatMap(connection, (agent) => {
        terminals += 1
        return LocalTerminal.open(agent, terminals, request)
      }),
    stat: (path) => get(Answers.FileStat, { op: "stat", path }),
    list,
    walk: (path) => get(Answers.FileStats, { op: "walk", path }),
    read: (path, offset, length) =>
      Effect.map(
        ask(Schema.Unknown, { op: "read", path, offset, length }),
        ({ body }) => new Uint8Array(body)
      ),
    write: (path, content, mode) => order({ op: "write", path, mode }, content),
    makeDirectory: (path) => order({ op: "mkdir", path }),
    remove: (path, options) => order({ op: "remove", path, recursive: options?.recursive === true }),
    move: (source, destination) => order({ op: "move", source, destination }),
    watch: (path, onChange) => Effect.flatMap(connection, (agent) => LocalWatch.watch(agent, path, onChange)),
    metrics: get(Answers.Metrics, { op: "metrics" }),
    desktop: Effect.flatMap(connection, ({ request }) => Desktop.make(request)),
    android: Effect.fail(notAndroid),
    browser: Effect.succeed(Chromium.make(connection, { list })),
    connect: (port) => Effect.flatMap(connection, ({ connect }) => connect(port))
  }
}

const make =
  (requirements: Requirements.Requirements, python: PythonKernel): Machines.Service["make"] =>
  ({ sessionId }): Effect.Effect<Machine, never, Scope.Scope> =>
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      // Whoever calls first starts the session for all: their interruption may not undo it half-way.
      const started = yield* AgentConnection.start({ ...requirements, sessionId }).pipe(
        Effect.provideService(Scope.Scope, scope),
        Effect.uninterruptible,
        Effect.cached
      )
      let closed = false
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          closed = true
        })
      )
      return fromConnection(
        Effect.suspend(() => (closed ? Effect.fail(stopped) : started)),
        python
      )
    })

/**
 * Machines of real processes, kind `bubblewrap`. Their files are below `directory` (default: the host's
 * directory for temporary files), where anything an aborted process left behind is deleted first.
 *
 * Making a machine costs nothing; its first operation starts its processes. stdout and stderr of one command or
 * run are kept up to 64 MiB each, with a last line that says how many bytes are missing; one `read` gives at most
 * 512 MiB. A command's `timeoutMs` may be `Infinity`.
 *
 * Fails with `LocalMachineUnavailable` where such machines cannot run, which is found out by running a process.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options?: {
  readonly directory?: string | undefined
  readonly python?: PythonKernel | undefined
}): Layer.Layer<Machines, Requirements.LocalMachineUnavailable> =>
  Layer.effect(
    Machines,
    Effect.gen(function* () {
      const inMemory = yield* Machines
      const makeLocal = make(yield* Requirements.find(options?.directory), options?.python ?? "auto")
      return Machines.of({
        kind: "bubblewrap",
        make: (birth) => (isMobileImage(birth.imageId) ? inMemory.make(birth) : makeLocal(birth))
      })
    })
  ).pipe(Layer.provide(InMemoryMachine.layer))

/**
 * Why machines of real processes cannot run on this host, or nothing when they can. Runs a process to find out.
 *
 * @since 0.1.0
 * @category getters
 */
export const probe: Effect.Effect<Option.Option<Requirements.LocalMachineUnavailable>> = Effect.map(
  Effect.either(Requirements.find(undefined)),
  Either.getLeft
)
