/** A directory of this computer travels into a session, is worked on there, and the result comes back, checked. */

import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { AgentBay, SessionCommand } from "@effect-agentbay/core"
import { FileTransfer } from "@effect-agentbay/node"
import { Console, Effect, Either, Stream } from "effect"
import { runExample } from "./support/run.js"

const months = ["january", "february", "march"]

export const program = Effect.gen(function* () {
  const bay = yield* AgentBay.AgentBay
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped({ prefix: "agentbay-example-" })
  yield* fs.makeDirectory(`${directory}/reports`)
  for (const month of months) {
    yield* fs.writeFileString(`${directory}/reports/${month}.txt`, `sales in ${month}\n`.repeat(1000))
  }

  const session = yield* bay.session({ imageId: "linux_latest" })
  yield* FileTransfer.uploadDirectory(
    session.fileTransfer,
    `${directory}/reports`,
    "/home/wuying/reports"
  ).pipe(
    Stream.runForEach(({ path, result }) =>
      Console.log(Either.isRight(result) ? `sent ${path}` : `${path}: ${result.left.message}`)
    )
  )
  yield* session.command
    .run("cat reports/*.txt > year.txt", { cwd: "/home/wuying" })
    .pipe(SessionCommand.orFail)

  const year = `${directory}/year.txt`
  const { bytes, verified } = yield* FileTransfer.downloadFile(
    session.fileTransfer,
    "/home/wuying/year.txt",
    year
  )
  yield* Console.log(`received ${bytes} bytes, verified by ${verified}`)
  const lines = (yield* fs.readFileString(year)).trimEnd().split("\n").length
  return { bytes, lines, verified }
}).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))

runExample(import.meta.url, program)
