/**
 * A program that asks only for the modules it uses. It can be given a real session, an in-memory one, or stubs.
 */
import { Session, SessionCommand, SessionFileSystem } from "@effect-agentbay/core"
import { Console, Effect } from "effect"
import { runExample } from "./support/run.js"

export const wordCount = (path: string, text: string) =>
  Effect.gen(function* () {
    const files = yield* SessionFileSystem.SessionFileSystem
    const command = yield* SessionCommand.SessionCommand
    yield* files.writeFileString(path, text)
    const { stdout } = yield* command.exec("wc", ["-w", path]).pipe(SessionCommand.orFail)
    return Number.parseInt(stdout, 10)
  })

export const program = wordCount("/tmp/hamlet.txt", "to be or not to be").pipe(
  Effect.tap((count) => Console.log(`${count} words`)),
  Effect.provide(Session.layer({ imageId: "linux_latest" }))
)

runExample(import.meta.url, program)
