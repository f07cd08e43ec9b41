/** The Android tools. */
import * as Effect from "effect/Effect"
import type { Android } from "../../../machine/Android.js"
import type { MachineError } from "../../../machine/Machine.js"
import type { SessionRecord } from "../state.js"
import { failed, type ToolHandlers, yes } from "./handler.js"
import { refused } from "./screens.js"
import { clickable, toUiElement, toXml } from "./uiDump.js"

const onDevice = <A>({ machine }: SessionRecord, use: (android: Android) => Effect.Effect<A, MachineError>) =>
  Effect.mapError(Effect.flatMap(machine.android, use), refused)

const notNegative = (name: string, value: number) =>
  value < 0 ? Effect.fail(failed(`${name} must not be negative`)) : Effect.void

export const mobileHandlers: ToolHandlers<
  "tap" | "swipe" | "send_key" | "get_clickable_ui_elements" | "get_all_ui_elements"
> = {
  tap: (point, session) =>
    Effect.as(
      onDevice(session, ({ tap }) => tap(point)),
      yes
    ),
  swipe: ({ duration_ms, end_x, end_y, start_x, start_y }, session) =>
    Effect.zipRight(
      notNegative("duration_ms", duration_ms),
      Effect.as(
        onDevice(session, ({ swipe }) =>
          swipe({ x: start_x, y: start_y }, { x: end_x, y: end_y }, duration_ms)
        ),
        yes
      )
    ),
  send_key: ({ key }, session) =>
    Effect.as(
      onDevice(session, ({ sendKey }) => sendKey(key)),
      yes
    ),
  get_clickable_ui_elements: ({ timeout_ms }, session) =>
    Effect.zipRight(
      notNegative("timeout_ms", timeout_ms),
      Effect.map(
        onDevice(session, ({ elements }) => elements),
        clickable
      )
    ),
  get_all_ui_elements: ({ format, timeout_ms }, session) =>
    Effect.zipRight(
      notNegative("timeout_ms", timeout_ms),
      Effect.map(
        onDevice(session, ({ elements }) => elements),
        (elements) =>
          format === "xml"
            ? { format, document: toXml(elements) }
            : { format: "json" as const, elements: elements.map(toUiElement) }
      )
    )
}
