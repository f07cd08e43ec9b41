import * as Command from "@effect/platform/Command"
import type { CommandExecutor } from "@effect/platform/CommandExecutor"
import { SystemError } from "@effect/platform/Error"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import type * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as PlatformCommandExecutor from "@effect-agentbay/core/PlatformCommandExecutor"
import * as Session from "@effect-agentbay/core/Session"
import { Cause, Chunk, Console, Effect, Exit, Layer, Stream } from "effect"
import * as LocalCloud from "../../src/server/LocalCloud.js"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { commandExecutorContract } from "./commandExecutorContract.js"

const inSession = <E>(cloud: Layer.Layer<AgentBay.AgentBay, E>) =>
  PlatformCommandExecutor.layer.pipe(
    Layer.provide(Session.layer({ imageId: "code_latest" })),
    Layer.provide(cloud)
  )

commandExecutorContract("of Node", { layer: NodeContext.layer, hasBash: true, hasTraps: true })
commandExecutorContract("of a session in memory", {
  layer: inSession(TestAgentBay.layer),
  hasBash: false,
  hasTraps: false
})
commandExecutorContract("of a session over HTTP, real processes", {
  layer: inSession(LocalCloud.layerAgentBay({ machine: "bubblewrap" })),
  hasBash: true,
  hasTraps: true
})

const utf8 = (text: string) => new TextEncoder().encode(text)

const sh = (script: string) => Command.make("sh", "-c", script)

describe("CommandExecutor of a session, where that of Node cannot be followed", () => {
  const live = <A, E>(name: string, body: Effect.Effect<A, E, CommandExecutor>) =>
    it.live(name, () => Effect.provide(body, inSession(TestAgentBay.layer)), 60_000)

  live(
    "a working directory that is a file is an error, not a defect",
    Effect.gen(function* () {
      yield* Command.exitCode(sh("echo > /tmp/file"))
      const error = yield* Effect.flip(Command.string(sh("pwd").pipe(Command.workingDirectory("/tmp/file"))))
      assert.deepInclude(error, { module: "Command", method: "spawn", reason: "BadResource" })
    })
  )

  live(
    "a pipeline whose first program is missing does not start",
    Effect.gen(function* () {
      const command = Command.make("no-such-program").pipe(Command.pipeTo(Command.make("cat")))
      const error = yield* Effect.flip(Command.string(command))
      assert.deepInclude(error, { reason: "NotFound", pathOrDescriptor: "no-such-program  | cat " })
    })
  )

  live(
    "inherited outputs are printed to the console, and the exit code comes after them",
    Effect.gen(function* () {
      const printed: Array<readonly [string, unknown]> = []
      const base = yield* Console.consoleWith(Effect.succeed)
      const own: Console.Console = {
        ...base,
        log: (line) => Effect.sync(() => void printed.push(["log", line])),
        error: (line) => Effect.sync(() => void printed.push(["error", line]))
      }
      const command = sh("cat; echo one; echo two; echo three >&2").pipe(
        Command.stdin("inherit"),
        Command.stdout("inherit"),
        Command.stderr("inherit")
      )
      assert.strictEqual(yield* Effect.withConsole(Command.exitCode(command), own), 0)
      assert.sameDeepMembers(printed, [
        ["log", "one"],
        ["log", "two"],
        ["error", "three"]
      ])
      assert.strictEqual(yield* Effect.withConsole(Command.string(command), own), "")
    })
  )

  live(
    "input that fails is no end of the input",
    Effect.gen(function* () {
      const broken = new SystemError({ module: "FileSystem", method: "read", reason: "Busy" })
      const input = Stream.concat(Stream.make(utf8("part")), Stream.fail(broken))
      const command = Command.make("cat").pipe(Command.stdin(input))
      assert.strictEqual(yield* Effect.flip(Command.exitCode(command)), broken)
      assert.strictEqual(yield* Effect.flip(Command.string(command)), broken)
    })
  )

  live(
    "a character that chunks cut in two is one character",
    Effect.gen(function* () {
      const text = "🌍".repeat(40_000)
      const command = Command.make("cat").pipe(Command.feed(text))
      const pieces = yield* Stream.runCollect(Command.stream(command))
      assert.isAbove(Chunk.size(pieces), 1)
      assert.deepStrictEqual(yield* Command.lines(command), [text])
    })
  )

  live(
    "what is refused names the field, and no value of the environment",
    Effect.gen(function* () {
      const command = Command.make("true").pipe(Command.env({ TOKEN: "se\0cret", PATH: "/usr/bin" }))
      const exit = yield* Effect.exit(Command.exitCode(command))
      assert(Exit.isFailure(exit))
      const error = Cause.squash(exit.cause)
      assert.deepInclude(error, { _tag: "BadArgument", module: "Command", method: "spawn" })
      assert.notInclude(Cause.pretty(exit.cause), "cret")
    })
  )
})
