import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as DotEnv from "@effect-agentbay/node/DotEnv"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"

/** A folder of its own, without `.env` files above it. */
const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(Path.join(tmpdir(), "dotenv-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const write = (path: string, content: string) => {
  mkdirSync(Path.dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

const lookUp = (name: string, options: DotEnv.Options) =>
  Config.option(Config.string(name)).pipe(Effect.provide(DotEnv.layer({ environment: {}, ...options })))

describe("where the file comes from", () => {
  it.scoped("the nearest one upward", () =>
    Effect.gen(function* () {
      const root = yield* folder
      write(Path.join(root, ".env"), "A=far\nB=far")
      write(Path.join(root, "x", ".env"), "A=near")
      const cwd = Path.join(root, "x", "y", "z")
      mkdirSync(cwd, { recursive: true })
      assert.deepStrictEqual(Option.getOrNull(yield* lookUp("A", { cwd })), "near")
      // One file is read, not all of them.
      assert.isNull(Option.getOrNull(yield* lookUp("B", { cwd })))
    })
  )

  it.scoped("folders called .env are passed by", () =>
    Effect.gen(function* () {
      const root = yield* folder
      write(Path.join(root, ".env"), "A=file")
      mkdirSync(Path.join(root, "x", ".env"), { recursive: true })
      assert.deepStrictEqual(Option.getOrNull(yield* lookUp("A", { cwd: Path.join(root, "x") })), "file")
    })
  )

  it.scoped("none at all is fine", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      assert.isNull(Option.getOrNull(yield* lookUp("A", { cwd })))
    })
  )

  it.scoped("a given one is read instead of a discovered one, for every variable", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      write(Path.join(cwd, ".env"), "A=discovered\nB=discovered")
      write(Path.join(cwd, "given.env"), "A=given")
      assert.deepStrictEqual(Option.getOrNull(yield* lookUp("A", { cwd, file: "given.env" })), "given")
      assert.deepStrictEqual(
        Option.getOrNull(yield* lookUp("A", { file: Path.join(cwd, "given.env") })),
        "given"
      )
      assert.isNull(Option.getOrNull(yield* lookUp("B", { cwd, file: "given.env" })))
      assert.isNull(Option.getOrNull(yield* lookUp("A", { cwd, file: false })))
    })
  )

  it.scoped("a given one that does not exist is an error that names it", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      write(Path.join(cwd, ".env"), "A=discovered")
      for (const file of ["missing.env", ".env/below-a-file"]) {
        const error = yield* Effect.flip(lookUp("A", { cwd, file }))
        assert.deepInclude(error, { _tag: "DotEnvError", reason: "NotFound", file: Path.join(cwd, file) })
        assert.include(error.message, Path.join(cwd, file))
      }
    })
  )

  it.scoped("a given one that cannot be read is an error that names it", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const error = yield* Effect.flip(lookUp("A", { cwd, file: "." }))
      assert.deepInclude(error, { _tag: "DotEnvError", reason: "Unreadable", file: cwd })
      assert.include(error.message, "EISDIR")
    })
  )
})

describe("how the file is read", () => {
  it.scoped("with quotes, comments, exports and several lines", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      write(
        Path.join(cwd, ".env"),
        [`# a comment`, `export A="quoted # value" # comment`, `B='two`, `lines'`, `C=`, `D = plain `].join(
          "\r\n"
        )
      )
      assert.deepStrictEqual(Option.getOrNull(yield* lookUp("A", { cwd })), "quoted # value")
      assert.deepStrictEqual(Option.getOrNull(yield* lookUp("B", { cwd })), "two\nlines")
      assert.deepStrictEqual(Option.getOrNull(yield* lookUp("C", { cwd })), "")
      assert.deepStrictEqual(Option.getOrNull(yield* lookUp("D", { cwd })), "plain")
    })
  )

  it.scoped("nested configuration finds it, as it finds the environment", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      write(Path.join(cwd, ".env"), "AGENTBAY_TIMEOUT_MS=5\nAGENTBAY_NAMES=a,b")
      const config = Config.all({
        timeout: Config.integer("TIMEOUT_MS"),
        names: Config.array(Config.string(), "NAMES"),
        region: Config.string("REGION_ID")
      }).pipe(Config.nested("AGENTBAY"))
      const read = yield* config.pipe(
        Effect.provide(DotEnv.layer({ cwd, environment: { AGENTBAY_REGION_ID: "cn" } }))
      )
      assert.deepStrictEqual(read, { timeout: 5, names: ["a", "b"], region: "cn" })
    })
  )
})

describe("the process", () => {
  it.scoped("is where the environment comes from, and it is not changed", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      write(Path.join(cwd, ".env"), "PATH=from the file\nDOTENV_TEST_NEW=from the file")
      const before = { ...process.env }
      const read = yield* Config.all([Config.string("PATH"), Config.string("DOTENV_TEST_NEW")]).pipe(
        Effect.provide(DotEnv.layer({ cwd }))
      )
      assert.deepStrictEqual(read, [before["PATH"], "from the file"])
      assert.deepStrictEqual({ ...process.env }, before)
    })
  )
})

describe("precedence", () => {
  const name = FastCheck.stringMatching(/^[A-Z][A-Z0-9_]{0,5}$/)
  // Present and empty is a value of its own.
  const value = FastCheck.stringMatching(/^[a-z0-9]{0,4}$/)
  const source = FastCheck.dictionary(name, FastCheck.option(value, { nil: undefined }), { maxKeys: 6 })

  it.effect.prop(
    "code wins over the environment, which wins over the file; presence counts, not content",
    {
      names: FastCheck.uniqueArray(name, { minLength: 1, maxLength: 4 }),
      code: source,
      env: source,
      file: source,
      pick: FastCheck.infiniteStream(FastCheck.nat(7))
    },
    ({ names, code, env, file, pick }) =>
      Effect.gen(function* () {
        const cwd = yield* folder
        // The same few names in several sources, or nothing would ever compete.
        for (const shared of names) {
          const where = pick.next().value
          if (where & 1) code = { ...code, [shared]: "c" }
          if (where & 2) env = { ...env, [shared]: where === 6 ? "" : "e" }
          if (where & 4) file = { ...file, [shared]: "f" }
        }
        const lines = Object.entries(file).flatMap(([key, text]) =>
          text === undefined ? [] : [`${key}=${text}`]
        )
        write(Path.join(cwd, ".env"), lines.join("\n"))
        const keys = [...new Set([...names, ...Object.keys({ ...code, ...env, ...file })])]
        const found = yield* Effect.forEach(keys, (key) => Config.option(Config.string(key))).pipe(
          Effect.provide(DotEnv.layer({ cwd, environment: env, variables: code }))
        )
        const expected = keys.map((key) =>
          Option.fromNullable(
            [code, env, file].map((source) => source[key]).find((text) => text !== undefined)
          )
        )
        assert.deepStrictEqual(found, expected)
      }).pipe(Effect.scoped),
    { fastCheck: { numRuns: 100 } }
  )
})
