/** What the newest generation has and ours has not. */
import { from19, type Module, oursOnly, rowsOf } from "./row.js"

const socket = rowsOf("session.socket")
const channelTests = "testing/client/liveChannel.test.ts testing/client/channelContract.ts"

const webSocket: Module = {
  title: "WebSocket",
  official: ["session"],
  page: "live-channel.md",
  rows: [
    socket(
      "getWsClient go:GetStreamingWsClient callStream call sendMessage invocationId waitEnd py:wait_end_with_timeout go:WaitEndWithTimeout write cancel",
      from19,
      ".open .stream .call .send",
      "",
      channelTests,
      "typed failures that say whether the request can have had an effect; deadlines; a damaged frame fails its own request only"
    ),
    socket(
      ["what a live channel lacks"],
      oursOnly,
      ".available",
      "",
      "core/session/SessionSocket.test.ts",
      "a typed failure that names the missing connector, URL or token"
    ),
    socket(
      "registerCallback unregisterCallback onConnectionStateChange getState connect close",
      from19,
      ".events .subscribe .state .close session.events",
      "",
      channelTests,
      "scoped streams with bounded buffers; a missing pong is a loss; reconnection that goes on, with a new token where the old one is refused"
    )
  ]
}

const terminals = rowsOf("session.pty")
const ptyTests = "testing/client/ptyContract.ts"

const pty: Module = {
  title: "Terminals",
  official: ["session.pty"],
  page: "terminals.md",
  rows: [
    terminals(
      "create list connect kill go:KillSession",
      from19,
      ".create .list .attach .kill",
      "",
      ptyTests,
      "scoped: a closing scope kills the terminal, or keeps it; nothing is lost of what it shows before the answer"
    ),
    terminals(
      "sendInput resize wait disconnect",
      from19,
      ".create .attach",
      "",
      ptyTests,
      "`input`, `resize`, `wait`, and closing the scope; a lost connection is an error and no wait without end"
    ),
    terminals(
      "ptySessionId isConnected exitCode",
      from19,
      ".create .attach",
      "",
      ptyTests,
      "`ptyId`; the end is the value of `wait`"
    )
  ]
}

const envTests = "core/session/SessionEnv.test.ts testing/client/environmentContract.ts"

const env: Module = {
  title: "Environment of a session",
  official: ["session.env"],
  page: "environment.md",
  rows: [
    rowsOf("session.env")("set", from19, ".set", "set_env", envTests),
    rowsOf("session.env")(
      "get",
      from19,
      ".get",
      "get_env",
      envTests,
      "an answer that cannot be read is a failure"
    )
  ]
}

const git = rowsOf("session.git")
const gitTests = "core/session/SessionGit.test.ts testing/client/gitContract.ts"

const gitModule: Module = {
  title: "Git",
  official: ["session.git"],
  page: "git.md",
  rows: [
    git(
      "clone",
      from19,
      ".clone",
      "shell",
      gitTests,
      "credentials have a place of their own, and are stored nowhere"
    ),
    git("init", from19, ".init", "shell", gitTests),
    git("add", from19, ".add", "shell", gitTests),
    git("commit", from19, ".commit", "shell", gitTests, "the full hash, also where no branch is checked out"),
    git(
      "status log",
      from19,
      ".status .log",
      "shell",
      gitTests,
      "any name survives; every kind of conflict is one"
    ),
    git("listBranches", from19, ".listBranches", "shell", gitTests, "names with dots too"),
    git("createBranch deleteBranch", from19, ".createBranch .deleteBranch", "shell", gitTests),
    git("checkoutBranch", from19, ".checkoutBranch", "shell", gitTests),
    git("remoteAdd", from19, ".remoteAdd", "shell", gitTests),
    git("remoteGet", from19, ".remoteGet", "shell", gitTests),
    git("reset restore", from19, ".reset .restore", "shell", gitTests),
    git("pull", from19, ".pull", "shell", gitTests, "conflicts are told, wherever git prints them"),
    git(
      "configureUser",
      from19,
      ".configureUser",
      "shell",
      gitTests,
      "of the repository, unless told otherwise"
    ),
    git(
      "setConfig getConfig",
      from19,
      ".setConfig .getConfig",
      "shell",
      gitTests,
      "of the repository, unless told otherwise; reading tells the value that counts"
    ),
    git("any other command", oursOnly, ".run", "shell", gitTests, "with the same failures")
  ]
}

const lifecycle: Module = {
  title: "Life of a session",
  official: ["LifecyclePolicy"],
  page: "lifetimes.md",
  rows: [
    rowsOf("Lifetime.Lifetime")(
      "idleReleaseTimeout maxRuntime manualRelease",
      from19,
      ".idleRelease .maxRuntime .manualRelease",
      "CreateMcpSession",
      "core/account/lifetime.test.ts testing/cloud/lifetimes.test.ts",
      "durations; what the unit of the service cannot say is refused"
    )
  ]
}

const mounts: Module = {
  title: "Mounted contexts",
  official: ["BetaContextMount"],
  page: "contexts.md",
  rows: [
    rowsOf("ContextMount.ContextMount")(
      "contextId path accessMode strategy sourcePath withAccessMode withStrategy withSourcePath",
      from19,
      ".contextId .path .accessMode .strategy .sourcePath",
      "CreateMcpSession BindContexts",
      "core/account/lifetime.test.ts"
    )
  ]
}

export const modules: ReadonlyArray<Module> = [webSocket, pty, env, gitModule, lifecycle, mounts]
