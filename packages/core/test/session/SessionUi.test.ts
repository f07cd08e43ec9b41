import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { SessionMobile } from "../../src/session/SessionMobile.js"
import type { SessionUi } from "../../src/session/SessionUi.js"
import { assert, hasFields } from "../support/assertions.js"
import { makeDesktopSession } from "../support/desktop.js"
import { type Answer, answer, failed, type Json } from "../support/FakeSession.js"

type Ui = SessionUi.Service
type Failure = SessionMobile.Failure

const saying = (value: unknown) => makeDesktopSession(answer(JSON.stringify(value)))

const actions: ReadonlyArray<
  readonly [
    name: keyof Ui,
    tool: string,
    cases: ReadonlyArray<readonly [(ui: Ui) => Effect.Effect<void, Failure>, Json]>
  ]
> = [
  [
    "click",
    "click",
    [
      [(ui) => ui.click(1, 2), { x: 1, y: 2, button: "left" }],
      [(ui) => ui.click(-1, 0, "right"), { x: -1, y: 0, button: "right" }],
      [(ui) => ui.click(1, 2, "double_left"), { x: 1, y: 2, button: "double_left" }]
    ]
  ],
  [
    "swipe",
    "swipe",
    [
      [(ui) => ui.swipe(1, 2, 3, 4), { start_x: 1, start_y: 2, end_x: 3, end_y: 4, duration_ms: 300 }],
      [
        (ui) => ui.swipe(1, 2, 3, 4, { duration: "1 second" }),
        { start_x: 1, start_y: 2, end_x: 3, end_y: 4, duration_ms: 1000 }
      ]
    ]
  ],
  [
    "sendKey",
    "send_key",
    [
      [(ui) => ui.sendKey("HOME"), { key: 3 }],
      [(ui) => ui.sendKey("BACK"), { key: 4 }],
      [(ui) => ui.sendKey("VOLUME_UP"), { key: 24 }],
      [(ui) => ui.sendKey("VOLUME_DOWN"), { key: 25 }],
      [(ui) => ui.sendKey("POWER"), { key: 26 }],
      [(ui) => ui.sendKey("MENU"), { key: 82 }],
      [(ui) => ui.sendKey(66), { key: 66 }]
    ]
  ],
  [
    "inputText",
    "input_text",
    [
      [(ui) => ui.inputText('héllo 😀 "q"\n'), { text: 'héllo 😀 "q"\n' }],
      [(ui) => ui.inputText(""), { text: "" }]
    ]
  ]
]

describe("fingers, keys and the mouse", () => {
  for (const [name, tool, cases] of actions) {
    it.scoped(`${name}: sends what the first generation sends; a refusal is a failure`, () =>
      Effect.gen(function* () {
        const { calls, ui } = yield* makeDesktopSession(answer("true"))
        for (const [act] of cases) yield* act(ui)
        assert.deepStrictEqual(
          calls,
          cases.map(([, args]) => ({ tool, args }))
        )
        for (const [act] of cases) {
          const refused = yield* makeDesktopSession(failed(`tool not found: ${tool}`))
          hasFields(yield* Effect.flip(act(refused.ui)), {
            _tag: "ToolError",
            operation: `SessionUi.${name}`,
            tool
          })
        }
      })
    )
  }

  it.scoped("refuse what cannot be meant, and name it", () =>
    Effect.gen(function* () {
      const { calls, ui } = yield* makeDesktopSession(answer("true"))
      const cases: ReadonlyArray<readonly [string, string, Effect.Effect<unknown, Failure>]> = [
        ["click", "x", ui.click(Number.NaN, 1)],
        ["click", "y", ui.click(1, 0.5)],
        ["click", "button", ui.click(1, 1, "nope" as "left")],
        ["swipe", "startX", ui.swipe(0.5, 1, 1, 1)],
        ["swipe", "endY", ui.swipe(1, 1, 1, Number.NaN)],
        ["swipe", "duration", ui.swipe(1, 1, 1, 1, { duration: 0 })],
        ["sendKey", "key", ui.sendKey(-1)],
        ["sendKey", "key", ui.sendKey("NO_SUCH_KEY" as "HOME")],
        ["inputText", "text", ui.inputText(5 as never)],
        ["getAllUIElements", "timeout", ui.getAllUIElements({ timeout: -1 })],
        ["getClickableUIElements", "timeout", ui.getClickableUIElements({ timeout: 0 })],
        ["screenshot", "format", ui.screenshot({ format: "gif" as "png" })]
      ]
      for (const [name, field, effect] of cases) {
        hasFields(yield* Effect.flip(effect), {
          _tag: "InvalidArgument",
          operation: `SessionUi.${name}`,
          field
        })
      }
      assert.deepStrictEqual(calls, [])
    })
  )
})

const looks: ReadonlyArray<"getClickableUIElements" | "getAllUIElements"> = [
  "getClickableUIElements",
  "getAllUIElements"
]

describe("elements", () => {
  for (const name of looks) {
    const tool = name === "getAllUIElements" ? "get_all_ui_elements" : "get_clickable_ui_elements"

    it.scoped(`${name}: looks for two seconds, or as long as it is told, and asks for no format`, () =>
      Effect.gen(function* () {
        const { calls, ui } = yield* saying([])
        assert.deepStrictEqual(yield* ui[name](), [])
        yield* ui[name]({ timeout: "1 second" })
        assert.deepStrictEqual(calls, [
          { tool, args: { timeout_ms: 2000 } },
          { tool, args: { timeout_ms: 1000 } }
        ])
      })
    )

    it.scoped(`${name}: have rectangles, however these are written`, () =>
      Effect.gen(function* () {
        const { ui } = yield* saying([
          { text: "object", bounds: { left: 1, top: 2, right: 11, bottom: 22 } },
          { text: "text", bounds: "1,2,11,22" },
          { text: "brackets", bounds: "[1,2][11,22]", children: [{ text: "inside", className: "View" }] }
        ])
        const elements = yield* ui[name]()
        const expected = { left: 1, top: 2, right: 11, bottom: 22, width: 10, height: 20 }
        assert.deepStrictEqual(
          elements.map(({ text }) => text),
          ["object", "text", "brackets"]
        )
        for (const { bounds } of elements) hasFields(Option.getOrThrow(bounds), expected)
        assert.deepStrictEqual(
          elements.map(({ children }) => children.map(({ text }) => text)),
          [[], [], ["inside"]]
        )
      })
    )

    it.scoped(`${name}: an answer in another form is a failure`, () =>
      Effect.gen(function* () {
        for (const text of ["{", "1", "[1]"]) {
          const { ui } = yield* makeDesktopSession(answer(text))
          hasFields(yield* Effect.flip(ui[name]()), {
            _tag: "SessionError",
            reason: "Decode",
            operation: `SessionUi.${name}`
          })
        }
      })
    )
  }
})

const url = "https://pictures.example.com/1.png?signature=s3cret"

describe("pictures", () => {
  it.scoped("screenshotUrl: the URL of the picture, which is a secret", () =>
    Effect.gen(function* () {
      const { calls, ui } = yield* makeDesktopSession(answer(url))
      const link = yield* ui.screenshotUrl
      assert.strictEqual(Redacted.value(link), url)
      assert.notInclude(String(link), "s3cret")
      assert.deepStrictEqual(calls, [{ tool: "system_screenshot", args: {} }])
    })
  )

  it.scoped("screenshot and screenshotUrl: an answer that is no URL is never a success", () =>
    Effect.gen(function* () {
      const answers: ReadonlyArray<Answer> = [answer(""), answer("{}"), answer("ok"), failed("no screen")]
      for (const reply of answers) {
        const { ui } = yield* makeDesktopSession(reply)
        for (const [name, picture] of [
          ["screenshot", Effect.asVoid(ui.screenshot())],
          ["screenshotUrl", Effect.asVoid(ui.screenshotUrl)]
        ] as const) {
          hasFields(yield* Effect.flip(picture), {
            _tag: reply.isError ? "ToolError" : "SessionError",
            operation: `SessionUi.${name}`
          })
        }
      }
    })
  )
})
