import { describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import manifest from "../../package.json" with { type: "json" }
import * as AgentBayConfig from "../../src/AgentBayConfig.js"
import { version } from "../../src/internal/version.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"

const accepted = (options: Partial<AgentBayConfig.Options>) =>
  Effect.runSync(AgentBayConfig.make({ apiKey: "akm-1", ...options }))

const rejected = (options: Partial<AgentBayConfig.Options>) =>
  Effect.runSync(Effect.flip(AgentBayConfig.make({ apiKey: "akm-1", ...options })))

describe("defaults", () => {
  it("are those of the service", () => {
    const config = accepted({})
    assert.strictEqual(config.endpoint, "https://wuyingai.cn-shanghai.aliyuncs.com/")
    assert.strictEqual(Redacted.value(config.apiKey), "akm-1")
    assert.strictEqual(Duration.toSeconds(config.timeouts.request), 60)
    assert.strictEqual(Duration.toSeconds(config.timeouts.link), 900)
    assert.strictEqual(Duration.toSeconds(config.timeouts.deletion), 300)
    assert.deepStrictEqual(config.regionId, Option.none())
    assert.strictEqual(config.framework, "")
    assert.strictEqual(config.userAgent, `effect-agentbay/${version}`)
    assert.strictEqual(config.vpcFallback, "none")
    assert.strictEqual(config.deletion, "auto")
  })

  it("give way to what is given", () => {
    const config = accepted({
      regionId: "cn-hangzhou",
      timeouts: { request: "5 seconds", link: 1000, deletion: Duration.minutes(1) },
      framework: "f",
      userAgent: "u",
      vpcFallback: "api",
      deletion: "ReleaseMcpSession"
    })
    assert.deepStrictEqual(config.regionId, Option.some("cn-hangzhou"))
    assert.deepStrictEqual(
      [config.timeouts.request, config.timeouts.link, config.timeouts.deletion].map((time) =>
        Duration.toMillis(time)
      ),
      [5000, 1000, 60_000]
    )
    assert.deepInclude(config, {
      framework: "f",
      userAgent: "u",
      vpcFallback: "api",
      deletion: "ReleaseMcpSession"
    })
  })

  it("an empty region is no region", () => {
    assert.deepStrictEqual(accepted({ regionId: "" }).regionId, Option.none())
  })
})

describe("the endpoint", () => {
  const forms: ReadonlyArray<readonly [given: string, url: string]> = [
    ["gateway.example", "https://gateway.example/"],
    ["gateway.example:8443", "https://gateway.example:8443/"],
    ["127.0.0.1:8099", "https://127.0.0.1:8099/"],
    ["localhost:80", "https://localhost:80/"],
    ["[::1]:8080", "https://[::1]:8080/"],
    ["gateway.example/prefix", "https://gateway.example/prefix/"],
    ["gateway.example:8443/a/b/", "https://gateway.example:8443/a/b/"],
    ["http://127.0.0.1:8099", "http://127.0.0.1:8099/"],
    ["http://127.0.0.1:8099/", "http://127.0.0.1:8099/"],
    ["https://gateway.example/prefix", "https://gateway.example/prefix/"],
    ["HTTP://Gateway.Example", "http://gateway.example/"],
    ["  gateway.example  ", "https://gateway.example/"]
  ]
  for (const [given, url] of forms) {
    it(`${JSON.stringify(given)} is ${url}`, () =>
      assert.strictEqual(accepted({ endpoint: given }).endpoint, url))
  }

  const malformed = [
    "",
    "   ",
    "https://",
    "http:/gateway.example",
    "https:gateway.example",
    "ftp://gateway.example",
    "ws://gateway.example",
    "file:///etc/passwd",
    "gateway example",
    "gateway.example:99999",
    "gateway.example:port",
    "gateway.example?x=1",
    "gateway.example#x",
    "https://user@gateway.example",
    "https://user:hunter2@gateway.example",
    "user:hunter2@gateway.example"
  ]
  for (const endpoint of malformed) {
    it(`${JSON.stringify(endpoint)} is refused with the option, the variable and the rule`, () => {
      const error = rejected({ endpoint })
      assert.strictEqual(error._tag, "InvalidConfiguration")
      assert.strictEqual(error.field, "endpoint")
      assert.strictEqual(error.variable, "AGENTBAY_ENDPOINT")
      assert.include(error.message, "AGENTBAY_ENDPOINT (endpoint) is ")
      assert.include(error.message, "it must be a host, host:port, or an http:// or https:// URL")
      assert.notInclude(`${error.message} ${JSON.stringify(error)} ${String(error)}`, "hunter2")
    })
  }

  it("any host, port and path gives one absolute URL that ends in a slash", () => {
    const host = fc.stringMatching(
      /^[a-z]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]([a-z0-9-]{0,10}[a-z0-9])?){0,3}$/
    )
    const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined })
    const path = fc.array(fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/), { maxLength: 3 })
    const scheme = fc.constantFrom("", "http://", "https://")
    check(
      fc.property(scheme, host, port, path, fc.boolean(), (scheme, host, port, path, slash) => {
        const given = `${scheme}${host}${port === undefined ? "" : `:${port}`}${path.map((part) => `/${part}`).join("")}${slash ? "/" : ""}`
        const url = new URL(accepted({ endpoint: given }).endpoint)
        assert.strictEqual(url.protocol, scheme === "http://" ? "http:" : "https:")
        assert.strictEqual(url.hostname, host)
        const standard = url.protocol === "http:" ? 80 : 443
        assert.strictEqual(url.port === "" ? standard : Number(url.port), port ?? standard)
        assert.strictEqual(url.pathname, path.length === 0 ? "/" : `/${path.join("/")}/`)
      })
    )
  })

  it("any text is either one absolute URL or a typed refusal", () => {
    check(
      fc.property(fc.string(), (endpoint) => {
        const result = Effect.runSync(Effect.either(AgentBayConfig.make({ apiKey: "k", endpoint })))
        if (result._tag === "Left") assert.strictEqual(result.left.field, "endpoint")
        else assert.match(result.right.endpoint, /^https?:\/\/[^/]+\/(.*\/)?$/)
      })
    )
  })
})

describe("the api key", () => {
  for (const apiKey of ["", "   ", "\n", "akm-1\n", "akm 1", Redacted.make("")]) {
    it(`${JSON.stringify(Redacted.isRedacted(apiKey) ? "a redacted empty text" : apiKey)} is refused`, () => {
      const error = rejected({ apiKey })
      assert.strictEqual(error.field, "apiKey")
      assert.strictEqual(error.variable, "AGENTBAY_API_KEY")
      assert.include(error.message, "AGENTBAY_API_KEY (apiKey) must ")
    })
  }

  it("a key that was left out by an untyped caller is refused", () => {
    const error = Effect.runSync(Effect.flip(AgentBayConfig.make({} as AgentBayConfig.Options)))
    assert.strictEqual(error.field, "apiKey")
  })

  it("is in no error and no rendering of the settings", () => {
    const apiKey = "akm-SECRET with a blank"
    const error = rejected({ apiKey })
    const config = accepted({ apiKey: "akm-SECRET" })
    for (const text of [error.message, String(error), JSON.stringify(error), JSON.stringify(config)]) {
      assert.notInclude(text, "SECRET")
    }
  })
})

describe("timeouts", () => {
  const unusable: ReadonlyArray<Duration.DurationInput> = [
    0,
    -1,
    "0 millis",
    "-5 seconds",
    Infinity,
    Number.NaN
  ]
  for (const name of ["request", "link", "deletion"] as const) {
    for (const time of unusable) {
      it(`${name} of ${String(time)} is refused`, () => {
        const error = rejected({ timeouts: { [name]: time } })
        assert.strictEqual(error.field, `timeouts.${name}`)
        assert.strictEqual(error.variable, name === "request" ? "AGENTBAY_TIMEOUT_MS" : undefined)
        assert.include(error.message, "it must be a positive, finite time")
      })
    }
  }

  it("words that are no time are refused", () => {
    const error = rejected({ timeouts: { request: "soon" as Duration.DurationInput } })
    assert.include(error.message, "AGENTBAY_TIMEOUT_MS (timeouts.request) is soon, but it must be")
  })
})

it("the version that the service is told is that of the package", () => {
  assert.strictEqual(version, manifest.version)
})
