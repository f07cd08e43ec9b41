/**
 * A session from beginning to end: created, used, deleted.
 *
 * Runs on a local cloud inside this process; with AGENTBAY_API_KEY set, on the real service.
 */
import { AgentBay } from "@effect-agentbay/core"
import { Effect, Stream } from "effect"
import { runExample } from "./support/run.js"
import { heading, print, step } from "./support/steps.js"

export const program = Effect.gen(function* () {
  const bay = yield* AgentBay.AgentBay
  const labels = { example: "quickstart" }

  yield* Effect.scoped(
    Effect.gen(function* () {
      // Finalizers run in reverse: the session's own deletion runs between the two halves of this line.
      yield* Effect.addFinalizer(() => print(" done\n"))
      const session = yield* step(
        "create a session",
        bay.session({ imageId: "code_latest", labels }),
        (created) => created.sessionId
      )
      yield* Effect.addFinalizer(() => print(heading("the scope closes: delete it")))

      yield* step(
        "run a command",
        session.command.run("echo hello from $(whoami) in $(pwd)"),
        ({ exitCode, stdout }) => `${stdout.trim()} (exit code ${exitCode})`
      )
      yield* step(
        "a command that fails is data",
        session.command.run("ls /no/such/place"),
        ({ exitCode, stderr }) => `exit code ${exitCode}: ${stderr.trim()}`
      )

      yield* step(
        "write a file",
        session.fileSystem.writeFileString("/tmp/greeting.txt", "hello, 世界 🌍"),
        () => "/tmp/greeting.txt"
      )
      yield* step("read it back", session.fileSystem.readFileString("/tmp/greeting.txt"), (text) => text)
      yield* step("ask about it", session.fileSystem.stat("/tmp/greeting.txt"), ({ size }) => `${size} bytes`)

      yield* step(
        "run Python",
        session.code.run("python", "text = open('/tmp/greeting.txt').read()\nprint(len(text), 'characters')"),
        ({ stdout }) => stdout.trim()
      )
      yield* step("its state is kept", session.code.run("python", "print(text[::-1])"), ({ stdout }) =>
        stdout.trim()
      )
      yield* step(
        "run JavaScript",
        session.code.run("javascript", "console.log([3, 1, 2].sort().join(' < '))"),
        ({ stdout }) => stdout.trim()
      )

      yield* step("read the labels back", session.getLabels, (found) => JSON.stringify(found))
      yield* step(
        "list sessions with them",
        bay.list({ labels }),
        ({ sessions }) => `${sessions.length} found`
      )

      yield* step(
        "catch a typed failure",
        session.fileSystem
          .readFileString("/tmp/missing.txt")
          .pipe(
            Effect.catchTag("FileError", ({ _tag, path, reason }) =>
              Effect.succeed(`${_tag} ${reason} at ${path}`)
            )
          ),
        (caught) => caught
      )
    })
  )

  const left = yield* Stream.runCount(bay.listAll({ labels }))
  yield* print(`sessions left: ${left}\n`)
  return left
})

runExample(import.meta.url, program)
