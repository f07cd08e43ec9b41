import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { Browser } from "../../../src/machine/Browser.js"
import { type Machine, Machines } from "../../../src/machine/Machine.js"
import { eventually, processesIn, processesWith, processNamespaceOf } from "./host.js"
import { shell, withMachine } from "./machine.js"

const bytes = (text: string) => new TextEncoder().encode(text)

/** What a page says of itself. */
const evaluated = (browser: Browser, expression: string) =>
  Effect.gen(function* () {
    yield* browser.pages.navigate(
      `data:text/html,<p id="said"></p><script>said.textContent = String(${encodeURIComponent(expression)})</script>`
    )
    const found = yield* browser.pages.extract({
      instruction: "",
      schema: { type: "object", properties: { said: { type: "string" } }, required: ["said"] }
    })
    return (found as { readonly said: string }).said
  })

const serve = (machine: Machine, port: number, files: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    for (const [name, content] of Object.entries(files)) {
      yield* machine.write(`/tmp/site/${name}`, bytes(content), "overwrite")
    }
    yield* shell(machine, `setsid python3 -m http.server --directory /tmp/site ${port} >/dev/null 2>&1 &`)
    yield* eventually(Effect.scoped(machine.connect(port)))
  })

describe("the browser of a machine", () => {
  withMachine("runs from its start to its stop", (machine) =>
    Effect.gen(function* () {
      const browser = yield* machine.browser
      assert.isTrue(Option.isNone(yield* browser.running))
      yield* browser.stop
      const refused = yield* Effect.flip(browser.pages.navigate("about:blank"))
      assert.strictEqual(refused.reason, "Invalid")
      // None of this has started anything.
      assert.deepStrictEqual(yield* processesWith("agentbay-browser-lifetime"), [])

      const option = { cmdArgs: ["--agentbay-browser-lifetime"], useStealth: true }
      yield* browser.start(option)
      assert.deepStrictEqual(Option.getOrNull(yield* browser.running), option)
      assert.lengthOf(yield* processesWith("agentbay-browser-lifetime"), 1)
      yield* browser.start({ userAgent: "another" })
      assert.deepStrictEqual(Option.getOrNull(yield* browser.running), option)
      yield* browser.stop
      assert.isTrue(Option.isNone(yield* browser.running))
      assert.deepStrictEqual(yield* processesWith("agentbay-browser-lifetime"), [])
    })
  )

  withMachine("is told by those who ask at once that it started once", (machine) =>
    Effect.gen(function* () {
      const browser = yield* machine.browser
      const option = { cmdArgs: ["--agentbay-browser-once"] }
      yield* Effect.all([browser.start(option), browser.start(option), browser.start(option)], {
        concurrency: 3
      })
      assert.lengthOf(yield* processesWith("agentbay-browser-once"), 1)
    })
  )

  withMachine("can be started again after it crashed", (machine) =>
    Effect.gen(function* () {
      const browser = yield* machine.browser
      yield* browser.start({})
      yield* shell(machine, "pkill -9 -o chromium")
      yield* eventually(Effect.filterOrFail(browser.running, Option.isNone))
      yield* browser.start({})
      assert.strictEqual(yield* evaluated(browser, "6 * 7"), "42")
    })
  )

  withMachine("ends with its machine, every process of it", () =>
    Effect.gen(function* () {
      const machines = yield* Machines
      const scope = yield* Scope.make()
      const machine = yield* Scope.extend(
        machines.make({ sessionId: "s-1", imageId: "browser_latest" }),
        scope
      )
      const browser = yield* machine.browser
      yield* browser.start({ cmdArgs: ["--agentbay-browser-ends"] })
      const [pid = 0] = yield* processesWith("agentbay-browser-ends")
      const namespace = processNamespaceOf(pid)
      assert.isAbove((yield* processesIn(namespace)).length, 3)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* processesIn(namespace), [])
      assert.strictEqual((yield* Effect.flip(browser.start({}))).reason, "Stopped")
    })
  )

  withMachine("ends with its machine while it starts", () =>
    Effect.gen(function* () {
      const machines = yield* Machines
      const scope = yield* Scope.make()
      const machine = yield* Scope.extend(
        machines.make({ sessionId: "s-1", imageId: "browser_latest" }),
        scope
      )
      yield* shell(machine, "true")
      const browser = yield* machine.browser
      const starting = yield* Effect.fork(
        Effect.flip(browser.start({ cmdArgs: ["--agentbay-browser-unborn"] }))
      )
      const [pid = 0] = yield* eventually(
        Effect.filterOrFail(processesWith("agentbay-browser-unborn"), (found) => found.length > 0)
      )
      const namespace = processNamespaceOf(pid)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Fiber.join(starting)).reason, "Stopped")
      assert.deepStrictEqual(yield* processesIn(namespace), [])
    })
  )

  withMachine("stops at once while it starts", (machine) =>
    Effect.gen(function* () {
      yield* shell(machine, "true")
      const browser = yield* machine.browser
      const starting = yield* Effect.fork(
        Effect.flip(browser.start({ cmdArgs: ["--agentbay-browser-early"] }))
      )
      yield* eventually(
        Effect.filterOrFail(processesWith("agentbay-browser-early"), (found) => found.length > 0)
      )
      yield* browser.stop
      assert.strictEqual((yield* Fiber.join(starting)).reason, "Unknown")
      assert.deepStrictEqual(yield* processesWith("agentbay-browser-early"), [])
    })
  )
})

describe("the options of a browser", () => {
  withMachine("set what pages see of it", (machine) =>
    Effect.gen(function* () {
      const browser = yield* machine.browser
      yield* browser.start({
        useStealth: true,
        userAgent: "Agent (of a test)",
        viewport: { width: 1000, height: 555 },
        screen: { width: 1600, height: 900 },
        cmdArgs: ["--lang=de"],
        defaultNavigateUrl: "data:text/html,<title>first</title>"
      })
      const seen = "[innerWidth, innerHeight, screen.width, screen.height, navigator.webdriver]"
      const first = yield* browser.pages.extract({
        instruction: "",
        schema: { type: "object", properties: { title: { type: "string" } }, required: ["title"] }
      })
      assert.deepStrictEqual(first, { title: "first" })
      assert.strictEqual(yield* evaluated(browser, seen), "1000,555,1600,900,false")
      assert.strictEqual(yield* evaluated(browser, "navigator.userAgent"), "Agent (of a test)")
      yield* browser.stop
      yield* browser.start({})
      assert.strictEqual(yield* evaluated(browser, "navigator.webdriver"), "true")
    })
  )

  withMachine("are refused by name", (machine) =>
    Effect.gen(function* () {
      const browser = yield* machine.browser
      const error = yield* Effect.flip(browser.start({ viewport: { width: "wide", height: 1 } }))
      assert.strictEqual(error.reason, "Invalid")
      assert.include(error.message, "viewport.width")
      assert.isTrue(Option.isNone(yield* browser.running))
    })
  )

  withMachine("lead it through a proxy", (machine) =>
    Effect.gen(function* () {
      yield* serve(machine, 3128, { "index.html": "<h1>by proxy</h1>" })
      const browser = yield* machine.browser
      yield* browser.start({ proxies: [{ type: "custom", server: "http://127.0.0.1:3128" }] })
      // Nobody knows this host: the proxy is asked, and answers as a web server does.
      yield* browser.pages.navigate("http://anywhere.test/")
      const shown = yield* browser.pages.extract({
        instruction: "",
        schema: { type: "object", properties: { heading: { type: "string" } } }
      })
      assert.notDeepEqual(shown, {})
    })
  )

  withMachine("load the extensions of a directory", (machine) =>
    Effect.gen(function* () {
      const manifest = {
        manifest_version: 3,
        name: "Marker",
        version: "1.0",
        content_scripts: [{ matches: ["http://127.0.0.1/*"], js: ["mark.js"] }]
      }
      yield* machine.write(
        "/tmp/extensions/marker/manifest.json",
        bytes(JSON.stringify(manifest)),
        "overwrite"
      )
      yield* machine.write("/tmp/extensions/marker/mark.js", bytes('document.title = "marked"'), "overwrite")
      yield* machine.write("/tmp/extensions/notes.txt", bytes("no extension"), "overwrite")
      yield* serve(machine, 8000, { "index.html": "<title>plain</title>" })
      const browser = yield* machine.browser
      yield* browser.start({ extensionPath: "/tmp/extensions/" })
      yield* browser.pages.navigate("http://127.0.0.1:8000/")
      const title = browser.pages.extract({
        instruction: "",
        schema: { type: "object", properties: { title: { type: "string" } } }
      })
      yield* eventually(
        Effect.filterOrFail(title, (found) => (found as { readonly title: string }).title === "marked")
      )
    })
  )
})

describe("a port of a machine", () => {
  withMachine("is reached by a way that the session cannot change", (machine) =>
    Effect.gen(function* () {
      yield* machine.write("/tmp/site/index.html", bytes("hello"), "overwrite")
      yield* serve(machine, 8000, {})
      const denied = yield* shell(machine, "ln -sf /etc/passwd /run/agentbay/host; touch /run/agentbay/other")
      assert.notStrictEqual(denied.exitCode, 0)
      // Whoever calls without having been asked to is not heard.
      const uninvited = `const socket = require("net").connect("/run/agentbay/host", () => socket.write("x".repeat(40)))
        socket.on("data", () => console.log("data")).on("close", () => console.log("closed"))`
      assert.strictEqual((yield* shell(machine, `node -e '${uninvited}'`)).stdout, "closed\n")
    })
  )

  withMachine("carries bytes both ways, and ends when it is closed", (machine) =>
    Effect.gen(function* () {
      const closed = yield* Effect.flip(Effect.scoped(machine.connect(8000)))
      assert.strictEqual(closed.reason, "NotFound")
      const echo = "require('net').createServer((s) => s.pipe(s)).listen(8000)"
      yield* shell(machine, `setsid node -e "${echo}" >/dev/null 2>&1 &`)
      yield* eventually(Effect.scoped(machine.connect(8000)))
      const scope = yield* Scope.make()
      const stream = yield* Scope.extend(machine.connect(8000), scope)
      const sent = Buffer.alloc(5_000_000, "0123456789")
      const received = Effect.promise(async () => {
        const chunks: Array<Buffer> = []
        for await (const chunk of stream) chunks.push(chunk)
        return Buffer.concat(chunks)
      })
      const reading = yield* Effect.fork(received)
      stream.end(sent)
      assert.isTrue(sent.equals(yield* Fiber.join(reading)))
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(stream.destroyed)
    })
  )
})
