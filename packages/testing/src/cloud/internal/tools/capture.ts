/** Pictures of the screen: those of a desktop, and, on mobile images, those of the Android device. */
import * as Effect from "effect/Effect"
import type { Picture } from "../../../machine/Desktop.js"
import { isMobileImage } from "../images.js"
import type { SessionRecord } from "../state.js"
import { failed, type ToolHandlers } from "./handler.js"
import { onScreen, refused } from "./screens.js"

const take = (session: SessionRecord, format: "png" | "jpeg") =>
  onScreen(session, {
    desktop: ({ screenshot }) => screenshot(format),
    android: ({ screenshot }) => screenshot(format)
  })

const describe = ({ bytes, format, height, width }: Picture) => ({
  type: "image",
  mime_type: `image/${format}`,
  width,
  height,
  data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64")
})

const publish = (once: boolean) => (_: object, session: SessionRecord) =>
  Effect.flatMap(take(session, "png"), (picture) => session.pictures.publish(session.id, picture, { once }))

export const captureHandlers: ToolHandlers<
  "screenshot" | "long_screenshot" | "system_screenshot" | "get_resource"
> = {
  screenshot: ({ format }, session) => Effect.map(take(session, format), describe),
  long_screenshot: ({ format, max_screens: maxScreens, quality }, session) =>
    isMobileImage(session.imageId)
      ? Effect.flatMap(session.machine.android, ({ longScreenshot }) =>
          longScreenshot({ maxScreens, format, quality })
        ).pipe(Effect.mapBoth({ onFailure: refused, onSuccess: describe }))
      : Effect.fail(failed("long screenshots are taken of Android devices only")),
  system_screenshot: publish(false),
  get_resource: publish(true)
}
