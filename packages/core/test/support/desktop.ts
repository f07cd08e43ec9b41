/** A session whose desktop tools answer what a test says. */
import * as Effect from "effect/Effect"
import { all as applicationTools } from "../../src/contract/tools/ApplicationTools.js"
import { all as desktopTools } from "../../src/contract/tools/DesktopTools.js"
import { all as mobileTools } from "../../src/contract/tools/MobileTools.js"
import * as SessionApplication from "../../src/session/SessionApplication.js"
import * as SessionComputer from "../../src/session/SessionComputer.js"
import * as SessionUi from "../../src/session/SessionUi.js"
import * as SessionWindow from "../../src/session/SessionWindow.js"
import { type Answer, type Intercept, makeFakeSession } from "./FakeSession.js"

const tools = Object.keys({ ...desktopTools, ...applicationTools, ...mobileTools })

/** Every tool gives the same answer, unless a function says another. */
export const makeDesktopSession = (reply: Answer | Intercept) =>
  Effect.map(
    makeFakeSession({
      tools,
      intercept: typeof reply === "function" ? reply : () => Effect.succeed(reply)
    }),
    ({ calls, runtime }) => ({
      calls,
      computer: SessionComputer.make(runtime),
      window: SessionWindow.make(runtime),
      application: SessionApplication.make(runtime),
      ui: SessionUi.make(runtime)
    })
  )
