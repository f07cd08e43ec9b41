/** What the newest generation has and ours has not. */
import { from19, type Module, notYet } from "./row.js"

const webSocket: Module = {
  title: "WebSocket",
  official: ["session"],
  rows: [
    notYet(
      "getWsClient callStream call sendMessage write cancel",
      from19,
      "a route of its own beside API, link and VPC, over the `Socket` of `@effect/platform`: streams, calls, messages and pushes on one connection"
    ),
    notYet(
      "registerCallback unregisterCallback onConnectionStateChange getState connect close",
      from19,
      "that route, as scoped streams; reconnection with what was subscribed before"
    )
  ]
}

const pty: Module = {
  title: "Terminals",
  official: ["session.pty"],
  rows: [
    notYet("create list connect kill", from19, "the WebSocket route with its calls to `PTY_SERVER`"),
    notYet(
      "sendInput resize wait disconnect",
      from19,
      "the same; pushes of output and end, buffered until the terminal is known"
    ),
    notYet("ptySessionId isConnected exitCode", from19, "the same")
  ]
}

const env: Module = {
  title: "Environment of a session",
  official: ["session.env"],
  rows: [
    notYet(
      "set get",
      from19,
      "the tools `set_env` and `get_env` in the contract; until then `env` of a single command"
    )
  ]
}

const git: Module = {
  title: "Git",
  official: ["session.git"],
  rows: [
    notYet(
      "clone init add commit status log",
      from19,
      "a module above `session.command.exec`: typed results and a typed `GitError`; until then git as a command"
    ),
    notYet("listBranches createBranch checkoutBranch deleteBranch", from19, "the same"),
    notYet("remoteAdd remoteGet reset restore pull", from19, "the same"),
    notYet("configureUser setConfig getConfig", from19, "the same")
  ]
}

const lifecycle: Module = {
  title: "Life of a session",
  official: ["LifecyclePolicy"],
  rows: [
    notYet(
      "idleReleaseTimeout maxRuntime manualRelease",
      from19,
      "the fields at creation; until then leases and `bay.reap` end what was left behind"
    )
  ]
}

const mounts: Module = {
  title: "Mounted contexts",
  official: ["BetaContextMount"],
  rows: [
    notYet(
      "contextId path accessMode strategy sourcePath withAccessMode withStrategy withSourcePath",
      from19,
      "the fields Type and MountConfig of a context at creation and at `bind`"
    )
  ]
}

export const modules: ReadonlyArray<Module> = [webSocket, pty, env, git, lifecycle, mounts]
