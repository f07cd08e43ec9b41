/** What the tools share that act on a screen: that of a desktop or that of an Android device. */
import * as Effect from "effect/Effect"
import type { Android } from "../../../machine/Android.js"
import type { Desktop } from "../../../machine/Desktop.js"
import type { MachineError } from "../../../machine/Machine.js"
import { isMobileImage } from "../images.js"
import type { SessionRecord } from "../state.js"
import { failed, type ToolFailure, yes } from "./handler.js"

export const refused = (error: MachineError): ToolFailure<never> => failed(error.message)

/** Asks the desktop of a session, which starts with the first question. */
export const ask = <A>(
  { machine }: SessionRecord,
  question: (desktop: Desktop) => Effect.Effect<A, MachineError>
): Effect.Effect<A, ToolFailure<never>> => Effect.mapError(Effect.flatMap(machine.desktop, question), refused)

/** Lets the desktop do something that has no answer of its own. */
export const order = (
  session: SessionRecord,
  work: (desktop: Desktop) => Effect.Effect<void, MachineError>
): Effect.Effect<string, ToolFailure<never>> => Effect.as(ask(session, work), yes)

/** Asks whichever device the image of a session is. */
export const onScreen = <A>(
  session: SessionRecord,
  questions: {
    readonly desktop: (desktop: Desktop) => Effect.Effect<A, MachineError>
    readonly android: (android: Android) => Effect.Effect<A, MachineError>
  }
): Effect.Effect<A, ToolFailure<never>> =>
  isMobileImage(session.imageId)
    ? Effect.mapError(Effect.flatMap(session.machine.android, questions.android), refused)
    : ask(session, questions.desktop)
