/** Screens: desktops, Android, and the modules of the first generation. */
import { every, from15, leftOut, type Module, only10, rowsOf } from "./row.js"

const computer = rowsOf("session.computer")
const unit = "core/session/SessionComputer.test.ts"
const contract = "testing/client/computerContract.ts"
const screens = "core/session/screenshots.test.ts"

const computerModule: Module = {
  title: "Desktop",
  official: ["session.computer"],
  page: "computer.md",
  rows: [
    computer("clickMouse", every, ".clickMouse", "click_mouse", `${unit} ${contract}`),
    computer("moveMouse", every, ".moveMouse", "move_mouse", `${unit} ${contract}`),
    computer("dragMouse", every, ".dragMouse", "drag_mouse", unit),
    computer("scroll", every, ".scroll", "scroll", unit),
    computer("inputText", every, ".inputText", "input_text", `${unit} ${contract}`),
    computer(
      "pressKeys",
      every,
      ".pressKeys .withKeysHeld",
      "press_keys release_keys",
      `${unit} ${contract} core/session/heldKeys.test.ts`,
      "key names are normalised; `withKeysHeld` releases whatever happens"
    ),
    computer(
      "releaseKeys",
      every,
      ".releaseKeys",
      "release_keys",
      unit,
      "normalised with the same table as pressing; there it is not"
    ),
    computer(
      "getCursorPosition",
      every,
      ".getCursorPosition",
      "get_cursor_position",
      `${unit} ${contract}`,
      "missing coordinates are a failure, not 0"
    ),
    computer("getScreenSize", every, ".getScreenSize", "get_screen_size", `${unit} ${contract}`),
    computer(
      "screenshot",
      every,
      ".screenshotUrl",
      "system_screenshot",
      `${screens} ${contract}`,
      "the URL is redacted"
    ),
    computer(
      "betaTakeScreenshot",
      from15,
      ".screenshot",
      "screenshot system_screenshot",
      `${screens} ${contract}`,
      "bytes and media type, whichever of the two tools the session has"
    ),
    computer("listRootWindows", every, ".listRootWindows", "list_root_windows", `${unit} ${contract}`),
    computer("getActiveWindow", every, ".getActiveWindow", "get_active_window", `${unit} ${contract}`),
    ...(
      [
        ["activateWindow", "activate_window"],
        ["closeWindow", "close_window"],
        ["maximizeWindow", "maximize_window"],
        ["minimizeWindow", "minimize_window"],
        ["restoreWindow", "restore_window"],
        ["fullscreenWindow", "fullscreen_window"],
        ["resizeWindow", "resize_window"],
        ["focusMode", "focus_mode"]
      ] as const
    ).map(([name, tool]) => computer(name, every, `.${name}`, tool, unit)),
    computer("getInstalledApps", every, ".getInstalledApps", "get_installed_apps", unit),
    computer("startApp", every, ".startApp", "start_app", `${unit} testing/client/desktopSteps.ts`),
    computer("stopAppByPName", every, ".stopAppByPName", "stop_app_by_pname", unit),
    computer("stopAppByPID", every, ".stopAppByPID", "stop_app_by_pid", unit),
    computer("stopAppByCmd", every, ".stopAppByCmd", "stop_app_by_cmd", unit),
    computer("listVisibleApps", every, ".listVisibleApps", "list_visible_apps", unit)
  ]
}

const keys: Module = {
  title: "Key names",
  official: ["normalizeKeys", "KeyCode"],
  page: "computer.md",
  rows: [
    rowsOf("KeyName")(
      "normalizeKeys go:NormalizeSingleKey",
      from15,
      ".normalize",
      "",
      "core/session/KeyName.test.ts"
    ),
    rowsOf("KeyName")("getSupportedKeyNames", from15, ".groups", "", "core/session/KeyName.test.ts"),
    rowsOf("KeyCode")(
      "KeyCode",
      every,
      ".KeyCode .fromName",
      "",
      "core/session/KeyCode.test.ts",
      "all 289 Android key codes, under the short names; the newer TypeScript has none"
    )
  ]
}

const mobile = rowsOf("session.mobile")
const touch = "core/session/SessionMobile.test.ts"
const android = "testing/client/mobileContract.ts"

const mobileModule: Module = {
  title: "Android",
  official: ["session.mobile"],
  page: "mobile.md",
  rows: [
    mobile("tap", every, ".tap", "tap", `${touch} ${android}`),
    mobile("swipe", every, ".swipe", "swipe", `${touch} ${android}`),
    mobile("inputText", every, ".inputText", "input_text", `${touch} ${android}`),
    mobile("sendKey", every, ".sendKey", "send_key", `${touch} ${android}`, "takes a name or a number"),
    mobile(
      "getClickableUIElements",
      every,
      ".getClickableUIElements",
      "get_clickable_ui_elements",
      `${touch} ${android}`,
      "bounds are rectangles, in whatever form they come"
    ),
    mobile(
      "getAllUIElements",
      every,
      ".getAllUIElements",
      "get_all_ui_elements",
      `${touch} ${android}`,
      "JSON or XML; an unknown format is refused before anything is sent"
    ),
    mobile("getInstalledApps", every, ".getInstalledApps", "get_installed_apps", `${touch} ${android}`),
    mobile("startApp", every, ".startApp", "start_app", `${touch} ${android}`),
    mobile("stopAppByCmd", every, ".stopAppByCmd", "stop_app_by_cmd", `${touch} ${android}`),
    mobile(
      "screenshot",
      every,
      ".screenshotUrl",
      "system_screenshot",
      "core/session/SessionMobile.tst.ts",
      "the URL is redacted; an empty one is a failure"
    ),
    mobile(
      "betaTakeScreenshot",
      from15,
      ".screenshot",
      "screenshot system_screenshot",
      `${touch} ${android}`
    ),
    mobile("betaTakeLongScreenshot", from15, ".longScreenshot", "long_screenshot", `${touch} ${android}`),
    mobile(
      "getAdbUrl",
      every,
      ".getAdbUrl",
      "GetAdbLink GetLink",
      `core/session/adb.test.ts ${android}`,
      "host and port, and the command that connects to them"
    ),
    mobile(
      "configure",
      every,
      ".configure",
      "shell",
      `${touch} ${android}`,
      "only what was given is changed; a failure names the setting"
    ),
    mobile("setResolutionLock", every, ".setResolutionLock", "shell", touch),
    mobile(
      "setAppWhitelist",
      every,
      ".setAppWhitelist",
      "shell",
      `${touch} ${android}`,
      "package names are checked"
    ),
    mobile(
      "setAppBlacklist",
      every,
      ".setAppBlacklist",
      "shell",
      `${touch} ${android}`,
      "package names are checked"
    ),
    mobile(
      "setNavigationBarVisibility",
      every,
      ".setNavigationBarVisibility",
      "shell",
      `${touch} ${android}`
    ),
    mobile("setUninstallBlacklist", every, ".setUninstallBlacklist", "shell", `${touch} ${android}`),
    mobile(
      ["the table of command templates and its helpers"],
      every,
      "MobileConfiguration.toCommands",
      "shell",
      "core/account/mobile.test.ts",
      "the commands as a function of the settings, quoted; the templates there are not"
    ),
    mobile(
      "simulateConfig",
      from15,
      ".simulate MobileConfiguration.toSimulationCommand",
      "shell",
      `${touch} core/account/mobile.test.ts`,
      "an operation of its own as well; there only at creation, where its failure is only logged"
    )
  ]
}

const baseline = "testing/client/baselineContract.ts"
const application = rowsOf("session.application")
const ui = rowsOf("session.ui")
const window = rowsOf("session.window")

const applicationModule: Module = {
  title: "Applications of the first generation",
  official: ["session.application"],
  page: "baseline-modules.md",
  rows: (
    [
      ["getInstalledApps", "get_installed_apps"],
      ["startApp", "start_app"],
      ["stopAppByPName", "stop_app_by_pname"],
      ["stopAppByPID", "stop_app_by_pid"],
      ["stopAppByCmd", "stop_app_by_cmd"],
      ["listVisibleApps", "list_visible_apps"],
      ["getRunningProcesses", "list_running_processes"],
      ["getVisibleApps", "list_visible_apps"]
    ] as const
  ).map(([name, tool]) =>
    application(name, only10, `.${name}`, tool, `core/session/SessionApplication.test.ts ${baseline}`)
  )
}

const uiUnit = "core/session/SessionUi.test.ts"

const uiModule: Module = {
  title: "UI of the first generation",
  official: ["session.ui"],
  page: "baseline-modules.md",
  rows: [
    ui(
      "click",
      only10,
      ".click",
      "click",
      `${uiUnit} ${baseline}`,
      "buttons are checked before anything is sent"
    ),
    ...(
      [
        ["getClickableUIElements", "get_clickable_ui_elements"],
        ["getAllUIElements", "get_all_ui_elements"],
        ["sendKey", "send_key"],
        ["swipe", "swipe"],
        ["inputText", "input_text"]
      ] as const
    ).map(([name, tool]) => ui(name, only10, `.${name}`, tool, `${uiUnit} ${baseline}`)),
    ui(
      "screenshot",
      only10,
      ".screenshot .screenshotUrl",
      "system_screenshot screenshot",
      `${uiUnit} ${baseline}`,
      "the picture itself; its URL, redacted, from `screenshotUrl`"
    )
  ]
}

const windowModule: Module = {
  title: "Windows of the first generation",
  official: ["session.window"],
  page: "baseline-modules.md",
  rows: (
    [
      ["listRootWindows", "list_root_windows"],
      ["listAllWindows", "list_all_windows"],
      ["getWindowInfo", "get_window_info"],
      ["getActiveWindow", "get_active_window"],
      ["moveWindow", "move_window"],
      ["closeWindow", "close_window"],
      ["maximizeWindow", "maximize_window"],
      ["activateWindow", "activate_window"],
      ["minimizeWindow", "minimize_window"],
      ["restoreWindow", "restore_window"],
      ["fullscreenWindow", "fullscreen_window"],
      ["resizeWindow", "resize_window"],
      ["focusMode", "focus_mode"]
    ] as const
  ).map(([name, tool]) =>
    window(name, only10, `.${name}`, tool, `core/session/SessionWindow.test.ts ${baseline}`)
  )
}

const resources: Module = {
  title: "Tools of the service without a method",
  official: ["no module"],
  rows: [
    rowsOf("session")(
      "get_resource",
      every,
      ".callMcpTool",
      "get_resource",
      "core/session/operations.test.ts",
      "no SDK has a method for it; by name like any other tool"
    ),
    leftOut(
      "release_resource",
      every,
      "listed by the service for its own use, with no known arguments; `session.callMcpTool` reaches it"
    )
  ]
}

export const modules: ReadonlyArray<Module> = [
  computerModule,
  keys,
  mobileModule,
  applicationModule,
  uiModule,
  windowModule,
  resources
]
