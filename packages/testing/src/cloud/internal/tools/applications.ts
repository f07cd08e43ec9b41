/** Applications: those of a desktop, and, on mobile images, those of the Android device. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { DesktopProcess, InstalledApplication } from "../../../machine/Desktop.js"
import { type ToolHandlers, yes } from "./handler.js"
import { ask, onScreen, order } from "./screens.js"

const describeProcesses = (processes: ReadonlyArray<DesktopProcess>) =>
  processes.map(({ commandLine, name, pid }) => ({ name, pid, commandLine: textOf(commandLine) }))

const textOf = (text: string): Option.Option<string> => (text === "" ? Option.none() : Option.some(text))

const describeApplication = ({ name, startCommand, stopCommand, workDirectory }: InstalledApplication) => ({
  name,
  startCommand,
  stopCommand: textOf(stopCommand),
  workDirectory: textOf(workDirectory)
})

export const applicationsHandlers: ToolHandlers<
  | "get_installed_apps"
  | "start_app"
  | "stop_app_by_pname"
  | "stop_app_by_pid"
  | "stop_app_by_cmd"
  | "list_visible_apps"
  | "list_running_processes"
> = {
  get_installed_apps: ({ desktop, ignore_system_app, start_menu }, session) =>
    Effect.map(
      onScreen(session, {
        desktop: ({ installedApplications }) => installedApplications,
        android: ({ installedApplications }) => installedApplications
      }),
      (applications) =>
        applications
          .filter(
            ({ isSystem, shownIn }) =>
              (shownIn === "desktop" ? desktop : start_menu) && !(isSystem && ignore_system_app)
          )
          .map(describeApplication)
    ),
  start_app: ({ activity, start_cmd: command, work_directory: workDirectory }, session) =>
    Effect.map(
      onScreen(session, {
        desktop: ({ start }) => start({ command, workDirectory: workDirectory || undefined }),
        android: ({ start }) => start({ command, activity: activity || undefined })
      }),
      describeProcesses
    ),
  stop_app_by_pname: ({ pname }, session) => order(session, ({ stopByName }) => stopByName(pname)),
  stop_app_by_pid: ({ pid }, session) => order(session, ({ stopByPid }) => stopByPid(pid)),
  stop_app_by_cmd: ({ stop_cmd }, session) =>
    Effect.as(
      onScreen(session, {
        desktop: ({ stopByCommand }) => stopByCommand(stop_cmd),
        android: ({ stopByCommand }) => stopByCommand(stop_cmd)
      }),
      yes
    ),
  list_visible_apps: (_, session) =>
    Effect.map(
      ask(session, ({ visibleProcesses }) => visibleProcesses),
      describeProcesses
    ),
  list_running_processes: (_, session) =>
    Effect.map(
      ask(session, ({ processes }) => processes),
      describeProcesses
    )
}
