/** The handle of a session and what is done inside it. */
import { every, from15, from19, leftOut, type Module, only10, oursOnly, rowsOf } from "./row.js"

const session = rowsOf("session")
const client = "testing/client/clientContract.ts"
const answers = "core/account/create.answers.test.ts"
const found = "core/account/find.test.ts"
const operations = "core/session/operations.test.ts"

const sessionModule: Module = {
  title: "Session",
  official: ["session"],
  page: "sessions.md",
  rows: [
    session(
      "sessionId getSessionId",
      every,
      ".sessionId",
      "CreateMcpSession GetSession",
      `${answers} ${found}`
    ),
    session("imageId", every, ".imageId", "CreateMcpSession", `${answers} ${found}`),
    session(
      "resourceUrl",
      every,
      ".resourceUrl",
      "CreateMcpSession GetSession",
      `${answers} ${found}`,
      "redacted"
    ),
    session(
      "token getToken",
      every,
      ".token",
      "CreateMcpSession GetSession",
      `${answers} ${found}`,
      "redacted; the accessor is deprecated there"
    ),
    session(
      "linkUrl getLinkUrl",
      from15,
      ".linkUrl",
      "CreateMcpSession GetSession",
      `${answers} ${found}`,
      "redacted; also for sessions found by their id"
    ),
    session("mcpTools", every, ".mcpTools", "CreateMcpSession ListMcpTools", `${answers} ${operations}`),
    session(
      "enableBrowserReplay",
      every,
      ".enableBrowserReplay",
      "CreateMcpSession",
      `${answers} ${found}`,
      "none where the choice was left to the service"
    ),
    session("isVpc isVpcEnabled", only10, ".isVpc", "CreateMcpSession GetSession", `${answers} ${found}`),
    session(
      "networkInterfaceIp",
      only10,
      ".networkInterfaceIp",
      "CreateMcpSession GetSession",
      `${answers} ${found}`
    ),
    session("httpPort", only10, ".httpPort", "CreateMcpSession GetSession", `${answers} ${found}`),
    session(
      "fileTransferContextId",
      only10,
      ".fileTransferContextId",
      "CreateMcpSession",
      `${answers} ${found}`
    ),
    session(
      ["contexts for which nothing is transferred"],
      oursOnly,
      ".contextsWithoutTransfer",
      "GetContextInfo",
      "core/account/create.contexts.test.ts"
    ),
    session("recordContextId", only10, ".recordContextId", "CreateMcpSession", `${answers} ${found}`),
    session("appInstanceId", from19, ".appInstanceId", "CreateMcpSession GetSession", `${answers} ${found}`),
    session(["`ResourceId` of the answers"], every, ".resourceId", "CreateMcpSession GetSession", answers),
    session(
      "wsUrl",
      from19,
      ".wsUrl",
      "CreateMcpSession GetSession",
      `${answers} ${found}`,
      "redacted; nothing connects to it yet"
    ),
    session(
      "vpcIp vpcId",
      from19,
      ".vpcIp .vpcId",
      "CreateMcpSession GetSession",
      "core/account/lifetime.test.ts"
    ),
    session(
      "callMcpTool",
      every,
      ".callMcpTool",
      "CallMcpTool",
      operations,
      "over the VPC, the link or the API; text, error and request id are kept apart"
    ),
    session(
      "listMcpTools",
      every,
      ".listMcpTools",
      "ListMcpTools",
      operations,
      "an unreadable list is a failure, not an empty one"
    ),
    session(
      "findServerForTool getMcpServerForTool",
      every,
      ".findServerForTool",
      "",
      `${operations} ${found}`
    ),
    session("info", every, ".info", "GetMcpResource", operations, "tickets and codes are redacted"),
    session("getStatus", from15, ".status", "GetSessionDetail", operations),
    session("getLabels", every, ".getLabels", "GetLabel", `core/session/labelsAndLinks.test.ts ${client}`),
    session(
      "setLabels",
      every,
      ".setLabels",
      "SetLabel",
      `core/session/labelsAndLinks.test.ts ${client}`,
      "a refusal of the service is a failure"
    ),
    session(
      "getLink getLinkAsync",
      every,
      ".getLink",
      "GetLink",
      "core/session/labelsAndLinks.test.ts",
      "one operation; the URL is redacted, and an answer without one is a failure"
    ),
    session(
      "getMetrics",
      from15,
      ".metrics",
      "get_metrics",
      operations,
      "figures that are missing are none, not 0"
    ),
    session(
      "betaPauseAsync py:beta_pause py:beta_pause_async",
      from15,
      ".pause",
      "PauseSessionAsync GetSession",
      `${client} core/session/state.test.ts`,
      "waits; a service that still shows the old state is given time"
    ),
    session(
      "betaResumeAsync py:beta_resume py:beta_resume_async",
      from15,
      ".resume",
      "ResumeSessionAsync GetSession",
      `${client} core/session/state.test.ts`,
      "waits"
    ),
    session(
      "delete",
      every,
      ".delete",
      "DeleteSessionAsync ReleaseMcpSession GetSessionDetail SyncContext",
      "core/account/ending.test.ts core/types/Session.tst.ts",
      "confirmed, also where the service says `DELETED`; files that could not be saved keep the session"
    ),
    session(
      ["passing a session on"],
      oursOnly,
      ".toHandle bay.attach",
      "",
      `core/account/handle.test.ts ${client}`,
      "a value; there only the id, and another lookup"
    ),
    session(
      "keepAlive keepAliveAsync",
      from19,
      ".keepAlive",
      "RefreshSessionIdleTime",
      "core/account/lifetime.test.ts testing/cloud/lifetimes.test.ts"
    ),
    leftOut(
      "getAPIKey getClient getAgentBay",
      every,
      "the key stays in the configuration; the account is `AgentBay`"
    )
  ]
}

const process = rowsOf("SessionProcess.SessionProcess")
const command = rowsOf("session.command")
const commands = "core/session/SessionCommand.test.ts"
const processes = "core/session/SessionProcess.test.ts"

const commandModule: Module = {
  title: "Commands",
  official: ["session.command"],
  page: "commands.md",
  rows: [
    command(
      "executeCommand run exec",
      every,
      ".run",
      "shell",
      `${commands} ${client}`,
      "the timeout is sent as given, default 50 seconds; a non-zero exit code is data, and so is output that looks like JSON"
    ),
    command(
      ["a program with arguments"],
      oursOnly,
      ".exec SessionCommand.quote",
      "shell",
      commands,
      "quoted; there the caller builds the line"
    ),
    command(
      ["jobs that outlive a call"],
      oursOnly,
      ".start .startScoped .attach",
      "shell",
      processes,
      "there `nohup` by hand; exactly once, found again by id"
    ),
    process(
      ["output, input and signals of such a job"],
      oursOnly,
      ".stdout .stderr .write .signal .wait",
      "shell",
      processes,
      "streams and effects on an ordinary shell; no terminal (see there)"
    )
  ]
}

const code = rowsOf("session.code")

const codeModule: Module = {
  title: "Code",
  official: ["session.code"],
  page: "code.md",
  rows: [
    code(
      "runCode run execute",
      every,
      ".run",
      "run_code",
      `core/session/SessionCode.test.ts ${client}`,
      "errors with name, value and traceback; the call waits longer than the code may take"
    ),
    code(
      "streamBeta onStdout onStderr onError",
      from19,
      ".stream",
      "",
      "testing/client/channelContract.ts testing/client/liveChannel.test.ts",
      "a stream of tagged events with the result last; without a live channel a typed failure, or the blocking form when asked to; both placements of MIME data"
    )
  ]
}

const watching = "core/session/watching.test.ts testing/client/watchContract.ts"
const files = rowsOf("session.fileSystem")
const content = "core/session/SessionFileSystem.content.test.ts"
const entries = "core/session/SessionFileSystem.entries.test.ts"

const fileModule: Module = {
  title: "Files",
  official: ["session.fileSystem", "session.fs", "session.filesystem", "session.files"],
  page: "files.md",
  rows: [
    files(
      "readFile read py:read_file go:ReadFileBinary go:ReadFileWithFormat",
      every,
      ".readFile .readFileString .stream",
      "get_file_info read_file shell",
      `${content} ${client}`,
      "bytes are decoded once and whole; files that report size 0 are read to their end"
    ),
    files(
      "readMultipleFiles",
      every,
      ".readFiles .readFilesString",
      "read_file",
      content,
      "each file on its own, so that no content ends another"
    ),
    files(
      ["the tool `read_multiple_files`"],
      every,
      "session.callMcpTool",
      "read_multiple_files",
      operations,
      "not used by ours: its answer cannot be told apart from its contents; by name for who wants it"
    ),
    files(
      "writeFile write",
      every,
      ".writeFile .writeFileString .sink",
      "write_file move_file shell",
      `${content} ${client}`,
      "text and bytes of any size, in messages the service accepts, complete or not at all"
    ),
    files(
      "editFile",
      every,
      ".edit",
      "edit_file",
      `${entries} ${client}`,
      "a dry run tells what would change"
    ),
    files(
      "getFileInfo",
      every,
      ".stat .exists",
      "get_file_info",
      `${entries} ${client} testing/client/fileTransferContract.ts`,
      "times and Windows paths are whole"
    ),
    files("listDirectory list ls", every, ".list", "list_directory", `${entries} ${client}`),
    files(
      "searchFiles",
      every,
      ".search",
      "search_files",
      `${entries} ${client}`,
      "nothing found is an empty list"
    ),
    files("createDirectory", every, ".makeDirectory", "create_directory", entries),
    files("moveFile", every, ".move", "move_file", `${entries} ${client}`),
    files(
      "deleteFile delete remove rm",
      from15,
      ".remove",
      "delete_file shell",
      `${entries} ${client}`,
      "directories too"
    ),
    files(
      ["copying files and directories"],
      oursOnly,
      ".copy",
      "shell",
      entries,
      "there with a command of one's own"
    ),
    files(
      "getFileChange",
      every,
      ".getChanges",
      "get_file_change",
      `${entries} ${client}`,
      "an unreadable answer is a failure"
    ),
    leftOut(
      "hasChanges getModifiedFiles getCreatedFiles getDeletedFiles",
      every,
      "changes are a list: filter by `eventType`"
    ),
    files(
      "watchDirectory go:WatchDirectoryWithDefaults",
      every,
      ".changes",
      "get_file_change",
      `${entries} ${watching}`,
      "a stream; pushes where the session has them, looks otherwise, and it says which; ends with the session"
    ),
    files(
      "monitoring ready py:stop_event py:ready_event",
      from19,
      ".changes",
      "get_file_change",
      watching,
      "the stream itself: it runs as long as it is consumed, and `onMode` is told when it has begun"
    ),
    files(
      ["`watchDirectory` by push"],
      from19,
      ".changes",
      "get_file_change",
      `${watching} testing/client/watching.test.ts`,
      "subscribed to again after each connection; nothing lost or told twice"
    )
  ]
}

const transfer = rowsOf("session.fileTransfer")
const carried = "testing/client/fileTransferContract.ts"

const transferModule: Module = {
  title: "File transfer",
  official: ["session.fileSystem"],
  page: "file-transfer.md",
  rows: [
    transfer(
      "uploadFile",
      every,
      ".upload FileTransfer.uploadFile",
      "GetContextFileUploadUrl SyncContext GetContextInfo DeleteContextFile",
      `core/session/SessionFileTransfer.upload.test.ts ${carried} node/FileTransfer.test.ts`,
      "any stream or a local file, in constant memory, with a checksum; resumes after a fault"
    ),
    transfer(
      "downloadFile",
      every,
      ".download .downloadTo FileTransfer.downloadFile",
      "SyncContext GetContextInfo GetContextFileDownloadUrl DeleteContextFile",
      `core/session/SessionFileTransfer.download.test.ts ${carried} node/FileTransfer.test.ts`,
      "a stream or a local file, complete or not at all"
    ),
    transfer(
      "getFileTransferContextPath",
      from15,
      ".directory",
      "GetAndLoadInternalContext",
      `${carried} core/session/SessionFileTransfer.directories.test.ts`,
      "paths outside it work as well"
    ),
    transfer(
      ["whole directories"],
      oursOnly,
      ".uploadDirectory .downloadDirectory FileTransfer.uploadDirectory FileTransfer.downloadDirectory",
      "list_directory create_directory",
      `core/session/SessionFileTransfer.directories.test.ts ${carried} node/FileTransfer.test.ts`,
      "there file by file"
    )
  ]
}

const context = rowsOf("session.context")
const contexts = "core/session/SessionContext.test.ts"

const contextModule: Module = {
  title: "Contexts of a session",
  official: ["session.context"],
  page: "contexts.md",
  rows: [
    context("info infoWithParams", every, ".info", "GetContextInfo", contexts),
    context(
      "sync",
      every,
      ".sync",
      "SyncContext GetContextInfo",
      `${contexts} ${client}`,
      "the task of this call must appear and succeed; a failure names context and path"
    ),
    context(
      "go:Sync go:SyncWithParams",
      every,
      ".startSync",
      "SyncContext",
      contexts,
      "starts without waiting"
    ),
    context(
      "bind go:BetaMount",
      from19,
      ".bind .startBind",
      "BindContexts DescribeSessionContexts GetContextInfo",
      "core/session/SessionContext.bind.test.ts",
      "waits for mounts and files, and fails when they do not come"
    ),
    context(
      "listBindings",
      from19,
      ".listBindings",
      "DescribeSessionContexts",
      "core/session/SessionContext.bind.test.ts testing/client/bindingContract.ts"
    )
  ]
}

const oss = rowsOf("session.oss")
const store = "core/session/SessionOss.test.ts"
const stored = "testing/client/ossContract.ts"

const ossModule: Module = {
  title: "Object storage",
  official: ["session.oss"],
  page: "object-storage.md",
  rows: [
    oss(
      "envInit",
      every,
      ".envInit",
      "oss_env_init",
      `${store} ${stored}`,
      "credentials are redacted; text of a failure is a failure"
    ),
    oss("upload", every, ".upload", "oss_upload", `${store} ${stored}`, "text of a failure is a failure"),
    oss(
      "uploadAnonymous",
      every,
      ".uploadAnonymous",
      "oss_upload_annon",
      `${store} ${stored}`,
      "the URL is redacted; text of a failure is a failure"
    ),
    oss(
      "download",
      every,
      ".download",
      "oss_download",
      `${store} ${stored}`,
      "text of a failure is a failure"
    ),
    oss(
      "downloadAnonymous",
      every,
      ".downloadAnonymous",
      "oss_download_annon",
      `${store} ${stored}`,
      "the URL is redacted; text of a failure is a failure"
    )
  ]
}

export const modules: ReadonlyArray<Module> = [
  sessionModule,
  commandModule,
  codeModule,
  fileModule,
  transferModule,
  contextModule,
  ossModule
]
