/**
 * A small terminal over the in-memory shell: lines are edited and echoed as a kernel does it (backspace, Ctrl-U, Ctrl-C,
 * Ctrl-D), and each is a command of its own. Directory and exit status stay from line to line; variables and functions do
 * not. What a command prints appears when it has ended, and nothing can be typed into it.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"
import {
  type ExecRequest,
  type ExecResult,
  MachineError,
  type Terminal,
  type TerminalRequest
} from "../../Machine.js"

const KILLED = -9

const encoder = new TextEncoder()

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const shells = /^(\/usr)?(\/bin\/)?(ba)?sh$/

/** A mark that no output contains by chance: what stands behind it is the directory in which the line ended. */
const mark = "\u0001cwd:"

/**
 * @since 0.1.0
 * @category constructors
 */
export const openTerminal = (
  exec: (request: ExecRequest) => Effect.Effect<ExecResult, MachineError>,
  isDirectory: (path: string) => Effect.Effect<boolean, MachineError>,
  home: string,
  request: TerminalRequest
): Effect.Effect<Terminal, MachineError, Scope.Scope> =>
  Effect.gen(function* () {
    const { env, onExit, onOutput, shell } = request
    let { cols, rows } = request
    let cwd = request.cwd ?? home
    if (shell !== undefined && !shells.test(shell)) {
      return yield* new MachineError({ reason: "NotFound", detail: "no such program", path: shell })
    }
    if (!(yield* isDirectory(cwd))) {
      return yield* new MachineError({ reason: "NotDirectory", detail: "not a directory", path: cwd })
    }
    const lines = yield* Mailbox.make<string>()
    const ended = yield* Deferred.make<number>()
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
    let line = ""
    let status = 0
    let running: Fiber.RuntimeFiber<unknown, unknown> | undefined

    const show = (text: string): void => {
      if (text !== "") onOutput(encoder.encode(text.replace(/\r?\n/g, "\r\n")))
    }
    const prompt = Effect.sync(() => show("$ "))
    const end = (code: number): void => {
      Deferred.unsafeDone(ended, Effect.succeed(code))
    }

    const command = (text: string) =>
      exec({
        command: `stty() { [ "$1" = size ] && echo "${rows} ${cols}"; }; tput() { case "$1" in cols) echo ${cols};; lines) echo ${rows};; esac; }; (exit ${status}); ${text}\n__status=$?; printf '%s%s' ${quote(mark)} "$PWD"; exit $__status`,
        cwd,
        env: { ...env, COLUMNS: String(cols), LINES: String(rows) },
        timeoutMs: Number.POSITIVE_INFINITY
      }).pipe(
        Effect.tap((result) => {
          const at = result.stdout.lastIndexOf(mark)
          if (at >= 0) cwd = result.stdout.slice(at + mark.length)
          show(at >= 0 ? result.stdout.slice(0, at) : result.stdout)
          show(result.stderr)
          status = result.exitCode
          return Effect.void
        }),
        Effect.catchAll((error) => Effect.sync(() => show(`${error.message}\n`)))
      )

    const exit = /^\s*exit(?:\s+(\d+))?\s*$/

    const serve = Effect.gen(function* () {
      yield* prompt
      while (true) {
        const text = yield* lines.take
        const parts = text.split(";")
        // `exit` ends the terminal, and not the shell of a line.
        const leaving = exit.exec(parts.at(-1) ?? "")
        const before = leaving === null ? text : parts.slice(0, -1).join(";")
        if (before.trim() !== "") {
          running = yield* Effect.fork(command(before))
          const outcome = yield* Fiber.await(running)
          running = undefined
          if (outcome._tag === "Failure") status = 130
        }
        if (leaving !== null) return end(leaving[1] === undefined ? status : Number(leaving[1]) & 255)
        yield* prompt
      }
    }).pipe(Effect.ignore)

    const take = (character: string): Effect.Effect<void> => {
      switch (character) {
        case "\r":
        case "\n": {
          show("\n")
          lines.unsafeOffer(line)
          line = ""
          return Effect.void
        }
        case "\u0003": {
          show("^C\n")
          line = ""
          const interrupted = running
          // What was typed ahead is forgotten with the line.
          return Effect.zipRight(
            lines.clear,
            interrupted === undefined ? prompt : Fiber.interruptFork(interrupted)
          )
        }
        case "\u0004":
          if (line === "") lines.unsafeOffer("exit")
          return Effect.void
        case "\u007f":
        case "\b": {
          if (line !== "") show("\b \b")
          line = [...line].slice(0, -1).join("")
          return Effect.void
        }
        case "\u0015": {
          show("\b \b".repeat([...line].length))
          line = ""
          return Effect.void
        }
        default:
          line += character
          show(character)
          return Effect.void
      }
    }

    yield* Effect.raceFirst(serve, Deferred.await(ended)).pipe(
      Effect.zipRight(Deferred.await(ended)),
      Effect.onInterrupt(() => Effect.sync(() => end(KILLED))),
      Effect.tap((code) => Effect.sync(() => onExit(code))),
      Effect.interruptible,
      Effect.forkScoped
    )
    const alive = (effect: Effect.Effect<void>): Effect.Effect<void> =>
      Effect.flatMap(Deferred.isDone(ended), (isOver) => (isOver ? Effect.void : effect))
    return {
      input: (bytes) =>
        alive(Effect.forEach([...decoder.decode(bytes, { stream: true })], take, { discard: true })),
      resize: (newCols, newRows) =>
        Effect.sync(() => {
          cols = newCols
          rows = newRows
        }),
      kill: alive(Effect.sync(() => end(KILLED)))
    }
  })
