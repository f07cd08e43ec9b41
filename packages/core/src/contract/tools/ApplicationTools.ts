/**
 * The tools of `wuying_app`.
 *
 * Source: session automation modules, section 2.4; newer features, section 13.2.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Tool from "../Tool.js"
import { listText, maybeText, parameter } from "../Wire.js"

const server = "wuying_app"

/**
 * A program that the system knows how to start. Without a stop command or a directory of its own both are none.
 *
 * @since 0.1.0
 * @category schemas
 */
export const InstalledApp = Schema.Struct({
  name: Schema.String,
  startCommand: parameter(Schema.String, "start_cmd"),
  stopCommand: maybeText("stop_cmd"),
  workDirectory: maybeText("work_directory")
})

/**
 * @since 0.1.0
 * @category models
 */
export type InstalledApp = typeof InstalledApp.Type

/**
 * A process of an application.
 *
 * @since 0.1.0
 * @category schemas
 */
export const AppProcess = Schema.Struct({
  name: parameter(Schema.String, "pname"),
  pid: Schema.Int,
  commandLine: maybeText("cmdline")
})

/**
 * @since 0.1.0
 * @category models
 */
export type AppProcess = typeof AppProcess.Type

const Processes = listText(AppProcess)

/**
 * The last member was renamed in the newest generation. Both names are read and written, because nothing tells
 * which of them a session knows.
 */
const InstalledAppsArgs = Schema.transform(
  Schema.Struct({
    start_menu: Schema.Boolean,
    desktop: Schema.Boolean,
    ignore_system_apps: Schema.optional(Schema.Boolean),
    ignore_system_app: Schema.optional(Schema.Boolean)
  }),
  Schema.Struct({ start_menu: Schema.Boolean, desktop: Schema.Boolean, ignore_system_app: Schema.Boolean }),
  {
    strict: true,
    decode: ({ desktop, ignore_system_app, ignore_system_apps, start_menu }) => ({
      start_menu,
      desktop,
      ignore_system_app: ignore_system_app ?? ignore_system_apps ?? true
    }),
    encode: (args) => ({ ...args, ignore_system_apps: args.ignore_system_app })
  }
)

/**
 * @since 0.1.0
 * @category tools
 */
export const getInstalledApps = Tool.make({
  name: "get_installed_apps",
  server,
  description: "Lists the applications that are installed.",
  args: InstalledAppsArgs,
  result: listText(InstalledApp),
  idempotent: true
})

/**
 * Starts a program; `activity` is an Android activity. Answers with the processes that this made.
 *
 * @since 0.1.0
 * @category tools
 */
export const startApp = Tool.make({
  name: "start_app",
  server,
  description: "Starts an application.",
  args: Schema.Struct({
    start_cmd: Schema.String,
    work_directory: Schema.optional(Schema.String),
    activity: Schema.optional(Schema.String)
  }),
  result: Processes,
  idempotent: false
})

/**
 * @since 0.1.0
 * @category tools
 */
export const stopAppByPname = Tool.make({
  name: "stop_app_by_pname",
  server,
  description: "Stops the processes of a name.",
  args: Schema.Struct({ pname: Schema.String }),
  idempotent: false
})

/**
 * @since 0.1.0
 * @category tools
 */
export const stopAppByPid = Tool.make({
  name: "stop_app_by_pid",
  server,
  description: "Stops a process.",
  args: Schema.Struct({ pid: Schema.Int }),
  idempotent: false
})

/**
 * Runs the command that stops an application; on Android the command is the name of its package.
 *
 * @since 0.1.0
 * @category tools
 */
export const stopAppByCmd = Tool.make({
  name: "stop_app_by_cmd",
  server,
  description: "Stops an application with a command, or, on Android, by the name of its package.",
  args: Schema.Struct({ stop_cmd: Schema.String }),
  idempotent: false
})

/**
 * @since 0.1.0
 * @category tools
 */
export const listVisibleApps = Tool.make({
  name: "list_visible_apps",
  server,
  description: "Lists the processes that have a window.",
  args: Schema.Struct({}),
  result: Processes,
  idempotent: true
})

/**
 * A tool that only the first generation calls.
 *
 * @since 0.1.0
 * @category tools
 */
export const listRunningProcesses = Tool.make({
  name: "list_running_processes",
  server,
  description: "Lists all processes.",
  args: Schema.Struct({}),
  result: Processes,
  idempotent: true
})

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  get_installed_apps: getInstalledApps,
  start_app: startApp,
  stop_app_by_pname: stopAppByPname,
  stop_app_by_pid: stopAppByPid,
  stop_app_by_cmd: stopAppByCmd,
  list_visible_apps: listVisibleApps,
  list_running_processes: listRunningProcesses
} as const
