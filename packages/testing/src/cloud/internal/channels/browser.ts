/** The browser, which is told when a human has done what it asked for. */
import * as Effect from "effect/Effect"
import { browserServer } from "../browserNews.js"
import { isBrowserImage } from "../images.js"
import type { Channel } from "./channel.js"

export const browser: Channel = {
  target: browserServer,
  isOffered: isBrowserImage,
  // Messages are not answered, whatever they say.
  handle: ({ code, id, type }, { session }) =>
    type === "call-for-user" && code === 199 ? session.browserNews.done(id) : Effect.void
}
