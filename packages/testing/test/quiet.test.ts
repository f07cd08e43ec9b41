import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type { Session } from "@effect-agentbay/core/Session"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Logger, LogLevel, Schema } from "effect"
import { vi } from "vitest"

const methods = ["debug", "error", "info", "log", "trace", "warn"] as const

/** What is written to the outputs of the process or to the console meanwhile; it does not get there. */
const written = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const texts: Array<string> = []
      const note = (...parts: ReadonlyArray<unknown>) => {
        texts.push(parts.map(String).join(" "))
        return true
      }
      return {
        texts,
        spies: [
          ...methods.map((method) => vi.spyOn(console, method).mockImplementation(note)),
          vi.spyOn(process.stdout, "write").mockImplementation(note),
          vi.spyOn(process.stderr, "write").mockImplementation(note)
        ]
      }
    }),
    ({ texts }) => Effect.as(effect, texts),
    ({ spies }) =>
      Effect.sync(() => {
        for (const spy of spies) spy.mockRestore()
      })
  )

const soon = { interval: "5 millis" } as const

/** Work of every kind that official clients print something about, with failures among it. */
const program = Effect.gen(function* () {
  const bay = yield* AgentBay.AgentBay
  const cloud = yield* TestCloud
  yield* cloud.setAgents({
    steps: [{ action: "tap", reasoning: "Where?", content: "There.", duration: "10 millis" }],
    end: { status: "finished", product: "done" }
  })
  const use = (imageId: string, work: (session: Session.Service) => Effect.Effect<unknown, unknown>) =>
    Effect.scoped(Effect.flatMap(bay.session({ imageId }), work))
  yield* use("linux_latest", ({ command, fileSystem, fileTransfer, window }) =>
    Effect.gen(function* () {
      yield* command.run("echo hello")
      yield* Effect.flip(fileSystem.readFile("/none"))
      yield* fileTransfer.upload("/tmp/a.txt", new TextEncoder().encode("a"))
      yield* window.listRootWindows()
    })
  )
  yield* use("browser_latest", ({ agent, browser }) =>
    Effect.gen(function* () {
      yield* browser.initialize()
      yield* Effect.ignore(browser.operator.navigate("https://shop.test/SECRETPAGE"))
      yield* Effect.ignore(browser.operator.act("press SECRETBUTTON"))
      yield* Effect.ignore(browser.operator.extract("SECRETQUESTION", Schema.Struct({ a: Schema.String })))
      yield* Effect.ignore(agent.browser.run("SECRETTASK", soon))
    })
  )
  yield* use("mobile_latest", ({ agent, mobile }) =>
    Effect.gen(function* () {
      yield* mobile.configure({ hideNavigationBar: true })
      yield* agent.mobile.run("SECRETTASK", soon)
      yield* Effect.flip(mobile.simulate({ path: "/none" }))
    })
  )
})

describe("a client", () => {
  it.live("writes nothing to any output: what it has to say goes to the logger of the program", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* written(Effect.provide(program, Logger.replace(Logger.defaultLogger, Logger.none))),
        []
      )
      const logged = yield* written(Effect.logInfo("the test would see it"))
      assert.strictEqual(logged.length, 1)
    }).pipe(Logger.withMinimumLogLevel(LogLevel.All), Effect.provide(TestAgentBay.layer))
  )

  it.live("sends nothing but what the program asked for: no statistics, no words of the user elsewhere", () =>
    Effect.gen(function* () {
      yield* Effect.provide(program, Logger.replace(Logger.defaultLogger, Logger.none))
      const { journal } = yield* TestCloud
      const calls = yield* journal
      // Words of the user are in the calls that carry them out, and in no other.
      const told = calls.filter((call) => JSON.stringify(call).includes("SECRET"))
      assert.isNotEmpty(told)
      for (const { tool } of told)
        assert.match(String(tool), /^(page_use_|browser_use_|execute_task$|get_task_status$)/)
    }).pipe(Effect.provide(TestAgentBay.layer))
  )
})
