/**
 * A host of one session, to be started by a test which then ends it the hard way: uses a session whose files are
 * below the directory it is given, and prints its process id and what its command printed.
 */
import * as Effect from "effect/Effect"
import * as LocalMachine from "../../../src/machine/LocalMachine.js"
import { Machines } from "../../../src/machine/Machine.js"

const [directory, command = "true"] = process.argv.slice(2)

await Effect.gen(function* () {
  const machines = yield* Machines
  const machine = yield* machines.make({ sessionId: "s-aborted", imageId: "linux_latest" })
  const { stdout } = yield* machine.exec({ command, timeoutMs: 30_000 })
  process.stdout.write(`${JSON.stringify({ pid: process.pid, stdout })}\n`)
  yield* Effect.never
}).pipe(Effect.scoped, Effect.provide(LocalMachine.layer({ directory })), Effect.runPromise)
