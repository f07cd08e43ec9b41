/** Causes each kind of failure on purpose and catches it by its tag. */
import { AgentBay, SessionCode, SessionCommand } from "@effect-agentbay/core"
import { Console, Effect } from "effect"
import { runExample } from "./support/run.js"

/** Runs an effect that must fail, and says how. */
const expectFailure = <A, E extends { readonly _tag: string; readonly message: string }, R>(
  what: string,
  effect: Effect.Effect<A, E, R>
) =>
  Effect.flip(effect).pipe(
    Effect.tap((error) => Console.log(`${what}\n  ${error._tag}: ${error.message}`)),
    Effect.map((error) => error._tag),
    Effect.orElseSucceed(() => "no failure")
  )

export const program = Effect.gen(function* () {
  const bay = yield* AgentBay.AgentBay
  const session = yield* bay.session({ imageId: "code_latest" })
  const { code, command, context, fileSystem } = session
  const vpc = yield* bay.session({ imageId: "linux_latest", isVpc: true })
  const strayed = bay.attach({ ...vpc.toHandle(), servers: {} })

  return [
    yield* expectFailure("an argument that breaks a rule", session.setLabels({ team: " " })),
    yield* expectFailure("a session that does not exist", bay.get("no-such-session")),
    yield* expectFailure("a file that does not exist", fileSystem.readFileString("/tmp/missing.txt")),
    yield* expectFailure("a command that takes too long", command.run("sleep 30", { timeout: "1 second" })),
    yield* expectFailure(
      "a command that fails, where that matters",
      command.run("exit 3").pipe(SessionCommand.orFail)
    ),
    yield* expectFailure(
      "code that takes too long",
      code.run("javascript", "while (true) {}", { timeout: "1 second" })
    ),
    yield* expectFailure(
      "code that raises, where that matters",
      code.run("javascript", "throw new TypeError('no')").pipe(SessionCode.orFail)
    ),
    yield* expectFailure("a tool that does not exist", session.callMcpTool("no_such_tool")),
    yield* expectFailure(
      "a transfer that never starts",
      context.sync({ contextId: "no-such-context", path: "/tmp/none", startWithin: "1 second" })
    ),
    yield* expectFailure("a VPC session whose tools are unknown", strayed.command.run("true"))
  ]
}).pipe(Effect.scoped)

runExample(import.meta.url, program)
