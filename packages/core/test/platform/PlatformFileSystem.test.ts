import type { PlatformError, SystemErrorReason } from "@effect/platform/Error"
import { describe, it } from "@effect/vitest"
import {
  CommandTimeout,
  FileError,
  SessionError,
  type SessionErrorReason,
  ToolError
} from "@effect-agentbay/core/AgentBayError"
import * as PlatformFileSystem from "@effect-agentbay/core/PlatformFileSystem"
import type { CommandResult, SessionCommand } from "@effect-agentbay/core/SessionCommand"
import type { SessionFileSystem } from "@effect-agentbay/core/SessionFileSystem"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { assert } from "../support/assertions.js"

type Answer = Effect.Effect<Partial<CommandResult>, SessionCommand.Failure>

/** A session whose commands answer what they are told to, and which notes what ran. */
const session = (answer: Answer, read: Effect.Effect<Uint8Array, SessionFileSystem.Failure>) => {
  const ran: Array<string> = []
  const fs = PlatformFileSystem.fromSession({
    command: {
      run: (command) =>
        Effect.map(
          Effect.zipRight(
            Effect.sync(() => ran.push(command)),
            answer
          ),
          (result) => ({
            command,
            sessionId: "s-1",
            requestId: "r-1",
            stdout: "",
            stderr: "",
            output: "",
            exitCode: 0,
            traceId: Option.none(),
            ...result
          })
        )
    },
    fileSystem: {
      readFile: () => read,
      stream: () => Stream.fromEffect(read),
      writeFile: () => Effect.asVoid(read)
    }
  })
  return { fs, ran }
}

const sessionError = (reason: SessionErrorReason) =>
  new SessionError({ reason, operation: "SessionCommand.run", phase: "sent", detail: "it failed" })

const reasons: Readonly<Record<SessionErrorReason, SystemErrorReason>> = {
  NotFound: "BadResource",
  Unauthorized: "PermissionDenied",
  Throttled: "Busy",
  InvalidRequest: "Unknown",
  Conflict: "Busy",
  Unsupported: "Unknown",
  Unavailable: "Busy",
  Timeout: "TimedOut",
  Transport: "Unknown",
  Decode: "InvalidData",
  Unknown: "Unknown"
}

const nothing = Effect.succeed(new Uint8Array(0))

describe("PlatformFileSystem, when the session fails", () => {
  for (const [reason, expected] of Object.entries(reasons)) {
    it.effect(`${reason} is ${expected}, with its cause`, () =>
      Effect.gen(function* () {
        const cause = sessionError(reason as SessionErrorReason)
        const { fs } = session(Effect.fail(cause), Effect.fail(cause))
        const calls: ReadonlyArray<readonly [string, Effect.Effect<unknown, PlatformError>]> = [
          ["stat", fs.stat("/f")],
          ["readFile", fs.readFile("/f")],
          ["open", Stream.runDrain(fs.stream("/f"))],
          // A session that is gone is no file that is not there.
          ["access", fs.exists("/f")],
          ["remove", fs.remove("/f", { force: true })]
        ]
        for (const [method, effect] of calls) {
          const error = yield* Effect.flip(effect)
          assert.deepInclude(error, { _tag: "SystemError", reason: expected, module: "FileSystem", method })
          assert.strictEqual(error.cause, cause)
        }
      })
    )
  }

  it.effect("what a file holds is in no failure", () =>
    Effect.gen(function* () {
      const { fs, ran } = session(
        Effect.suspend(() =>
          Effect.fail(
            new CommandTimeout({
              command: ran.join(),
              timeoutMs: 50_000,
              sessionId: "s-1",
              requestId: "r-1",
              stdout: "",
              stderr: ""
            })
          )
        ),
        nothing
      )
      const exit = yield* Effect.exit(fs.writeFileString("/f", "top-secret"))
      const encoded = Buffer.from("top-secret").toString("base64").replaceAll("=", "")
      assert.include(ran.join(), encoded)
      const told = `${exit._tag === "Failure" ? Cause.pretty(exit.cause) : ""} ${JSON.stringify(exit)}`
      assert.notInclude(told, encoded)
      assert.notInclude(told, "top-secret")
      assert.include(told, "TimedOut")
    })
  )

  it.effect("what the shell and the tools say", () =>
    Effect.gen(function* () {
      for (const [stderr, reason] of [
        ["sh: 5: cannot create /a: Directory nonexistent", "NotFound"],
        ["sh: 5: cannot open /a: No such file", "NotFound"],
        ["bash: line 5: /a: Permission denied", "PermissionDenied"],
        ["bash: line 5: /a: cannot overwrite existing file", "AlreadyExists"],
        ["stat: cannot statx '/a': Too many levels of symbolic links", "BadResource"],
        ["mv: cannot move '/a' to '/b': Device or resource busy", "Busy"],
        ["dd: error writing '/a': No space left on device\n1+0 records in\n0+0 records out", "Unknown"],
        ["touch: cannot touch '/No such file or directory': Read-only file system", "Unknown"],
        ["errno ENOTDIR", "BadResource"],
        ["sh: 1: stat: not found", "Unknown"]
      ] as const) {
        const { fs } = session(Effect.succeed({ exitCode: 1, stderr }), nothing)
        assert.deepInclude(yield* Effect.flip(fs.chmod("/a", 0o600)), { reason }, stderr)
      }
      for (const [reason, detail, expected] of [
        ["NotFound", "", "NotFound"],
        ["IsDirectory", "", "BadResource"],
        ["NotDirectory", "", "BadResource"],
        ["PermissionDenied", "", "PermissionDenied"],
        ["InvalidData", "broken", "InvalidData"],
        ["Unknown", "too many levels of symbolic links", "BadResource"],
        ["Unknown", "something", "Unknown"]
      ] as const) {
        const error = new FileError({
          reason,
          detail,
          operation: "SessionFileSystem.readFile",
          path: "/f",
          sessionId: "s-1"
        })
        const { fs } = session(Effect.succeed({}), Effect.fail(error))
        const refused = yield* Effect.flip(fs.readFile("/f"))
        assert.deepInclude(refused, { reason: expected })
        assert.strictEqual(refused.cause, error)
      }
      const missing = new ToolError({
        operation: "run",
        tool: "shell",
        text: "tool not found",
        sessionId: "s-1"
      })
      const { fs } = session(Effect.fail(missing), nothing)
      const refused = yield* Effect.flip(fs.stat("/f"))
      assert.deepInclude(refused, { reason: "Unknown" })
      assert.strictEqual(refused.cause, missing)
    })
  )

  it.effect("one operation is one call; what cannot be right is none", () =>
    Effect.gen(function* () {
      const { fs, ran } = session(Effect.succeed({ stdout: "/home/me\n.\n" }), nothing)
      yield* fs.writeFileString("/a", "small", { mode: 0o600 })
      yield* fs.rename("/a", "b")
      yield* fs.remove("/a", { recursive: true })
      assert.strictEqual(ran.length, 3)
      yield* fs.readFile("relative")
      yield* fs.readFile("relative too")
      assert.strictEqual(ran.length, 4)
      for (const effect of [
        fs.stat("a\0b"),
        fs.stat(""),
        fs.chmod("/a", -1),
        fs.chown("/a", 1.5, 0),
        fs.utimes("/a", Number.NaN, 0),
        fs.truncate("/a", 1.5),
        fs.symlink("x\0", "/y"),
        fs.makeTempFile({ suffix: "\0" })
      ]) {
        yield* Effect.flip(Effect.asVoid(effect))
      }
      assert.strictEqual(ran.length, 4)
    })
  )

  it.effect("what is not stat's answer is no information", () =>
    Effect.gen(function* () {
      const stat = (stdout: string) => session(Effect.succeed({ stdout }), nothing).fs.stat("/f")
      assert.deepInclude(yield* Effect.flip(stat("hello")), { reason: "InvalidData", method: "stat" })
      const info = yield* stat("81a4 5 1 2 1 0 0 8 4096 0 0|2020-01-02 03:04:05.6789 +0000|?|-\n")
      assert.strictEqual(Option.getOrThrow(info.atime).toISOString(), "2020-01-02T03:04:05.679Z")
      assert.isTrue(Option.isNone(info.mtime))
      assert.isTrue(Option.isNone(info.birthtime))
      assert.deepInclude(info, { type: "File", mode: 0o100644, dev: 1 })
    })
  )
})
