// A page of Playwright is imitated here, which speaks in promises.
// @effect-diagnostics asyncFunction:off globalDateInEffect:off
import { Buffer } from "node:buffer"
import { assert, describe, it } from "@effect/vitest"
import type { BrowserOperator } from "@effect-agentbay/core"
import { Effect, Option, Redacted, Schema } from "effect"
import { hasFields, assert as strict } from "../support/assertions.js"
import { type Answer, answer, failed } from "../support/FakeSession.js"
import { observation, open, Product } from "../support/operator.js"

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAAAAACcgYFdAAAAC0lEQVR4nGNggAIAAAkAAftSuKkAAAAASUVORK5CYII=",
  "base64"
)

describe("what is sent", () => {
  it.scoped("nothing but what was given", () =>
    Effect.gen(function* () {
      const { calls, operator } = yield* open((tool) =>
        tool.includes("observe") ? answer("[]") : answer('{"title":"T","ratings":1}')
      )
      yield* operator.act("click buy")
      yield* operator.observe("find buttons")
      yield* operator.extract("the product", Product)
      const { field_schema: schema, ...extract } = calls[2]?.args ?? {}
      assert.deepStrictEqual(
        [...calls.slice(0, 2), { tool: calls[2]?.tool, args: extract }],
        [
          { tool: "page_use_act", args: { context_id: 0, action: "click buy" } },
          { tool: "page_use_observe", args: { context_id: 0, instruction: "find buttons" } },
          { tool: "page_use_extract", args: { context_id: 0, instruction: "the product" } }
        ]
      )
      assert.isTrue(String(schema).startsWith("schema: {"))
      assert.deepStrictEqual(JSON.parse(String(schema).slice("schema: ".length)), {
        $ref: "#/definitions/ExtractSchema",
        definitions: {
          ExtractSchema: {
            type: "object",
            properties: { title: { type: "string" }, ratings: { type: "number" } },
            required: ["title", "ratings"],
            additionalProperties: false
          }
        },
        $schema: "http://json-schema.org/draft-07/schema#"
      })
    })
  )

  it.scoped("every option in its unit", () =>
    Effect.gen(function* () {
      const { calls, operator } = yield* open((tool) =>
        tool.includes("observe") ? answer("[]") : answer('{"title":"T","ratings":1}')
      )
      const page = { pageId: "T-1", contextIndex: 1 }
      yield* operator.act("type %name%", {
        page,
        variables: { name: "Ö" },
        timeout: "1500 millis",
        useVision: false,
        iframes: true,
        domSettleTimeout: "2 seconds"
      })
      yield* operator.observe("x", { page, useVision: true, selector: "#main", timeout: "5 seconds" })
      yield* operator.extract("x", Product, {
        page,
        selector: ".list",
        useTextExtract: true,
        maxPages: 3,
        iframes: false
      })
      const target = { context_id: 1, page_id: "T-1" }
      assert.deepStrictEqual(calls[0]?.args, {
        ...target,
        action: "type %name%",
        variables: { name: "Ö" },
        timeout: 2,
        use_vision: false,
        iframes: true,
        dom_settle_timeout_ms: 2000
      })
      assert.deepStrictEqual(calls[1]?.args, {
        ...target,
        instruction: "x",
        use_vision: true,
        selector: "#main"
      })
      const { field_schema: _, ...extract } = calls[2]?.args ?? {}
      assert.deepStrictEqual(extract, {
        ...target,
        instruction: "x",
        selector: ".list",
        use_text_extract: true,
        max_page: 3,
        iframe: false
      })
    })
  )

  it.scoped("an observation with its selector", () =>
    Effect.gen(function* () {
      const { calls, operator } = yield* open(answer("clicked"))
      yield* operator.act(observation)
      assert.deepStrictEqual(JSON.parse(String(calls[0]?.args["action"])), {
        method: "click",
        selector: "#buy",
        arguments: { button: "left" }
      })
    })
  )

  it.scoped("the configuration of a login as JSON text", () =>
    Effect.gen(function* () {
      const { calls, operator } = yield* open(answer("logged in"))
      const config = { apiKey: Redacted.make("key-SECRET"), skillId: "sk-1" }
      assert.strictEqual(yield* operator.login(config, { page: { pageId: "T" } }), "logged in")
      assert.deepStrictEqual(calls[0], {
        tool: "page_use_login",
        args: {
          login_config: '{"api_key":"key-SECRET","skill_id":"sk-1"}',
          context_id: 0,
          page_id: "T",
          use_vision: false
        }
      })
    })
  )

  const never: Answer = failed("never")
  const refused: ReadonlyArray<
    readonly [
      string,
      field: string,
      (operator: BrowserOperator.BrowserOperator.Service) => Effect.Effect<unknown, unknown>
    ]
  > = [
    ["a blank url", "url", (o) => o.navigate(" ")],
    ["a blank action", "action", (o) => o.act("")],
    ["an observation without selector", "action.selector", (o) => o.act({ ...observation, selector: "" })],
    ["a variable that is no text", "variables.a", (o) => o.act("x", { variables: { a: 1 as never } })],
    ["no time", "timeout", (o) => o.act("x", { timeout: 0 })],
    ["no time for an observation", "timeout", (o) => o.observe("x", { timeout: 0 })],
    ["no interval", "interval", (o) => o.extract("x", Product, { interval: 0 })],
    ["vision that is no boolean", "useVision", (o) => o.observe("x", { useVision: 1 as never })],
    ["a blank selector", "selector", (o) => o.observe("x", { selector: "" })],
    ["half a page", "maxPages", (o) => o.extract("x", Product, { maxPages: 0.5 })],
    [
      "a Schema that is no JSON",
      "schema",
      (o) => o.extract("x", Schema.Struct({ a: Schema.BigIntFromSelf }))
    ],
    ["a blank page", "page.pageId", (o) => o.act("x", { page: { pageId: "" } })],
    [
      "a context below 0",
      "page.contextIndex",
      (o) => o.act("x", { page: { pageId: "a", contextIndex: -1 } })
    ],
    ["a quality of 0", "quality", (o) => o.screenshot({ quality: 0 })],
    ["an empty clip", "clip", (o) => o.screenshot({ clip: { x: 0, y: 0, width: 0, height: 1 } })],
    ["a blank key", "config.apiKey", (o) => o.login({ apiKey: "", skillId: "a" })],
    ["a blank skill", "config.skillId", (o) => o.login({ apiKey: "a", skillId: "" })]
  ]
  for (const [name, field, call] of refused) {
    it.scoped(`nothing for ${name}`, () =>
      Effect.gen(function* () {
        const { calls, operator } = yield* open(never)
        hasFields(yield* Effect.flip(call(operator)), { _tag: "InvalidArgument", field })
        assert.deepStrictEqual(calls, [])
      })
    )
  }

  it.scoped("nothing before the browser is initialized, but for close", () =>
    Effect.gen(function* () {
      const { calls, operator } = yield* open(answer("closed"), false)
      for (const call of [
        operator.navigate("https://a.test"),
        operator.screenshot(),
        operator.act("x"),
        operator.observe("x"),
        operator.extract("x", Product),
        operator.actAsync("x"),
        operator.login({ apiKey: "a", skillId: "b" })
      ]) {
        hasFields(yield* Effect.flip(call as Effect.Effect<unknown, unknown>), {
          _tag: "BrowserError",
          reason: "NotInitialized"
        })
      }
      assert.deepStrictEqual(calls, [])
      yield* operator.close
      assert.deepStrictEqual(calls, [{ tool: "page_use_close_session", args: {} }])
    })
  )
})

const fakePage = (options: {
  readonly target?: unknown
  readonly contexts?: "others"
  readonly fails?: boolean
}) => {
  const log: Array<string> = []
  const context = {
    newCDPSession: async (page: unknown) => {
      if (options.fails === true) throw new Error("Target closed at wss://cdp.test/SECRETENDPOINT")
      assert.strictEqual(page, own)
      return {
        send: async (method: string) => {
          log.push(method)
          return options.target
        },
        detach: async () => {
          log.push("detach")
        }
      }
    },
    browser: () => ({ contexts: () => (options.contexts === "others" ? [{}] : [{}, context]) })
  }
  const own = { context: () => context }
  return { page: own, log }
}

describe("a page of Playwright", () => {
  it.scoped("is named by its target, and its session is let go", () =>
    Effect.gen(function* () {
      const { calls, operator } = yield* open(answer("done"))
      const { log, page } = fakePage({ target: { targetInfo: { targetId: "T-9" } } })
      yield* operator.act("x", { page })
      assert.deepStrictEqual(calls[0]?.args, { context_id: 1, page_id: "T-9", action: "x" })
      assert.deepStrictEqual(log, ["Target.getTargetInfo", "detach"])
    })
  )

  for (const [name, options] of [
    ["that is closed", { fails: true }],
    ["without a target", { target: { targetInfo: {} } }],
    ["of no context of its browser", { target: { targetInfo: { targetId: "T" } }, contexts: "others" }]
  ] as const) {
    it.scoped(`${name} is a failure, and no other page is used instead`, () =>
      Effect.gen(function* () {
        const { calls, operator } = yield* open(answer("done"))
        const error = yield* Effect.flip(operator.act("x", { page: fakePage(options).page }))
        hasFields(error, { _tag: "BrowserError", reason: "PageLookup", operation: "BrowserOperator.act" })
        assert.notInclude(error.message, "SECRET")
        assert.deepStrictEqual(calls, [])
      })
    )
  }
})

describe("what comes back", () => {
  it.scoped("a page that does not load is a failure, not a text", () =>
    Effect.gen(function* () {
      const fine = yield* open(answer("Navigated to https://a.test"))
      assert.strictEqual(yield* fine.operator.navigate("https://a.test"), "Navigated to https://a.test")
      const { operator } = yield* open(failed("net::ERR_NAME_NOT_RESOLVED"))
      hasFields(yield* Effect.flip(operator.navigate("https://a.test")), {
        _tag: "ToolError",
        text: "net::ERR_NAME_NOT_RESOLVED"
      })
    })
  )

  for (const [name, text] of [
    ["a data URL", `data:image/png;base64,${png.toString("base64")}`],
    ["bare base64", png.toString("base64")]
  ] as const) {
    it.scoped(`a picture: ${name}`, () =>
      Effect.gen(function* () {
        const { calls, operator } = yield* open(answer(text))
        const picture = yield* operator.screenshot({ timeout: "5 seconds" })
        assert.deepStrictEqual(calls[0]?.args, { context_id: 0, full_page: true, quality: 80, timeout: 5000 })
        assert.strictEqual(Buffer.compare(picture.bytes, png), 0)
        assert.strictEqual(picture.mediaType, "image/png")
        strict.deepStrictEqual([picture.width, picture.height], [Option.some(2), Option.some(3)])
      })
    )
  }

  for (const text of ["no page", "data:image/png;base64,AAAA", ""]) {
    it.scoped(`no picture: ${JSON.stringify(text)}`, () =>
      Effect.gen(function* () {
        const { operator } = yield* open(answer(text))
        hasFields(yield* Effect.flip(operator.screenshot()), { _tag: "SessionError", reason: "Decode" })
      })
    )
  }

  it.scoped("an action that the tool refuses, or reports as failed, is no success", () =>
    Effect.gen(function* () {
      const said = yield* open(failed("element not found"))
      hasFields(yield* Effect.flip(said.operator.act("x")), { _tag: "ToolError", text: "element not found" })
      const denied = yield* open(answer('{"success":false,"message":"no such button"}'))
      const error = yield* Effect.flip(denied.operator.act("x"))
      hasFields(error, {
        _tag: "BrowserError",
        reason: "ActFailed",
        detail: "no such button",
        requestId: "req-1"
      })
      const plain = yield* open(answer("I clicked it"))
      assert.deepStrictEqual(yield* plain.operator.act("x"), { message: "I clicked it", requestId: "req-1" })
    })
  )

  it.scoped("observations, with arguments as they are or as JSON text, and none", () =>
    Effect.gen(function* () {
      const { operator } = yield* open(
        answer(
          JSON.stringify([
            { ...observation, arguments: '{"button":"left"}' },
            { selector: "#a", method: "fill", arguments: { value: "x" } },
            { description: "d", arguments: "bad json" },
            { selector: "#b", description: null, arguments: null }
          ])
        )
      )
      assert.deepStrictEqual(yield* operator.observe("x"), [
        observation,
        { selector: "#a", description: "", method: "fill", arguments: { value: "x" } },
        { selector: "", description: "d", method: "", arguments: "bad json" },
        { selector: "#b", description: "", method: "", arguments: {} }
      ])
      const none = yield* open(answer("[]"))
      assert.deepStrictEqual(yield* none.operator.observe("x"), [])
      for (const text of ["no json", '{"selector":"#a"}', ""]) {
        const { operator: broken } = yield* open(answer(text))
        hasFields(yield* Effect.flip(broken.observe("x")), { _tag: "SessionError", reason: "Decode" })
      }
    })
  )

  it.scoped("an extraction is the decoded value, and what does not fit a typed failure", () =>
    Effect.gen(function* () {
      const Dated = Schema.Struct({ at: Schema.Date, price: Schema.NullOr(Schema.NumberFromString) })
      const { operator } = yield* open(answer('{"at":"2026-01-05T10:00:00.000Z","price":"1.5"}'))
      const value = yield* operator.extract("x", Dated)
      strict.deepStrictEqual(value, { at: new Date("2026-01-05T10:00:00.000Z"), price: 1.5 })
      const wrong = yield* open(answer('{"title":1}'))
      const error = yield* Effect.flip(wrong.operator.extract("x", Product))
      hasFields(error, { _tag: "BrowserError", reason: "ExtractMismatch", requestId: "req-1" })
      assert.include(error.message, "title")
      const broken = yield* open(answer("Soup"))
      hasFields(yield* Effect.flip(broken.operator.extract("x", Product)), {
        _tag: "SessionError",
        reason: "Decode"
      })
    })
  )

  it.scoped("the key of a login stands in no message", () =>
    Effect.gen(function* () {
      const { operator } = yield* open(failed("key-SECRET is not valid"))
      const error = yield* Effect.flip(operator.login({ apiKey: "key-SECRET", skillId: "sk-1" }))
      assert.strictEqual(error._tag, "ToolError")
      assert.notInclude(`${error.message} ${JSON.stringify(error)}`, "SECRET")
    })
  )
})
