import * as util from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { load, makeRealm } from "../../../src/machine/internal/memory/javaScript.js"
import { MemoryFiles } from "../../../src/machine/internal/memory/memoryFiles.js"

const makeShow = Effect.map(Effect.promise(load), (module) => {
  const realm = makeRealm(
    module,
    {
      files: new MemoryFiles(() => 0),
      home: "/",
      environment: {},
      cpuCount: 1,
      memoryBytes: 1,
      now: () => 0,
      nowNanos: () => 0n,
      randomName: (length) => "x".repeat(length),
      sleep: () => Promise.resolve()
    },
    { argv: [], cwd: "/", environment: {} },
    { print: () => undefined, display: () => undefined },
    () => false
  )
  return (code: string): unknown => {
    const progress = realm.start(code, "<test>", "cell")
    return progress._tag === "Done" ? progress.bundle?.["text/plain"] : progress
  }
})

const json = (value: unknown): string => `(${JSON.stringify(value)})`

const plainValue = FastCheck.letrec<{ value: unknown }>((tie) => ({
  value: FastCheck.oneof(
    { maxDepth: 4, withCrossShrink: true },
    FastCheck.integer(),
    FastCheck.double({ noNaN: true, noDefaultInfinity: true }).map((number) =>
      Object.is(number, -0) ? 0 : number
    ),
    FastCheck.boolean(),
    FastCheck.constant(null),
    FastCheck.string({ maxLength: 40 }),
    FastCheck.string({
      unit: FastCheck.constantFrom("a", "é", "\n", "'", '"', "`", "\\", "\u0007", "\u007f")
    }),
    FastCheck.array(FastCheck.integer({ min: -1000, max: 1000 }), { maxLength: 130 }),
    FastCheck.array(FastCheck.string({ maxLength: 12 }), { maxLength: 30 }),
    FastCheck.array(tie("value"), { maxLength: 8 }),
    FastCheck.dictionary(
      FastCheck.string({
        unit: FastCheck.constantFrom("a", "b", "_", "1", "-", "'"),
        minLength: 1,
        maxLength: 9
      }),
      tie("value"),
      { maxKeys: 8, noNullPrototype: true }
    )
  )
})).value

describe("values in JavaScript", () => {
  it.effect("look as in Node.js, whatever they are made of", () =>
    Effect.map(makeShow, (show) =>
      FastCheck.assert(
        FastCheck.property(plainValue, (value) => {
          assert.strictEqual(show(json(value)), util.inspect(JSON.parse(JSON.stringify(value))))
        }),
        { numRuns: 300 }
      )
    )
  )

  it.effect("look as in Node.js when they are of its special kinds", () =>
    Effect.map(makeShow, (show) => {
      const sources = [
        "new Map([[{ a: 1 }, [1, 2]], ['b', new Set(['c'])]])",
        "new Set()",
        "[undefined, , 3, , ,]",
        "Object.assign([1], { extra: true })",
        "({ get a() { return 1 }, set b(x) {}, get c() { return 1 }, set c(x) {} })",
        "({ [Symbol('s')]: Symbol.iterator, f() {}, g: () => {}, h: async () => {}, *i() {} })",
        "class Point { constructor() { this.x = 1 } }; [new Point(), Point, class extends Point {}]",
        "(() => { const o = { name: 'loop' }; o.self = o; o.list = [o, { o }]; return o })()",
        "({ a: { b: { c: { d: 1 } } }, e: [[[[1]]]], f: new Map([[1, new Map([[2, new Map([[3, {}]])]])]]) })",
        "[new Date(0), /a+/gi, 10n, -0, NaN, Infinity, 1e21]",
        "[new Uint8Array([1, 2, 3]), new Float64Array(2), new ArrayBuffer(4)]",
        "Object.create(null)",
        "Object.create({ inherited: 1 }, { shown: { value: 1, enumerable: true } })",
        "[new Number(3), new String('abc'), new Boolean(false)]",
        "({ [Symbol.toStringTag]: 'Tagged', a: 1 })",
        "'x'.repeat(200)",
        "['first line\\nsecond line, which is longer', 'x'.repeat(100)]",
        "Array.from({ length: 30 }, (_, i) => ({ id: i, name: 'row ' + i }))",
        "({ 'a-b': 1, 2: 'two', valid_name: 3, 'é': 4 })"
      ]
      for (const source of sources) {
        const wrapped = /^\w+ \w+ \{/.test(source) ? source : `(${source})`
        // biome-ignore lint/security/noGlobalEval: the sources are the constants above
        assert.strictEqual(show(wrapped), util.inspect(globalThis.eval(`{${wrapped}}`)), source)
      }
      // Not by comparison: a promise of this process shows marks where something in it watches promises.
      assert.strictEqual(
        show("([Promise.resolve({ a: 1 }), new Promise(() => {})])"),
        "[ Promise { { a: 1 } }, Promise { <pending> } ]"
      )
    })
  )

  it.effect("are formatted as console.log does", () =>
    Effect.map(makeShow, (show) => {
      const calls: ReadonlyArray<readonly [string, ...Array<unknown>]> = [
        ["%s %d %i %f %j %O %% %c.", "s", 1.5, 1.9, "2.5", { a: 1 }, { b: { c: {} } }, "css"],
        ["%s", null],
        ["%s %s", "only one"],
        ["100%", 1, { a: "b" }, "text"],
        ["%d", "0x10"],
        ["plain", ["x"], null, undefined]
      ]
      for (const [format, ...rest] of calls) {
        const args = [format, ...rest]
          .map((arg) => (arg === undefined ? "undefined" : JSON.stringify(arg)))
          .join(", ")
        assert.strictEqual(
          show(`require("util").format(${args})`),
          util.inspect(util.format(format, ...rest)),
          args
        )
      }
    })
  )
})
