import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import type { BrowserOption } from "../../../src/machine/Browser.js"
import { commandLine, honoured } from "../../../src/machine/internal/local/browser/arguments.js"

/** The agent is JavaScript that runs inside a session. */
const {
  findChromium
}: { readonly findChromium: (known?: ReadonlyArray<string>, searchPath?: string) => string } = await import(
  new URL("../../../assets/agent-browser.mjs", import.meta.url).href
)

const line = (option: BrowserOption, extensions: ReadonlyArray<string> = []): ReadonlyArray<string> =>
  commandLine(Either.getOrThrow(honoured(option)), extensions)

const refusal = (option: BrowserOption): string =>
  Either.match(honoured(option), {
    onLeft: ({ message, reason }) => `${reason} ${message}`,
    onRight: () => ""
  })

describe("the command line of the browser", () => {
  it("follows what Chromium can follow", () => {
    const found = line(
      {
        useStealth: true,
        userAgent: "Mozilla/5.0 (a b)",
        viewport: { width: 1200, height: 800 },
        screen: { width: 1920, height: 1080 },
        proxies: [{ type: "custom", server: "http://127.0.0.1:3128" }],
        defaultNavigateUrl: "chrome://version/"
      },
      ["/tmp/extensions/a", "/tmp/extensions/b"]
    )
    for (const expected of [
      "--disable-blink-features=AutomationControlled",
      "--user-agent=Mozilla/5.0 (a b)",
      "--window-size=1200,800",
      "--screen-info={1920x1080}",
      "--proxy-server=http://127.0.0.1:3128",
      "--load-extension=/tmp/extensions/a,/tmp/extensions/b"
    ]) {
      assert.include(found, expected)
    }
    assert.strictEqual(found.at(-1), "chrome://version/")
    assert.strictEqual(line({}).at(-1), "about:blank")
  })

  it("leaves out what was not asked for", () => {
    const switches = line({
      useStealth: false,
      solveCaptchas: false,
      extensionPath: "/tmp/extensions/"
    }).join(" ")
    assert.notMatch(
      switches,
      /user-agent|window-size|screen-info|proxy-server|load-extension|AutomationControlled/
    )
  })

  it("leaves to the service what only the service has", () => {
    const service = {
      fingerprint: { devices: ["mobile"], locales: ["fr-CH"] },
      proxies: [{ type: "managed", strategy: "sticky", userId: "u-1" }],
      browserType: "chrome",
      enableRecord: true,
      somethingNew: { at: "all" }
    }
    assert.deepStrictEqual(line(service), line({}))
  })

  it.prop(
    "lets arguments of the user replace others, and nothing the session depends on",
    [FastCheck.array(FastCheck.string({ maxLength: 10 }).map((text) => `--${text.replaceAll("\0", "")}`))],
    ([cmdArgs]) => {
      const found = line({ cmdArgs })
      const own = found.slice(found.length - 4)
      assert.deepStrictEqual(
        own.map((one) => one.replace(/=.*/, "")),
        ["--user-data-dir", "--remote-debugging-port", "--remote-debugging-pipe", "about:blank"]
      )
      assert.deepStrictEqual(found.slice(found.length - 4 - cmdArgs.length, found.length - 4), cmdArgs)
    }
  )

  it("names the member that it cannot follow", () => {
    assert.match(refusal({ viewport: { width: 0, height: 10 } }), /^Invalid browser option viewport\.width: /)
    assert.match(refusal({ userAgent: "a\r\nb" }), /^Invalid browser option userAgent: /)
    assert.match(refusal({ cmdArgs: ["/etc/passwd"] }), /^Invalid browser option cmdArgs\.0: /)
    assert.match(refusal({ defaultNavigateUrl: "--gpu" }), /^Invalid browser option defaultNavigateUrl: /)
    assert.match(refusal({ proxies: [{ type: "custom" }] }), /^Invalid browser option proxies\.0\.server: /)
    const secret = { type: "custom", server: "http://p:1", username: "ada", password: "open sesame" }
    assert.match(refusal({ proxies: [secret] }), /^Invalid browser option proxies\.0\.username: /)
    assert.notInclude(refusal({ proxies: [secret] }), "sesame")
    assert.strictEqual(refusal({ viewport: null, userAgent: null }), "")
  })
})

describe("Chromium", () => {
  it("is named with its package where it is missing", () => {
    const empty = mkdtempSync(join(tmpdir(), "no-browser-"))
    try {
      let said: unknown
      try {
        findChromium([join(empty, "chromium")], empty)
      } catch (refusal) {
        said = refusal
      }
      assert.include(said, { reason: "Missing" })
      assert.match(String(said), /apt-get install chromium/)
      writeFileSync(join(empty, "chromium"), "", { mode: 0o755 })
      assert.strictEqual(findChromium([], `/nowhere:${empty}`), join(empty, "chromium"))
    } finally {
      rmSync(empty, { recursive: true })
    }
  })
})
