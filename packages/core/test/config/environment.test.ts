import { describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as AgentBayConfig from "../../src/AgentBayConfig.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"

const all = {
  AGENTBAY_API_KEY: "akm-env",
  AGENTBAY_ENDPOINT: "http://env.example:81",
  AGENTBAY_TIMEOUT_MS: "1500",
  AGENTBAY_REGION_ID: "env-region"
}

const withVariables =
  (variables: Readonly<Record<string, string>>) =>
  <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.withConfigProvider(effect, ConfigProvider.fromMap(new Map(Object.entries(variables))))

const read = (variables: Readonly<Record<string, string>>, explicit?: Partial<AgentBayConfig.Options>) =>
  Effect.runSync(AgentBayConfig.fromEnvironment(explicit).pipe(withVariables(variables)))

const refusal = (variables: Readonly<Record<string, string>>, explicit?: Partial<AgentBayConfig.Options>) =>
  Effect.runSync(Effect.flip(AgentBayConfig.fromEnvironment(explicit).pipe(withVariables(variables))))

describe("settings from the environment", () => {
  it("all four variables are read", () => {
    const config = read(all)
    assert.strictEqual(Redacted.value(config.apiKey), "akm-env")
    assert.strictEqual(config.endpoint, "http://env.example:81/")
    assert.strictEqual(Duration.toMillis(config.timeouts.request), 1500)
    assert.deepStrictEqual(config.regionId, Option.some("env-region"))
  })

  it("the key alone is enough", () => {
    const config = read({ AGENTBAY_API_KEY: "akm-env" })
    assert.strictEqual(config.endpoint, `https://${AgentBayConfig.defaultEndpoint}/`)
    assert.strictEqual(Duration.toSeconds(config.timeouts.request), 60)
    assert.deepStrictEqual(config.regionId, Option.none())
  })

  it("what is given explicitly wins, setting by setting", () => {
    const explicit = {
      apiKey: "akm-code",
      endpoint: "code.example",
      regionId: "code-region",
      timeouts: { request: "7 seconds" }
    } satisfies AgentBayConfig.Options
    const names = ["apiKey", "endpoint", "regionId", "timeouts"] as const
    check(
      fc.property(fc.subarray([...names]), (given) => {
        const config = read(all, Object.fromEntries(given.map((name) => [name, explicit[name]])))
        const from = (name: (typeof names)[number]) => (given.includes(name) ? "code" : "env")
        assert.strictEqual(Redacted.value(config.apiKey), `akm-${from("apiKey")}`)
        assert.include(config.endpoint, `${from("endpoint")}.example`)
        assert.deepStrictEqual(config.regionId, Option.some(`${from("regionId")}-region`))
        assert.strictEqual(
          Duration.toMillis(config.timeouts.request),
          from("timeouts") === "code" ? 7000 : 1500
        )
      })
    )
  })

  it("a malformed variable does not matter where the setting is given explicitly", () => {
    const config = read(
      { AGENTBAY_API_KEY: "", AGENTBAY_ENDPOINT: "ftp://x", AGENTBAY_TIMEOUT_MS: "soon" },
      { apiKey: "akm-code", endpoint: "code.example", timeouts: { request: 10 } }
    )
    assert.strictEqual(config.endpoint, "https://code.example/")
  })

  it("other timeouts given explicitly leave the variable in force", () => {
    const config = read(all, { timeouts: { link: "1 minute" } })
    assert.strictEqual(Duration.toMillis(config.timeouts.request), 1500)
    assert.strictEqual(Duration.toMillis(config.timeouts.link), 60_000)
  })

  const malformed: ReadonlyArray<readonly [variable: string, value: string, field: string]> = [
    ["AGENTBAY_API_KEY", "", "apiKey"],
    ["AGENTBAY_API_KEY", " ", "apiKey"],
    ["AGENTBAY_ENDPOINT", "", "endpoint"],
    ["AGENTBAY_ENDPOINT", "ftp://env.example", "endpoint"],
    ["AGENTBAY_TIMEOUT_MS", "", "timeouts.request"],
    ["AGENTBAY_TIMEOUT_MS", "0", "timeouts.request"],
    ["AGENTBAY_TIMEOUT_MS", "-1", "timeouts.request"],
    ["AGENTBAY_TIMEOUT_MS", "1.5", "timeouts.request"],
    ["AGENTBAY_TIMEOUT_MS", "60s", "timeouts.request"],
    ["AGENTBAY_TIMEOUT_MS", "1e3", "timeouts.request"]
  ]
  for (const [variable, value, field] of malformed) {
    it(`${variable}=${JSON.stringify(value)} is refused by name`, () => {
      const error = refusal({ ...all, [variable]: value })
      assert.strictEqual(error._tag, "InvalidConfiguration")
      assert.strictEqual(error.field, field)
      assert.strictEqual(error.variable, variable)
      assert.include(error.message, `${variable} (${field})`)
    })
  }

  it("a missing key is refused by name", () => {
    const error = refusal({})
    assert.strictEqual(error.variable, "AGENTBAY_API_KEY")
    assert.include(error.message, "AGENTBAY_API_KEY (apiKey) must be set")
  })

  it("a provider that cannot be read is refused by name, without what it says", () => {
    const broken = {
      ...ConfigProvider.fromMap(new Map()),
      load: () => Effect.fail(ConfigError.Unsupported([], "akm-SECRET"))
    }
    const error = Effect.runSync(
      Effect.flip(Effect.withConfigProvider(AgentBayConfig.fromEnvironment(), broken))
    )
    assert.strictEqual(error.variable, "AGENTBAY_API_KEY")
    assert.notInclude(JSON.stringify(error) + error.message, "SECRET")
  })
})

describe("layers", () => {
  const endpointOf = Effect.map(AgentBayConfig.AgentBayConfig, ({ endpoint }) => endpoint)

  it("layer takes options", () => {
    const layer = AgentBayConfig.layer({ apiKey: "k", endpoint: "a.example" })
    assert.strictEqual(Effect.runSync(Effect.provide(endpointOf, layer)), "https://a.example/")
  })

  it("layerEnv reads the variables", () => {
    const layer = AgentBayConfig.layerEnv()
    assert.strictEqual(
      Effect.runSync(endpointOf.pipe(Effect.provide(layer), withVariables(all))),
      "http://env.example:81/"
    )
  })

  it("layerConfig takes a configuration of the caller's own", () => {
    const layer = AgentBayConfig.layerConfig({
      apiKey: Config.redacted("MY_KEY"),
      endpoint: Config.string("MY_HOST").pipe(Config.withDefault("default.example"))
    })
    const program = endpointOf.pipe(Effect.provide(layer))
    assert.strictEqual(
      Effect.runSync(program.pipe(withVariables({ MY_KEY: "k" }))),
      "https://default.example/"
    )
    const error = Effect.runSync(
      Effect.flip(program.pipe(withVariables({ MY_KEY: "k", MY_HOST: "ftp://x" })))
    )
    assert.include(String(error), "endpoint")
  })

  it("a wrong setting is a failure of the layer", () => {
    const error = Effect.runSync(
      Effect.flip(Effect.scoped(Layer.build(AgentBayConfig.layer({ apiKey: "k", endpoint: "ftp://x" }))))
    )
    assert.strictEqual(error._tag, "InvalidConfiguration")
  })
})
