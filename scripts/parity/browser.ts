/** The browser, the operator of its pages, and the agents. */
import { every, from15, from19, leftOut, type Module, only10, oursOnly, rowsOf } from "./row.js"

const browser = rowsOf("session.browser")
const unit = "core/session/SessionBrowser.test.ts"
const contract = "testing/client/browserContract.ts"
const notified = "core/session/BrowserNotification.test.ts"
const streamed = "core/session/AgentStream.test.ts"
const followed = "testing/client/followedAgentContract.ts"
const playwright = "testing/server/playwrightPage.test.ts"

const browserModule: Module = {
  title: "Browser",
  official: ["session.browser"],
  page: "browser.md",
  rows: [
    browser(
      "initialize initializeAsync py:init",
      every,
      ".initialize",
      "InitBrowser",
      `${unit} ${contract}`,
      "one operation, which fails where those answer false; other options while it runs are an error, not ignored"
    ),
    browser(
      ["attaching to a browser that runs"],
      every,
      ".attach",
      "GetCdpLink GetLink",
      unit,
      "there only by initialising again"
    ),
    browser("isInitialized", every, ".isInitialized", "", `${unit} ${contract}`),
    browser("getOption", every, ".option", "", `${unit} ${contract}`),
    browser(
      "getEndpointUrl",
      every,
      ".endpointUrl",
      "GetCdpLink GetLink",
      `${unit} ${contract} ${playwright}`,
      "redacted; the action of the first generation where the newer one is unknown"
    ),
    browser(
      "destroy",
      every,
      ".destroy",
      "stopChrome",
      `${unit} ${contract}`,
      "a refusal of the tool is a failure"
    ),
    browser(
      "screenshot",
      every,
      ".screenshot",
      "",
      `core/session/SessionBrowser.screenshot.test.ts ${playwright}`,
      "your own Playwright takes it; scroll position and viewport are put back"
    ),
    browser(
      "agent operator",
      every,
      ".operator",
      "",
      `${contract} ${playwright}`,
      "one operator under the newer name"
    ),
    browser(
      "registerCallback unregisterCallback",
      from19,
      ".notifications .handOver",
      "",
      `${notified} ${followed}`,
      "a stream for any number of listeners, over lost connections; ending it leaves the shared channel open"
    ),
    browser(
      "sendNotifyMessage sendTakeoverDone",
      from19,
      ".notify .takeoverDone",
      "",
      notified,
      "a message that did not leave is a failure"
    )
  ]
}

const option = rowsOf("BrowserOption.BrowserOption")

const optionModule: Module = {
  title: "Options of the browser",
  official: ["BrowserOption"],
  page: "browser.md",
  rows: [
    ...[
      "useStealth",
      "userAgent",
      "viewport",
      "screen",
      "fingerprint",
      "proxies",
      "cmdArgs",
      "defaultNavigateUrl"
    ].map((name) => option(name, every, `.${name}`, "InitBrowser", unit, "checked before anything is sent")),
    option("solveCaptchas", every, ".solveCaptchas", "InitBrowser", unit),
    option("extensionPath", every, ".extensionPath", "InitBrowser", unit),
    option("browserType", every, ".browserType", "InitBrowser", unit, "checked before anything is sent"),
    option(
      "fingerprintFormat",
      from15,
      ".fingerprintFormat",
      "InitBrowser",
      unit,
      "a fingerprint which cannot be sent is a failure, not skipped"
    ),
    option("fingerprintPersistent", from15, ".fingerprintPersistent", "InitBrowser", unit),
    option("autoLogin", from19, ".autoLogin", "InitBrowser", unit),
    option(
      "callForUser",
      from19,
      ".callForUser",
      "InitBrowser",
      `${unit} ${followed}`,
      "what follows from it is in `session.browser.notifications`"
    ),
    option(
      ["`AGENTBAY_BROWSER_BEHAVIOR_SIMULATE`"],
      every,
      ".behaviorSimulate",
      "InitBrowser",
      unit,
      "an option instead of a variable of the environment"
    ),
    option(
      "persistentPath",
      every,
      "session.browser.initialize",
      "InitBrowser",
      unit,
      "always the path that browser contexts are mounted at; the option there is never read"
    )
  ]
}

const operator = rowsOf("session.browser.operator")
const pages = "core/session/BrowserOperator.test.ts"
const tasks = "core/session/BrowserOperator.tasks.test.ts"
const tools = "testing/tools/pageUse.test.ts"

const operatorModule: Module = {
  title: "Operator of pages",
  official: ["session.browser.operator", "session.browser.agent"],
  page: "browser-operator.md",
  rows: [
    operator(
      "navigate",
      from15,
      ".navigate",
      "page_use_navigate",
      `${pages} ${contract} ${tools}`,
      "a failure is an error, not a text"
    ),
    operator(
      "screenshot",
      from15,
      ".screenshot",
      "page_use_screenshot",
      `${pages} ${contract}`,
      "bytes and media type instead of a data URL"
    ),
    operator(
      "act",
      every,
      ".act",
      "page_use_act page_use_act_async page_use_get_act_result",
      `${pages} ${contract} ${tools}`,
      "takes a sentence or what `observe` found; as a task when it may take longer than a request"
    ),
    operator(
      "actAsync",
      every,
      ".actAsync .actTask",
      "page_use_act_async page_use_get_act_result",
      `${tasks} ${contract} ${tools}`,
      "a task that can be asked, awaited and found again"
    ),
    operator(
      "observe",
      every,
      ".observe",
      "page_use_observe page_use_observe_async page_use_get_observe_result",
      `${pages} ${contract}`
    ),
    operator(
      "observeAsync",
      every,
      ".observeAsync .observeTask",
      "page_use_observe_async page_use_get_observe_result",
      `${tasks} ${contract} ${tools}`,
      "pending, failed and done are told apart"
    ),
    operator(
      "extract",
      every,
      ".extract",
      "page_use_extract page_use_extract_async page_use_get_extract_result",
      `${pages} ${contract} ${tools}`,
      "a Schema decodes the answer; what does not fit is a failure"
    ),
    operator(
      "extractAsync",
      every,
      ".extractAsync .extractTask",
      "page_use_extract_async page_use_get_extract_result",
      `${tasks} ${contract}`,
      "pending, failed and done are told apart"
    ),
    operator("py:login", from19, ".login", "page_use_login", `${pages} ${tools}`, "the key is redacted"),
    operator("close", from15, ".close", "page_use_close_session", `${pages} ${contract}`),
    leftOut(
      ["the local page agent, browser and session for evaluation"],
      from15,
      "tools for testing the SDK itself; the local cloud drives a real browser"
    ),
    leftOut(
      ["tracing of `act`, `observe` and `extract` (Python)"],
      from15,
      "sends what a program does to a third party without asking; spans and metrics of your own instead"
    )
  ]
}

const fingerprint = rowsOf("BrowserFingerprint")
const prints = "core/session/BrowserFingerprint.test.ts"

const fingerprintModule: Module = {
  title: "Fingerprints",
  official: ["FingerprintFormat", "BrowserFingerprintGenerator"],
  rows: [
    fingerprint(
      "FingerprintFormat load fromDict toDict create",
      from15,
      ".FingerprintFormat .make",
      "",
      `${prints} ${unit}`,
      "a Schema with the same defaults; 0 and false are kept"
    ),
    fingerprint("fromJson toJson", from15, ".fromJson", "", `${prints} ${playwright}`, "decodes and encodes"),
    fingerprint(
      "generateFingerprint",
      from15,
      ".collect",
      "",
      `${prints} ${playwright}`,
      "of a page that your own Playwright opened; the collector of the TypeScript one never runs"
    ),
    leftOut(
      "generateFingerprintToFile",
      from15,
      "encode with `BrowserFingerprint.fromJson` and write the text where it belongs"
    )
  ]
}

const agents = "testing/client/agentContract.ts"
const agentUnit = "core/session/SessionAgent.test.ts"
const waiting = "core/session/SessionAgent.waiting.test.ts"
const computer = rowsOf("session.agent.computer")
const browserAgent = rowsOf("session.agent.browser")
const mobile = rowsOf("session.agent.mobile")
const task = rowsOf("SessionAgent.AgentTask")

const agentModules: ReadonlyArray<Module> = [
  {
    title: "Agent of the first generation",
    official: ["session.agent"],
    page: "agents.md",
    rows: [
      computer(
        "executeTask",
        only10,
        ".run",
        "flux_execute_task flux_get_task_status flux_terminate_task",
        `${agentUnit} ${agents}`,
        "waits as that one does; a time instead of a number of looks, and `maxTries` where the agent knows it"
      ),
      computer("py:async_execute_task", only10, ".start", "flux_execute_task", `${agentUnit} ${agents}`),
      task("getTaskStatus", only10, ".status", "flux_get_task_status", `${agentUnit} ${agents}`, "parsed"),
      task("terminateTask", only10, ".terminate", "flux_terminate_task", `${waiting} ${agents}`)
    ]
  },
  {
    title: "Agent for desktops",
    official: ["session.agent.computer"],
    page: "agents.md",
    rows: [
      computer("executeTask", from15, ".start", "flux_execute_task", `${agentUnit} ${agents}`),
      computer(
        "executeTaskAndWait",
        from15,
        ".run",
        "flux_execute_task flux_get_task_status flux_terminate_task",
        `${agentUnit} ${agents}`,
        "any time, also below 3 seconds; interrupting it ends the task"
      ),
      task(
        "getTaskStatus",
        from15,
        ".status",
        "flux_get_task_status",
        `${agentUnit} ${agents}`,
        "an unknown status is `unknown`, and never hangs"
      ),
      task(
        "terminateTask",
        from15,
        ".terminate",
        "flux_terminate_task",
        `${waiting} ${agents}`,
        "says whether the end was confirmed"
      ),
      computer(
        ["looking after a task by its id"],
        oursOnly,
        ".attach",
        "",
        `${agentUnit} ${agents}`,
        "sends nothing"
      ),
      computer(["a task that is followed live"], oursOnly, ".stream", "", `${streamed} ${followed}`)
    ]
  },
  {
    title: "Agent for browsers",
    official: ["session.agent.browser"],
    page: "agents.md",
    rows: [
      browserAgent(
        "initialize",
        from19,
        ".start session.browser.initialize",
        "InitBrowser",
        `${agentUnit} ${agents} ${unit}`,
        "starting a task starts a browser that does not run; one with options with `session.browser.initialize`"
      ),
      browserAgent(
        "executeTask",
        from15,
        ".start",
        "browser_use_execute_task",
        `${agentUnit} ${agents}`,
        "with `outputSchema` the product is decoded"
      ),
      browserAgent(
        "executeTaskAndWait",
        from15,
        ".run",
        "browser_use_execute_task browser_use_get_task_status browser_use_terminate_task",
        `${agentUnit} ${agents}`,
        "with `outputSchema` the product is decoded"
      ),
      task("getTaskStatus", from15, ".status", "browser_use_get_task_status", `${agentUnit} ${agents}`),
      task("terminateTask", from15, ".terminate", "browser_use_terminate_task", `${waiting} ${agents}`),
      browserAgent(
        ["looking after a task by its id"],
        oursOnly,
        ".attach",
        "",
        `${agentUnit} ${agents}`,
        "sends nothing"
      ),
      browserAgent(["a task that is followed live"], oursOnly, ".stream", "", `${streamed} ${followed}`)
    ]
  },
  {
    title: "Agent for Android",
    official: ["session.agent.mobile"],
    page: "agents.md",
    rows: [
      mobile(
        "executeTask",
        from15,
        ".start",
        "execute_task",
        `${agentUnit} ${agents}`,
        "a handle, as the newest one answers"
      ),
      mobile(
        "executeTaskAndWait",
        from15,
        ".run",
        "execute_task get_task_status terminate_task",
        `${agentUnit} ${agents}`
      ),
      task("getTaskStatus", from15, ".status", "get_task_status", `${agentUnit} ${agents}`),
      task("terminateTask", from15, ".terminate", "terminate_task", `${waiting} ${agents}`),
      mobile(
        ["looking after a task by its id"],
        oursOnly,
        ".attach",
        "",
        `${agentUnit} ${agents}`,
        "sends nothing"
      ),
      task(
        "TaskExecution.wait TaskExecution.taskId",
        from19,
        ".wait .taskId",
        "get_task_status",
        `${agentUnit} ${agents}`,
        "the time given counts, and nothing goes on unseen"
      ),
      task(
        ["progress of a task"],
        oursOnly,
        ".progress",
        "get_task_status",
        `${waiting} ${agents}`,
        "a stream of what the service repeats when asked; the library prints it"
      ),
      mobile(
        "onReasoning onContent onToolCall onToolResult onError",
        from19,
        ".stream",
        "terminate_task",
        `${streamed} ${followed}`,
        "events of one stream; an error is never lost, and giving the stream up ends the task"
      ),
      mobile(
        "onCallForUser",
        from19,
        ".stream AgentStream.Options.onCallForUser",
        "",
        `${streamed} ${followed}`,
        "an effect with its own failures, or a value; a secret answer may be redacted"
      )
    ]
  }
]

export const modules: ReadonlyArray<Module> = [
  browserModule,
  optionModule,
  operatorModule,
  fingerprintModule,
  ...agentModules
]
