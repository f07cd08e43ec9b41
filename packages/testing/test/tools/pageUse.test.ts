import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import { Effect, Fiber, Option, Schema, TestClock } from "effect"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { TestCloud } from "../../src/TestCloud.js"

const pages = {
  "https://shop.test": `<title>Shop</title><h1>Soup</h1><p id="ratings">12 ratings</p>
    <form action="/search"><input name="q" aria-label="Search"><button>Go</button></form>
    <a href="/about#team" target="_blank">About us</a>`,
  "https://shop.test/search": "<h1>Results</h1>",
  "https://shop.test/about": "<h1>About</h1>"
}

const withSession = <A, E2>(
  use: (
    session: Effect.Effect.Success<ReturnType<AgentBay.AgentBay.Service["create"]>>
  ) => Effect.Effect<A, E2, TestCloud>,
  options: TestAgentBay.Options = {}
) =>
  Effect.gen(function* () {
    const bay = yield* AgentBay.AgentBay
    const session = yield* bay.session({ imageId: "browser_latest" })
    yield* session.browser.initialize()
    return yield* use(session)
  }).pipe(Effect.scoped, Effect.provide(TestAgentBay.layerWith({ pages, ...options })))

const Title = Schema.Struct({ title: Schema.String })

describe("pages of the in-memory browser", () => {
  it.effect("are found by their URL, and follow links and forms", () =>
    withSession(({ browser: { operator } }) =>
      Effect.gen(function* () {
        const heading = Effect.map(operator.extract("x", Title), ({ title }) => title)
        assert.strictEqual(yield* operator.navigate("https://shop.test"), "Navigated to https://shop.test/")
        assert.strictEqual(yield* heading, "Soup")
        yield* operator.act('type "lentils & peas" into search; press Enter')
        assert.strictEqual(yield* heading, "Results")
        const { url } = yield* operator.extract("x", Schema.Struct({ url: Schema.String }))
        assert.strictEqual(url, "https://shop.test/search?q=lentils+%26+peas")
        yield* operator.navigate("https://shop.test/")
        yield* operator.act("click About us")
        assert.strictEqual(yield* heading, "About")
        const error = yield* Effect.flip(operator.navigate("https://elsewhere.test/"))
        assert.include(error.message, "ERR_NAME_NOT_RESOLVED")
        const cloud = yield* TestCloud
        yield* cloud.setPage("https://elsewhere.test", "<h1>New</h1>")
        yield* operator.navigate("https://elsewhere.test/")
        assert.strictEqual(yield* heading, "New")
      })
    )
  )

  it.effect("begin with the one of the option", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const { browser } = yield* bay.session({ imageId: "browser_latest" })
      const error = yield* Effect.flip(browser.initialize({ defaultNavigateUrl: "https://none.test/" }))
      assert.strictEqual(error._tag, "SessionError")
      yield* browser.initialize({ defaultNavigateUrl: "https://shop.test/" })
      assert.deepStrictEqual(yield* browser.operator.extract("x", Title), { title: "Soup" })
    }).pipe(Effect.scoped, Effect.provide(TestAgentBay.layerWith({ pages })))
  )
})

describe("tasks of the operator", () => {
  it.effect("take the time that the cloud was given", () =>
    withSession(
      ({ browser: { operator } }) =>
        Effect.gen(function* () {
          yield* operator.navigate("https://shop.test/")
          const acting = yield* operator.actAsync("type a into search")
          const observing = yield* operator.observeAsync("buttons")
          const extracting = yield* operator.extractAsync("x", Title)
          for (const { poll } of [acting, observing, extracting]) {
            assert.deepStrictEqual(yield* poll as Effect.Effect<unknown, unknown>, { _tag: "Pending" })
          }
          const fiber = yield* Effect.fork(extracting.await())
          yield* TestClock.adjust("9 seconds")
          assert.isTrue(Option.isNone(yield* Fiber.poll(fiber)))
          yield* TestClock.adjust("3 seconds")
          assert.deepStrictEqual(yield* Fiber.join(fiber), { title: "Soup" })
          assert.strictEqual((yield* acting.poll)._tag, "Done")
          const late = yield* operator.observeAsync("buttons")
          const waiting = yield* Effect.fork(Effect.flip(late.await({ timeout: "5 seconds" })))
          yield* TestClock.adjust("5 seconds")
          assert.deepInclude(yield* Fiber.join(waiting), { _tag: "BrowserError", reason: "TaskTimeout" })
        }),
      { pageTaskDelay: "10 seconds" }
    )
  )

  it.effect("are known under their own kind only", () =>
    withSession(({ browser: { operator } }) =>
      Effect.gen(function* () {
        const { taskId } = yield* operator.observeAsync("x")
        assert.strictEqual((yield* operator.observeTask(taskId).poll)._tag, "Done")
        assert.strictEqual((yield* operator.actTask(taskId).poll)._tag, "Failed")
      })
    )
  )
})

describe("what other clients send", () => {
  const schemas = [
    `schema: {"type":"object","properties":{"title":{"type":"string"}},"required":["title"]}`,
    `schema: {"$ref":"#/definitions/E","definitions":{"E":{"type":"object","properties":{"title":{"$ref":"#/definitions/T"}}},"T":{"type":"string"}}}`,
    `schema: {"title":"Model","type":"object","properties":{"title":{"anyOf":[{"type":"string"},{"type":"null"}],"default":null}}}`
  ]
  for (const field_schema of schemas) {
    it.effect(`is understood: ${field_schema}`, () =>
      withSession(({ browser, callMcpTool }) =>
        Effect.gen(function* () {
          yield* browser.operator.navigate("https://shop.test/")
          const { text } = yield* callMcpTool("page_use_extract", {
            context_id: 0,
            instruction: "x",
            field_schema,
            trace_id: "0".repeat(32),
            iframe: false,
            dom_settle_timeout_ms: 10
          })
          assert.deepStrictEqual(JSON.parse(text), { title: "Soup" })
        })
      )
    )
  }

  it.effect("a class name instead of a schema leaves the text of the page", () =>
    withSession(({ browser, callMcpTool }) =>
      Effect.gen(function* () {
        yield* browser.operator.navigate("https://shop.test/")
        const args = { context_id: 0, instruction: "x" }
        const { text } = yield* callMcpTool("page_use_extract", {
          ...args,
          field_schema: 'schema: {"name":"P"}'
        })
        assert.strictEqual(JSON.parse(text), "Soup 12 ratings Go About us")
        const none = yield* Effect.flip(
          callMcpTool("page_use_extract", { ...args, field_schema: "schema: no" })
        )
        assert.include(none.message, "field_schema")
      })
    )
  )

  it.effect("the baseline's names of arguments, and observations with arguments as text", () =>
    withSession(({ browser, callMcpTool }) =>
      Effect.gen(function* () {
        yield* browser.operator.navigate("https://shop.test/")
        const act = { context_id: 0, timeout_ms: 5000, iframes: true, dom_settle_timeout_ms: 1 }
        const action = JSON.stringify({ method: "fill", selector: "input", arguments: '{"value":"x"}' })
        yield* callMcpTool("page_use_act", { ...act, action })
        const observed = yield* callMcpTool("page_use_observe", {
          context_id: 0,
          instruction: "search field"
        })
        const [found] = JSON.parse(observed.text)
        assert.strictEqual(typeof found.arguments, "string")
        assert.deepStrictEqual(JSON.parse(found.arguments), { value: "x" })
      })
    )
  )
})

it.effect("a login has no skill here, unless a test writes its answer", () =>
  withSession(({ browser: { operator } }) =>
    Effect.gen(function* () {
      const config = { apiKey: "key-SECRET", skillId: "s" }
      const error = yield* Effect.flip(operator.login(config))
      assert.strictEqual(error._tag, "ToolError")
      const cloud = yield* TestCloud
      yield* cloud.scriptTool("page_use_login", ["welcome"])
      assert.strictEqual(yield* operator.login(config), "welcome")
    })
  )
)
