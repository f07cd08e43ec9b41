import type { Deviation } from "../Deviation.js"
import { onRoute, toolResult } from "../FakeService.js"
import { mcpResult, type Outcome, success } from "../Outcome.js"
import { argsOf, withArgs } from "../toolCall.js"
import type { Answer, Case, Json, JsonObject, Request } from "../Vector.js"
import { port } from "../Vector.js"
import { request } from "./agentBay.js"
import { member, refused } from "./edit.js"
import { toolFailure } from "./session.js"

export const withChangedArgs =
  (change: (args: JsonObject) => JsonObject) =>
  (requests: ReadonlyArray<Request>): ReadonlyArray<Request> =>
    requests.map((sent) => {
      const args = argsOf(sent)
      return args === undefined ? sent : withArgs(sent, change(args))
    })

const without = (...names: ReadonlyArray<string>) =>
  withChangedArgs((args) =>
    Object.fromEntries(Object.entries(args).filter(([name]) => !names.includes(name)))
  )

const sendsArgs = (one: Case, test: (args: JsonObject) => boolean): boolean =>
  one.vector.requests.some((sent) => test(argsOf(sent) ?? {}))

/** What the newer generations write for the names in the recorded lines. */
const keyNames: Readonly<Record<string, string>> = {
  CTRL: "Ctrl",
  SHIFT: "Shift",
  Esc: "Escape",
  A: "a",
  control: "Ctrl",
  alt: "Alt",
  win: "Win",
  windows: "Win",
  meta: "Meta",
  super: "Super",
  cmd: "Command",
  command: "Command",
  enter: "Enter",
  RETURN: "Enter",
  del: "Delete",
  Ins: "Insert",
  pgup: "PageUp",
  home: "Home",
  END: "End",
  space: "Space",
  capslock: "CapsLock",
  numlock: "NumLock",
  scrolllock: "ScrollLock",
  prtsc: "PrintScreen",
  pause: "Pause",
  break: "Pause",
  tab: "Tab",
  backspace: "Backspace"
}

const keysOf = (args: JsonObject): ReadonlyArray<Json> => (Array.isArray(args["keys"]) ? args["keys"] : [])

const link = "https://shots.example.invalid/a1.png?sig=abc"

/** The call of `system_screenshot` on the route of a line, and its answer. */
const linkCall = (one: Case): Request =>
  one.vector.route === "link"
    ? {
        method: "POST",
        path: "/link/s-link-0001/callTool",
        json: {
          args: {},
          server: "mcp-server",
          requestId: "link-<timestamp>-<random>",
          tool: "system_screenshot",
          token: "tok-0001"
        },
        headers: { "content-type": "application/json", "x-access-token": "tok-0001" }
      }
    : request("CallMcpTool", {
        Args: "<json>",
        "Args#json": {},
        AutoGenSession: "false",
        Name: "system_screenshot",
        Server: "",
        SessionId: "s-api-0001"
      })

const linkAnswer = (one: Case, text: string, isError = false): Answer =>
  onRoute(one.vector.route === "link" ? "link" : "api", toolResult(text, isError), "REQ-S")

const picturePath = "/shot.png"

const picture = {
  bytes: "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAAAAACcgYFdAAAAC0lEQVR4nGNggAIAAAkAAftSuKkAAAAASUVORK5CYII=",
  mediaType: "image/png",
  width: 2,
  height: 3
}

const hasFailedTool = ({ vector }: Case): boolean =>
  vector.responses.some((answer) => member(mcpResult(answer), "isError") === true)

export const desktop: ReadonlyArray<Deviation> = [
  {
    differs: "session automation modules 17, item 6",
    instead: "a VPC answer marked as an error is one",
    ids: /^(computer|window|application|ui|mobile)\./,
    routes: ["vpc"],
    when: (one) => hasFailedTool(one) && member(one.vector.result, "success") === true,
    outcome: (_, one) => toolFailure(one)
  },
  {
    differs: "session automation modules 17, item 12: a factor that the service does not say becomes 1",
    instead: "it is not known",
    ids: /^computer\.getScreenSize\/2$/,
    outcome: () => success({ width: 800, height: 600, dpiScalingFactor: null })
  },
  {
    differs: "newer features 13.2: an argument was renamed",
    instead: "both names are sent, because nothing tells which of them a session knows",
    ids: /^(computer|application|mobile)\.getInstalledApps\//,
    requests: withChangedArgs((args) => {
      const ignore = args["ignore_system_apps"] ?? args["ignore_system_app"] ?? null
      return { ...args, ignore_system_apps: ignore, ignore_system_app: ignore }
    })
  },
  {
    differs: "session automation modules 16: the defaults of the first generation are others",
    instead: "those of the newer generations hold",
    ids: /^computer\.getInstalledApps\/(1|5)$/,
    versions: ["0.10.2"],
    requests: withChangedArgs((args) => ({ ...args, start_menu: true, desktop: false }))
  },
  {
    differs: "session automation modules 4.5: the first generation sends empty texts for what is not given",
    instead: "they are left out, as in the newer generations",
    ids: /^(computer|application)\.startApp\//,
    versions: ["0.10.2"],
    when: (one) => sendsArgs(one, (args) => args["work_directory"] === "" || args["activity"] === ""),
    requests: withChangedArgs((args) =>
      Object.fromEntries(Object.entries(args).filter(([, value]) => value !== ""))
    )
  },
  {
    differs: "session automation modules 16: only the first generation gives the active window a time",
    instead: "none is sent",
    ids: /^computer\.getActiveWindow\//,
    versions: ["0.10.2"],
    requests: without("timeout_ms")
  },
  {
    differs: "session automation modules 4.4: no window need be active",
    instead: "there is none, and that is no failure",
    ids: /^computer\.getActiveWindow\/3$/,
    outcome: () => success(null)
  },
  {
    differs: "session automation modules 5: the first generation sends names of keys as they are",
    instead: "they are written as in the newer generations",
    ids: /^(computer\.(pressKeys|releaseKeys)\/|session\.callMcpTool\/4$)/,
    versions: ["0.10.2"],
    when: (one) => sendsArgs(one, (args) => keysOf(args).some((key) => keyNames[String(key)] !== undefined)),
    requests: withChangedArgs((args) => ({
      ...args,
      keys: keysOf(args).map((key) => keyNames[String(key)] ?? key)
    }))
  },
  {
    differs: "session automation modules 4.1: nothing is checked before it is sent",
    instead: "a key without a name, and a number of notches that is not positive, are refused",
    ids: /^computer\.(pressKeys\/7|scroll\/4)$/,
    ...refused
  },
  {
    differs: "session automation modules 17, item 8",
    instead: "the URL is the answer",
    ids: /^computer\.screenshot\/1$/,
    versions: ["0.10.2"],
    outcome: () => success(link)
  },
  {
    differs:
      "newer features 13.1: the newest generation refuses to ask a session that has a link for another one",
    instead: "the session is asked, and what it says counts",
    ids: /^(computer|mobile)\.screenshot\//,
    versions: ["0.19.0"],
    routes: ["link"],
    requests: (_, one) => [linkCall(one)],
    outcome: (_, one): Outcome =>
      one.vector.id.endsWith("/1")
        ? success(link)
        : {
            _tag: "Failure",
            kind: "tool",
            requestId: "link-<timestamp>-<random>",
            mentions: ["capture failed"]
          },
    answers: (recorded, one) => {
      const isRefused = !one.vector.id.endsWith("/1")
      return recorded.set("tool system_screenshot", [
        linkAnswer(one, isRefused ? "capture failed" : link, isRefused)
      ])
    }
  },
  {
    differs: "newer features 13.1: which tool has the picture depends on whether the session has a link",
    instead: "without one the picture is fetched from the link that the other tool answers with",
    ids: /^(computer\.betaTakeScreenshot\/(1|2|7)|mobile\.betaTakeScreenshot\/[12])$/,
    routes: ["api"],
    requests: (_, one) => [linkCall(one), { method: "GET", path: picturePath, query: { sig: "abc" } }],
    outcome: () => success(picture, "REQ-S"),
    answers: (recorded, one) =>
      recorded
        .set("tool system_screenshot", [linkAnswer(one, `http://127.0.0.1:${port}${picturePath}?sig=abc`)])
        .set(picturePath, [{ status: 200, base64: picture.bytes }])
  },
  {
    differs: "newer features 13.1: which tool has the picture depends on whether the session has a link",
    instead: "without one the other tool is asked, and its refusal is the failure",
    ids: /^computer\.betaTakeScreenshot\/9$/,
    routes: ["api"],
    requests: (_, one) => [linkCall(one)],
    outcome: (): Outcome => ({ _tag: "Failure", kind: "tool", requestId: "REQ-S", mentions: ["no frame"] }),
    answers: (recorded, one) => recorded.set("tool system_screenshot", [linkAnswer(one, "no frame", true)])
  }
]
