/** What the command line parser wants of a terminal: its width, and to write to it. Nothing is read from it. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"

const terminal: Terminal.Terminal = {
  columns: Effect.sync(() => process.stdout.columns ?? 80),
  rows: Effect.sync(() => process.stdout.rows ?? 24),
  isTTY: Effect.sync(() => process.stdout.isTTY === true),
  readInput: Effect.tap(Mailbox.make<Terminal.UserInput>(), (input) => input.end),
  readLine: Effect.fail(new Terminal.QuitException()),
  display: (text) => Effect.sync(() => void process.stdout.write(text))
}

export const layer = Layer.mergeAll(
  Layer.succeed(Terminal.Terminal, terminal),
  FileSystem.layerNoop({}),
  Path.layer
)
