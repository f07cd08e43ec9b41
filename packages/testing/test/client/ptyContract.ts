/** Terminals over the live channel. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type * as SessionPty from "@effect-agentbay/core/SessionPty"
import { Deferred, Effect, Exit, Fiber, Scope, Stream } from "effect"
import { TestCloud } from "../../src/TestCloud.js"
import { makeHarness, type Subject } from "./harness.js"

const limit = 60_000

/** Reads until a text is on the screen; a mark in what is typed keeps the echo from counting. */
const screenOf = (terminal: SessionPty.Terminal) =>
  Effect.gen(function* () {
    let shown = ""
    const waiting = new Map<string, Deferred.Deferred<void>>()
    yield* Stream.decodeText(terminal.output).pipe(
      Stream.runForEach((text) =>
        Effect.suspend(() => {
          shown += text
          return Effect.forEach(
            [...waiting].filter(([wanted]) => shown.includes(wanted)),
            ([, found]) => Deferred.succeed(found, undefined),
            { discard: true }
          )
        })
      ),
      Effect.ignore,
      Effect.forkScoped
    )
    return (wanted: string) =>
      Effect.gen(function* () {
        const found = yield* Deferred.make<void>()
        waiting.set(wanted, found)
        if (shown.includes(wanted)) return shown
        yield* Deferred.await(found)
        return shown
      })
  })

export const ptyContract = <E>(name: string, subject: Subject<E>) => {
  const { withLayer, withSession } = makeHarness(subject)
  const real = subject.machine === "bubblewrap"

  describe(`terminals ${name}`, () => {
    it.live(
      "a shell echoes what is typed, keeps its directory, and ends with a status",
      () =>
        withSession("link", ({ pty }) =>
          Effect.gen(function* () {
            const terminal = yield* pty.create({ cwd: "/tmp", env: { GREETING: "héllo" } })
            assert.deepStrictEqual(yield* pty.list, [terminal.ptyId])
            yield* terminal.input('echo "<$GREETING $PWD>"\r')
            yield* terminal.input("cd /\r")
            yield* terminal.input('echo "<$PWD>"\r')
            yield* terminal.input("exit 3\r")
            const shown = yield* Stream.mkString(Stream.decodeText(terminal.output))
            assert.include(shown, "<héllo /tmp>\r\n")
            assert.include(shown, "</>\r\n")
            assert.include(shown, 'echo "<$PWD>"')
            assert.strictEqual(yield* terminal.wait, 3)
            assert.deepStrictEqual(yield* pty.list, [])
            const error = yield* Effect.flip(terminal.input("x"))
            assert.deepInclude(error, { _tag: "PtyError", reason: "Ended", ptyId: terminal.ptyId })
          }).pipe(Effect.scoped)
        ),
      limit
    )

    it.live(
      "Ctrl-C ends what runs, another size is seen, and killing gives -9",
      () =>
        withSession("link", ({ pty }) =>
          Effect.gen(function* () {
            const terminal = yield* pty.create({ cols: 100, rows: 30 })
            const until = yield* screenOf(terminal)
            yield* terminal.input("stty size\r")
            yield* until("30 100")
            yield* terminal.input("echo begun-$((1+1)); sleep 600\r")
            if (real) yield* until("begun-2")
            yield* terminal.input("\x03")
            yield* until("^C")
            yield* terminal.resize({ cols: 132, rows: 43 })
            yield* terminal.input("tput cols; stty size\r")
            yield* until("43 132")
            yield* terminal.kill
            assert.strictEqual(yield* terminal.wait, -9)
            yield* terminal.kill
          }).pipe(Effect.scoped)
        ),
      limit
    )

    it.live(
      "what it shows is seen by everyone attached; a scope that closes kills it, or keeps it",
      () =>
        withSession("link", ({ pty }) =>
          Effect.gen(function* () {
            const scope = yield* Scope.make()
            const first = yield* Scope.extend(pty.create({ keep: true }), scope)
            const second = yield* pty.attach(first.ptyId)
            const [one, two] = [yield* Scope.extend(screenOf(first), scope), yield* screenOf(second)]
            yield* second.input("echo seen-$((20+22))\r")
            yield* one("seen-42")
            yield* two("seen-42")
            yield* Scope.close(scope, Exit.void)
            assert.deepStrictEqual(yield* pty.list, [first.ptyId])
            yield* second.input("echo still-$((20+23))\r")
            yield* two("still-43")
            yield* pty.kill(first.ptyId)
            assert.strictEqual(yield* second.wait, -9)
            const { ptyId } = yield* Effect.scoped(pty.create())
            assert.notInclude(yield* pty.list, ptyId)
            const unknown = yield* Effect.flip(pty.attach("pty-nobody"))
            assert.deepInclude(unknown, { _tag: "PtyError", reason: "Refused" })
          }).pipe(Effect.scoped)
        ),
      limit
    )

    it.live(
      "a lost connection is an error, the terminal goes on, and attaching leads back to it",
      () =>
        withLayer(
          true,
          Effect.gen(function* () {
            const bay = yield* AgentBay.AgentBay
            const cloud = yield* TestCloud
            const { pty, sessionId } = yield* bay.session()
            const terminal = yield* pty.create({ keep: true })
            const waiting = yield* Effect.fork(Effect.flip(terminal.wait))
            const output = yield* Effect.fork(Effect.flip(Stream.runDrain(terminal.output)))
            yield* cloud.dropSockets(sessionId)
            const errors = [yield* Fiber.join(waiting), yield* Fiber.join(output)]
            for (const error of errors) assert.deepInclude(error, { _tag: "ChannelError", reason: "Lost" })
            const again = yield* pty.attach(terminal.ptyId)
            const until = yield* screenOf(again)
            yield* again.input("echo back-$((1+2))\r")
            yield* until("back-3")
            yield* again.kill
            assert.strictEqual(yield* again.wait, -9)
          }).pipe(Effect.scoped)
        ),
      limit
    )

    it.live(
      "nothing is sent for a size, directory or variable that cannot be; the session refuses what it does not have",
      () =>
        withSession("link", ({ pty }) =>
          Effect.gen(function* () {
            for (const [options, field] of [
              [{ cols: 0 }, "cols"],
              [{ rows: 501 }, "rows"],
              [{ cols: 1.5 }, "cols"],
              [{ cwd: " " }, "cwd"],
              [{ shell: "" }, "shell"],
              [{ env: { "A=B": "1" } }, "env.A=B"]
            ] as const) {
              const error = yield* Effect.flip(pty.create(options))
              assert.deepInclude(error, { _tag: "InvalidArgument", field })
            }
            for (const options of [{ cwd: "/nowhere" }, { shell: "/bin/nothing" }]) {
              const error = yield* Effect.flip(pty.create(options))
              assert.deepInclude(error, { _tag: "PtyError", reason: "Refused" })
            }
          }).pipe(Effect.scoped)
        ),
      limit
    )

    if (real) {
      it.live(
        "a program for terminals runs in one: it fits its screen into a new size, and is left by its key",
        () =>
          withSession("link", ({ pty }) =>
            Effect.gen(function* () {
              const terminal = yield* pty.create({ cols: 90, rows: 25 })
              const until = yield* screenOf(terminal)
              // Its own next picture would come after a quarter of an hour.
              yield* terminal.input("exec top -d 1000\r")
              yield* until("COMMAND")
              yield* terminal.resize({ cols: 61, rows: 17 })
              // The line of titles ends with the last column that fits.
              yield* until("%MEM \x1b")
              yield* terminal.input("q")
              assert.strictEqual(yield* terminal.wait, 0)
            }).pipe(Effect.scoped)
          ),
        limit
      )

      it.live(
        "much that is typed at once arrives, though the program shows it while it reads",
        () =>
          withSession("link", ({ pty }) =>
            Effect.gen(function* () {
              const terminal = yield* pty.create()
              const text = `${"y".repeat(70)}\r`.repeat(3_000)
              const until = yield* screenOf(terminal)
              yield* terminal.input("stty -echo; echo ready-$((1+1)); cat; echo done-$((2+3)); exit 3\r")
              yield* until("ready-2")
              yield* terminal.input(`${text}\x04`)
              const shown = yield* until("done-5")
              assert.strictEqual(shown.split("y".repeat(70)).length - 1, 3_000)
              assert.strictEqual(yield* terminal.wait, 3)
            }).pipe(Effect.scoped)
          ),
        limit
      )

      it.live(
        "a program that fills the screen draws anew when the size changes",
        () =>
          withSession("link", ({ fileSystem, pty }) =>
            Effect.gen(function* () {
              yield* fileSystem.writeFileString(
                "/tmp/screen.sh",
                'draw() { printf "\\033[2J\\033[Hscreen %s\\n" "$(stty size | tr " " x)"; }\ntrap draw WINCH\ndraw\nwhile :; do sleep 0.1; done\n'
              )
              const terminal = yield* pty.create({ cols: 90, rows: 25 })
              const until = yield* screenOf(terminal)
              yield* terminal.input("bash /tmp/screen.sh\r")
              yield* until("screen 25x90")
              yield* terminal.resize({ cols: 61, rows: 17 })
              yield* until("\x1b[2J\x1b[Hscreen 17x61")
              // Ctrl-C leads back to the shell; every byte comes through, in order.
              yield* terminal.input("\x03")
              yield* terminal.input(
                "stty -echo; head -c 200000 /dev/zero | tr '\\0' x; echo; echo end-$((3+4)); exit\r"
              )
              const shown = yield* until("end-7")
              assert.strictEqual(/x{1000,}/.exec(shown)?.[0].length, 200_000)
              assert.strictEqual(yield* terminal.wait, 0)
            }).pipe(Effect.scoped)
          ),
        limit
      )
    }
  })
}
