/** A file written in one session is there in the next: the context they both mount keeps it. */
import { AgentBay } from "@effect-agentbay/core"
import { Console, Effect } from "effect"
import { runExample } from "./support/run.js"

export const program = Effect.gen(function* () {
  const bay = yield* AgentBay.AgentBay
  const context = yield* bay.contexts.create("effect-agentbay-persistence")
  const contexts = [{ contextId: context.id, path: "/home/wuying/notes" }]

  yield* Effect.scoped(
    Effect.gen(function* () {
      const session = yield* bay.session({ imageId: "linux_latest", contexts })
      yield* session.fileSystem.writeFileString("/home/wuying/notes/today.txt", "remember the milk")
      yield* session.context.sync({ mode: "upload" })
      yield* Console.log(`wrote a note in ${session.sessionId}`)
    })
  )

  const { files } = yield* bay.contexts.files.list(context.id, "/home/wuying/notes")
  yield* Console.log(`the context keeps ${files.map((file) => file.name).join(", ")}`)

  const note = yield* Effect.scoped(
    Effect.gen(function* () {
      const session = yield* bay.session({ imageId: "linux_latest", contexts })
      yield* Console.log(`reading it in ${session.sessionId}`)
      return yield* session.fileSystem.readFileString("/home/wuying/notes/today.txt")
    })
  )
  yield* Console.log(note)
  yield* bay.contexts.delete(context.id)
  return note
})

runExample(import.meta.url, program)
