/** The windows of a desktop, as `session.computer` and `session.window` have them. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { Tool } from "../../contract/Tool.js"
import * as WindowTools from "../../contract/tools/WindowTools.js"
import type { SessionComputer } from "../../session/SessionComputer.js"
import { type Checked, checked, type ModuleCall, millisOf, oneOf, wholeNumber } from "../moduleCall.js"

export type WindowOperations = Pick<
  SessionComputer.Service,
  | "listRootWindows"
  | "activateWindow"
  | "closeWindow"
  | "maximizeWindow"
  | "minimizeWindow"
  | "restoreWindow"
  | "fullscreenWindow"
  | "resizeWindow"
  | "focusMode"
>

/** What the service waits for windows at most, unless a caller says otherwise. */
const defaultTimeout = "3 seconds"

export const windowId = (id: number) => wholeNumber("id", id, 0)

const noActiveWindow =
  /\bno (active|focused|foreground) window|\bno window (is|has) |active window (was )?not found/i

/** Without a window that has the focus the service answers with an error, or with nothing. */
export const orNoWindow = <A, E extends { readonly _tag: string }>(
  self: Effect.Effect<Option.Option<A>, E>
): Effect.Effect<Option.Option<A>, E> =>
  Effect.catchIf(
    self,
    (error) => error._tag === "ToolError" && "text" in error && noActiveWindow.test(String(error.text)),
    () => Effect.succeedNone
  )

type ListTool = Tool<string, Timeout, Timeout, ReadonlyArray<WindowTools.WindowInfo>>

interface Timeout {
  readonly timeout_ms?: number | undefined
}

export const withTimeout =
  (timeout: Duration.DurationInput | undefined): Checked<Timeout> =>
  (operation) =>
    Effect.map(millisOf(operation, "timeout", timeout ?? defaultTimeout), (timeout_ms) => ({ timeout_ms }))

export const listWindows =
  (module: ModuleCall, method: string, tool: ListTool): SessionComputer.Service["listRootWindows"] =>
  (options) =>
    module.call(method, tool, withTimeout(options?.timeout))

type WindowTool = Tool<string, { readonly window_id: number }, { readonly window_id: number }, string>

/** The operations. `module` says on whose behalf. */
export const makeWindowOperations = (module: ModuleCall): WindowOperations => {
  const change = (method: string, tool: WindowTool) => (id: number) =>
    Effect.asVoid(module.call(method, tool, checked({ window_id: id }, windowId(id))))
  return {
    listRootWindows: listWindows(module, "listRootWindows", WindowTools.listRootWindows),
    activateWindow: change("activateWindow", WindowTools.activateWindow),
    closeWindow: change("closeWindow", WindowTools.closeWindow),
    maximizeWindow: change("maximizeWindow", WindowTools.maximizeWindow),
    minimizeWindow: change("minimizeWindow", WindowTools.minimizeWindow),
    restoreWindow: change("restoreWindow", WindowTools.restoreWindow),
    fullscreenWindow: change("fullscreenWindow", WindowTools.fullscreenWindow),
    resizeWindow: (id, width, height) =>
      Effect.asVoid(
        module.call(
          "resizeWindow",
          WindowTools.resizeWindow,
          checked(
            { window_id: id, width, height },
            windowId(id),
            wholeNumber("width", width, 1),
            wholeNumber("height", height, 1)
          )
        )
      ),
    focusMode: (on) =>
      Effect.asVoid(
        module.call("focusMode", WindowTools.focusMode, checked({ on }, oneOf("on", on, [true, false])))
      )
  }
}
