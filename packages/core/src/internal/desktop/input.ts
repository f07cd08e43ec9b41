/** Mouse and keyboard, and keys that are surely released again. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as DesktopTools from "../../contract/tools/DesktopTools.js"
import { normalize } from "../../session/KeyName.js"
import type { SessionComputer } from "../../session/SessionComputer.js"
import { type Check, checked, isText, type ModuleCall, oneOf, pixels, wholeNumber } from "../moduleCall.js"
import { ensure } from "../validate.js"

export type InputOperations = Pick<
  SessionComputer.Service,
  | "clickMouse"
  | "moveMouse"
  | "dragMouse"
  | "scroll"
  | "inputText"
  | "pressKeys"
  | "releaseKeys"
  | "withKeysHeld"
>

const { literals: clickButtons } = DesktopTools.ClickButton
const { literals: dragButtons } = DesktopTools.DragButton
const { literals: directions } = DesktopTools.ScrollDirection

/** At least one key, each with a name. */
const keyNames =
  (keys: ReadonlyArray<string>): Check =>
  (operation) =>
    ensure(
      Array.isArray(keys) && keys.length > 0 && keys.every((key) => typeof key === "string" && key !== ""),
      operation,
      "keys",
      keys,
      "it must be a list of at least one key, each a name that is not empty"
    )

const normalized = (keys: ReadonlyArray<string>): ReadonlyArray<string> =>
  Array.isArray(keys) ? keys.map((key) => (typeof key === "string" ? normalize(key) : key)) : keys

export const makeInputText =
  (module: ModuleCall): InputOperations["inputText"] =>
  (text) =>
    Effect.asVoid(module.call("inputText", DesktopTools.inputText, checked({ text }, isText("text", text))))

/** Nothing of the call can have reached the keyboard. */
const isSurelyUp = (error: SessionComputer.Failure): boolean =>
  error._tag === "InvalidArgument" ||
  error._tag === "VpcUnavailable" ||
  (error._tag === "SessionError" && error.phase === "notSent")

/** The operations. `module` says on whose behalf. */
export const makeInputOperations = (module: ModuleCall): InputOperations => {
  const pressKeys: InputOperations["pressKeys"] = (keys, options) => {
    const hold = options?.hold ?? false
    return Effect.asVoid(
      module.call(
        "pressKeys",
        DesktopTools.pressKeys,
        checked({ keys: normalized(keys), hold }, keyNames(keys), oneOf("hold", hold, [true, false]))
      )
    )
  }
  const releaseKeys: InputOperations["releaseKeys"] = (keys) =>
    Effect.asVoid(
      module.call(
        "releaseKeys",
        DesktopTools.releaseKeys,
        checked({ keys: normalized(keys) }, keyNames(keys))
      )
    )

  /** A key that stays down changes all that follows, so releasing is tried three times. */
  const surelyRelease = (keys: ReadonlyArray<string>) =>
    Effect.retry(releaseKeys(keys), {
      while: (error) => error._tag === "SessionError" && error.isRetryable,
      schedule: Schedule.intersect(Schedule.exponential(Duration.millis(200)), Schedule.recurs(2))
    })

  return {
    clickMouse: (x, y, button = "left") =>
      Effect.asVoid(
        module.call(
          "clickMouse",
          DesktopTools.clickMouse,
          checked({ x, y, button }, pixels({ x, y }), oneOf("button", button, clickButtons))
        )
      ),
    moveMouse: (x, y) =>
      Effect.asVoid(module.call("moveMouse", DesktopTools.moveMouse, checked({ x, y }, pixels({ x, y })))),
    dragMouse: (fromX, fromY, toX, toY, button = "left") =>
      Effect.asVoid(
        module.call(
          "dragMouse",
          DesktopTools.dragMouse,
          checked(
            { from_x: fromX, from_y: fromY, to_x: toX, to_y: toY, button },
            pixels({ fromX, fromY, toX, toY }),
            oneOf("button", button, dragButtons)
          )
        )
      ),
    scroll: (x, y, direction = "up", amount = 1) =>
      Effect.asVoid(
        module.call(
          "scroll",
          DesktopTools.scroll,
          checked(
            { x, y, direction, amount },
            pixels({ x, y }),
            oneOf("direction", direction, directions),
            wholeNumber("amount", amount, 1)
          )
        )
      ),
    inputText: makeInputText(module),
    pressKeys,
    releaseKeys,
    withKeysHeld: (keys, effect) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          yield* Effect.tapError(pressKeys(keys, { hold: true }), (error) =>
            // Some of the keys may be down all the same, and an answer that was lost says nothing.
            isSurelyUp(error) ? Effect.void : Effect.ignore(surelyRelease(keys))
          )
          const exit = yield* Effect.exit(restore(effect))
          const released = yield* Effect.exit(surelyRelease(keys))
          return yield* Exit.zipLeft(exit, released)
        })
      )
  }
}
