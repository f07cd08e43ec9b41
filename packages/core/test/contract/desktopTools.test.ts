import { describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { all } from "../../src/contract/Tools.js"
import {
  type InstalledApp,
  InstalledApp as InstalledAppSchema
} from "../../src/contract/tools/ApplicationTools.js"
import {
  ActiveWindowText,
  type WindowInfo,
  WindowInfo as WindowSchema
} from "../../src/contract/tools/WindowTools.js"
import { listText } from "../../src/contract/Wire.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"

const option = <A>(values: fc.Arbitrary<A>) => fc.option(values, { nil: undefined }).map(Option.fromNullable)

const side = fc.integer({ min: -5000, max: 5000 })

const windowWith = (children: fc.Arbitrary<ReadonlyArray<WindowInfo>>): fc.Arbitrary<WindowInfo> =>
  fc.record({
    id: fc.nat(),
    title: fc.string(),
    bounds: option(fc.record({ x: side, y: side, width: side, height: side })),
    pid: option(fc.nat()),
    processName: option(fc.string()),
    children
  })

const within = (inner: fc.Arbitrary<WindowInfo>) => windowWith(fc.array(inner, { maxLength: 2 }))

const window = within(within(windowWith(fc.constant([]))))

const comesBack = <A>(schema: Schema.Schema<A, string>, values: fc.Arbitrary<A>) =>
  check(
    fc.property(values, (value) => {
      assert.deepStrictEqual(Schema.decodeSync(schema)(Schema.encodeSync(schema)(value)), value)
    })
  )

describe("texts of the desktop", () => {
  it("windows come back as they were, alone, in lists and inside others", () => {
    comesBack(all.list_root_windows.result, fc.array(window, { maxLength: 4 }))
    comesBack(ActiveWindowText, option(window))
  })

  it("windows are written for clients of every generation", () => {
    const written = Schema.encodeSync(WindowSchema)({
      id: 7,
      title: "A",
      bounds: Option.none(),
      pid: Option.none(),
      processName: Option.none(),
      children: []
    })
    assert.deepStrictEqual(written, { window_id: 7, window_title: "A", title: "A", child_windows: [] })
  })

  it("applications come back as they were", () => {
    const text = fc.string({ minLength: 1 })
    const app: fc.Arbitrary<InstalledApp> = fc.record({
      name: fc.string(),
      startCommand: fc.string(),
      stopCommand: option(text),
      workDirectory: option(text)
    })
    comesBack(listText(InstalledAppSchema), fc.array(app))
  })

  it("no list is an empty text, which some clients take for a failure", () => {
    for (const tool of [all.list_root_windows, all.get_installed_apps, all.list_visible_apps]) {
      assert.strictEqual(Schema.encodeSync(tool.result as Schema.Schema<unknown, string>)([]), "[]")
    }
  })

  it("the argument that was renamed is read by either name", () => {
    const decode = Schema.decodeUnknownSync(all.get_installed_apps.args)
    const places = { start_menu: true, desktop: false }
    assert.isFalse(decode({ ...places, ignore_system_apps: false }).ignore_system_app)
    assert.isFalse(decode({ ...places, ignore_system_app: false }).ignore_system_app)
    assert.isTrue(decode(places).ignore_system_app)
  })

  it("what a tool cannot do is no argument of it", () => {
    for (const [schema, args] of [
      [all.click_mouse.args, { x: 1, y: 2, button: "nope" }],
      [all.drag_mouse.args, { from_x: 1, from_y: 1, to_x: 2, to_y: 2, button: "double_left" }],
      [all.scroll.args, { x: 1, y: 1, direction: "forward", amount: 1 }],
      [all.move_mouse.args, { x: 1.5, y: 1 }],
      [all.press_keys.args, { keys: "a", hold: false }],
      [all.screenshot.args, { format: "gif" }],
      [all.long_screenshot.args, { max_screens: 11, format: "png" }],
      [all.long_screenshot.args, { max_screens: 2, format: "png", quality: 0 }]
    ] as const) {
      const decode = Schema.decodeUnknownEither(schema as Schema.Schema<unknown, unknown>)
      assert.isTrue(Either.isLeft(decode(args)), JSON.stringify(args))
    }
  })
})
