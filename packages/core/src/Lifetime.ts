/**
 * When the service ends a session by itself.
 *
 * Source: newer features, section 6.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const whole = (unit: Duration.Duration) => (input: unknown) =>
  Option.exists(
    Duration.decodeUnknown(input),
    (duration) =>
      Duration.isFinite(duration) &&
      Duration.toMillis(duration) > 0 &&
      Duration.toMillis(duration) % Duration.toMillis(unit) === 0
  )

const second = Duration.seconds(1)
const minute = Duration.minutes(1)

const isWholeMinutes = whole(minute)

const time = Schema.declare((input): input is Duration.DurationInput => whole(second)(input), {
  identifier: "a positive, finite time of whole seconds"
})

/**
 * Without it the console's settings of the account hold. What is given replaces them, save for `idleRelease` alone.
 *
 * - `idleRelease` alone, in whole seconds: the session ends when it was idle for so long, and as long as the console
 *   says, whichever is longer.
 * - `maxRuntime`, with or without `idleRelease` (default 5 minutes), in whole minutes: the session also ends that long
 *   after its creation, used or not.
 * - `manualRelease`: only deleting ends it.
 *
 * The service documents 3 minutes as the least idle time, and ends a session up to a minute late. Tool calls and
 * `Session.keepAlive` count as use.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Lifetime = Schema.Struct({
  idleRelease: Schema.optional(time),
  maxRuntime: Schema.optional(time),
  manualRelease: Schema.optional(Schema.Literal(true))
}).pipe(
  Schema.filter(({ idleRelease, manualRelease, maxRuntime }) => {
    if (manualRelease === true) {
      return idleRelease === undefined && maxRuntime === undefined
        ? undefined
        : { path: ["manualRelease"], message: "either manualRelease, or idleRelease and maxRuntime" }
    }
    if (maxRuntime === undefined) {
      return idleRelease === undefined
        ? { path: [], message: "at least one of idleRelease, maxRuntime and manualRelease" }
        : undefined
    }
    // With a maximum both travel as minutes, and nothing is rounded.
    if (!isWholeMinutes(maxRuntime)) return { path: ["maxRuntime"], message: "a time of whole minutes" }
    return idleRelease === undefined || isWholeMinutes(idleRelease)
      ? undefined
      : { path: ["idleRelease"], message: "a time of whole minutes, because maxRuntime is given" }
  })
)

/**
 * @since 0.1.0
 * @category models
 */
export type Lifetime = typeof Lifetime.Type

/**
 * Idle time where only `maxRuntime` is given: that of the official clients.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultIdleRelease: Duration.Duration = Duration.minutes(5)

/**
 * As it travels. The service reads `timeout` as minutes when `maxRuntime` stands beside it, and as seconds otherwise.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toParameters = (
  lifetime: Lifetime
): {
  readonly timeout?: number
  readonly maxRuntime?: number
  readonly manualRelease?: true
} => {
  const { idleRelease, manualRelease, maxRuntime } = lifetime
  if (manualRelease === true) return { manualRelease }
  if (maxRuntime !== undefined) {
    return {
      timeout: Duration.toMinutes(idleRelease ?? defaultIdleRelease),
      maxRuntime: Duration.toMinutes(maxRuntime)
    }
  }
  return idleRelease === undefined ? {} : { timeout: Duration.toSeconds(idleRelease) }
}
