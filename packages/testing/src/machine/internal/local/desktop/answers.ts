/**
 * What the agent of a session answers about its desktop. Whatever runs in the session could have written it, so it
 * is checked.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type { DesktopWindow } from "../../../Desktop.js"

/**
 * @since 0.1.0
 * @category schemas
 */
export const Point = Schema.Struct({ x: Schema.Int, y: Schema.Int })

/**
 * @since 0.1.0
 * @category schemas
 */
export const Screen = Schema.Struct({
  width: Schema.Int,
  height: Schema.Int,
  dpiScalingFactor: Schema.Number
})

/**
 * The picture itself is the body.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Picture = Schema.Struct({
  format: Schema.Literal("png", "jpeg"),
  width: Schema.Int,
  height: Schema.Int
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const Window: Schema.Schema<DesktopWindow> = Schema.Struct({
  id: Schema.Int,
  title: Schema.String,
  x: Schema.Int,
  y: Schema.Int,
  width: Schema.Int,
  height: Schema.Int,
  pid: Schema.Int,
  processName: Schema.String,
  children: Schema.Array(Schema.suspend(() => Window))
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const Windows = Schema.Array(Window)

/**
 * @since 0.1.0
 * @category schemas
 */
export const ActiveWindow = Schema.NullOr(Window)

/**
 * @since 0.1.0
 * @category schemas
 */
export const Processes = Schema.Array(
  Schema.Struct({ name: Schema.String, pid: Schema.Int, commandLine: Schema.String })
)

/**
 * @since 0.1.0
 * @category schemas
 */
export const Applications = Schema.Array(
  Schema.Struct({
    name: Schema.String,
    startCommand: Schema.String,
    stopCommand: Schema.String,
    workDirectory: Schema.String,
    shownIn: Schema.Literal("startMenu", "desktop"),
    isSystem: Schema.Boolean
  })
)
