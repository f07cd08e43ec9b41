/**
 * The tools that picture the screen: those of `wuying_capture` answer with the picture, those of `mcp-server` with
 * a link to it.
 *
 * Source: session automation modules, section 2.5; newer features, section 13.1.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Tool from "../Tool.js"
import { withAliases } from "../Wire.js"

const capture = "wuying_capture"

const links = "mcp-server"

const optionalInt = Schema.optionalWith(Schema.Int, { nullable: true })

const optionalText = Schema.optionalWith(Schema.String, { nullable: true })

/**
 * @since 0.1.0
 * @category schemas
 */
export const ImageFormat = Schema.Literal("png", "jpeg")

/**
 * @since 0.1.0
 * @category models
 */
export type ImageFormat = typeof ImageFormat.Type

/**
 * A picture as JSON text: `data` is base64, width and height are pixels.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ImageText = Schema.parseJson(
  withAliases(
    Schema.Struct({
      type: optionalText,
      mime_type: optionalText,
      width: optionalInt,
      height: optionalInt,
      data: Schema.String
    }),
    { mime_type: ["mimeType"] }
  )
)

/**
 * @since 0.1.0
 * @category models
 */
export type ImageText = typeof ImageText.Type

/**
 * @since 0.1.0
 * @category tools
 */
export const screenshot = Tool.make({
  name: "screenshot",
  server: capture,
  description: "Pictures the screen.",
  args: Schema.Struct({ format: ImageFormat }),
  result: ImageText,
  idempotent: true
})

/**
 * Scrolls through what is shown, up to `max_screens` screens, and answers with one picture of all. `quality`, 1 to
 * 100, is that of a JPEG.
 *
 * @since 0.1.0
 * @category tools
 */
export const longScreenshot = Tool.make({
  name: "long_screenshot",
  server: capture,
  description: "Pictures more than the screen shows by scrolling.",
  args: Schema.Struct({
    max_screens: Schema.Int.pipe(Schema.between(2, 10)),
    format: ImageFormat,
    quality: Schema.optional(Schema.Int.pipe(Schema.between(1, 100)))
  }),
  result: ImageText,
  idempotent: true
})

/**
 * Pictures the screen and answers with the URL of a PNG, which is good for about an hour.
 *
 * @since 0.1.0
 * @category tools
 */
export const systemScreenshot = Tool.make({
  name: "system_screenshot",
  server: links,
  description: "Pictures the screen and answers with a link to the picture.",
  args: Schema.Struct({}),
  idempotent: true
})

/**
 * Answers with the URL of the session's screen, which is good for one use.
 *
 * @since 0.1.0
 * @category tools
 */
export const getResource = Tool.make({
  name: "get_resource",
  server: links,
  description: "Answers with a link to the session's screen that can be used once.",
  args: Schema.Struct({}),
  idempotent: true
})

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  screenshot,
  long_screenshot: longScreenshot,
  system_screenshot: systemScreenshot,
  get_resource: getResource
} as const
