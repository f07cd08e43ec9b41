/**
 * The desktop of a session of real processes, which the agent in the session starts and leads.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Desktop } from "../../../Desktop.js"
import type { MachineError } from "../../../Machine.js"
import type { AgentConnection } from "../agentConnection.js"
import * as Answers from "./answers.js"
import * as Keys from "./keys.js"

/**
 * Starts the desktop of the session if it does not run. Fails with `Missing` where the host lacks a program, and
 * names the packages to install.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (request: AgentConnection["request"]): Effect.Effect<Desktop, MachineError> => {
  const ask = <A, I>(schema: Schema.Schema<A, I>, action: string, parameters: object = {}) =>
    request(schema, { op: "desktop", action, ...parameters })
  const get = <A, I>(schema: Schema.Schema<A, I>, action: string, parameters?: object) =>
    Effect.map(ask(schema, action, parameters), ({ value }) => value)
  const order = (action: string, parameters?: object) =>
    Effect.asVoid(ask(Schema.Unknown, action, parameters))

  return Effect.as(order("start"), {
    screen: get(Answers.Screen, "screen"),
    cursor: get(Answers.Point, "cursor"),
    click: (point, button) => order("click", { point, button }),
    move: (point) => order("move", { point }),
    drag: (from, to, button) => order("drag", { from, to, button }),
    scroll: (point, direction, amount) => order("scroll", { point, direction, amount }),
    type: (text) => Effect.flatMap(Keys.typing(text), (keys) => order("type", { keys })),
    press: (names, hold) => Effect.flatMap(Keys.named(names), (keys) => order("press", { keys, hold })),
    release: (names) => Effect.flatMap(Keys.named(names), (keys) => order("release", { keys })),
    windows: get(Answers.Windows, "windows"),
    activeWindow: Effect.map(get(Answers.ActiveWindow, "activeWindow"), Option.fromNullable),
    changeWindow: (window, change) => order("changeWindow", { window, change }),
    resizeWindow: (window, width, height) => order("resizeWindow", { window, width, height }),
    moveWindow: (window, point) => order("moveWindow", { window, point }),
    focusMode: (on) => order("focusMode", { on }),
    screenshot: (format) =>
      Effect.map(ask(Answers.Picture, "screenshot", { format }), ({ body, value }) => ({
        ...value,
        bytes: new Uint8Array(body)
      })),
    installedApplications: get(Answers.Applications, "installedApplications"),
    start: ({ command, workDirectory }) =>
      get(Answers.Processes, "startApplication", { command, workDirectory }),
    stopByName: (name) => order("stopByName", { name }),
    stopByPid: (pid) => order("stopByPid", { pid }),
    stopByCommand: (command) => order("stopByCommand", { command }),
    visibleProcesses: get(Answers.Processes, "visibleProcesses"),
    processes: get(Answers.Processes, "processes")
  } satisfies Desktop)
}
