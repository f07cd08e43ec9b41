/**
 * One page of the browser, attached for one operation: what is evaluated in it, and what is done to it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { MachineError } from "../../../Machine.js"
import type { Hands } from "../../pageInstructions.js"
import { type DocumentSnapshot, readDocument } from "../../pageSnapshot.js"
import { type Key, keyNamed } from "./keys.js"
import * as Scripts from "./pageScripts.js"
import type { Protocol } from "./protocol.js"

/** A page that is not loaded by then is used as it is. */
const LOAD_LIMIT_MS = 30_000
/** Whatever follows from a click at once has happened by then. */
const SETTLE_MS = 50
const POLL = Schedule.spaced("50 millis")

const Nothing = Schema.Unknown
const Attached = Schema.Struct({ sessionId: Schema.String })
const Frame = Schema.Struct({
  frameTree: Schema.Struct({
    frame: Schema.Struct({
      id: Schema.String,
      url: Schema.String,
      urlFragment: Schema.optional(Schema.String)
    })
  })
})
const World = Schema.Struct({ executionContextId: Schema.Number })
const Evaluated = Schema.Struct({
  result: Schema.Struct({ value: Schema.optional(Schema.Unknown) }),
  exceptionDetails: Schema.optional(
    Schema.Struct({
      text: Schema.String,
      exception: Schema.optional(Schema.Struct({ description: Schema.optional(Schema.String) }))
    })
  )
})
const Navigated = Schema.Struct({ errorText: Schema.optional(Schema.String) })
const Point = Schema.NullOr(Schema.Struct({ x: Schema.Number, y: Schema.Number, isCovered: Schema.Boolean }))
const Written = Schema.Literal("absent", "refused", "done")

/** Written by our own function in a world of its own: only whether there is something is checked. */
const Snapshot = Schema.declare(
  (value): value is DocumentSnapshot => typeof value === "object" && value !== null && "root" in value
)

const absent = (selector: string) =>
  new MachineError({ reason: "NotFound", detail: `element not found: ${selector}` })

/**
 * A page under the hands of a tool.
 *
 * @since 0.1.0
 * @category models
 */
export interface Page extends Hands {
  readonly send: Protocol
  readonly address: Effect.Effect<string, MachineError>
}

/**
 * Attaches to a page until the scope closes. Dialogs that would stop the page meanwhile are accepted.
 *
 * @since 0.1.0
 * @category constructors
 */
export const attach = (command: Protocol, targetId: string): Effect.Effect<Page, MachineError, Scope.Scope> =>
  Effect.gen(function* () {
    const { sessionId } = yield* Effect.acquireRelease(
      command(Attached, "Target.attachToTarget", { targetId, flatten: true }),
      ({ sessionId }) => Effect.ignore(command(Nothing, "Target.detachFromTarget", { sessionId }))
    )
    const send: Protocol = (schema, method, params) => command(schema, method, params, sessionId)
    const order = (method: string, params?: Readonly<Record<string, unknown>>) =>
      Effect.asVoid(send(Nothing, method, params))
    yield* order("Page.enable")
    yield* order("Page.handleJavaScriptDialog", { accept: true }).pipe(
      Effect.ignore,
      Effect.repeat(Schedule.spaced("500 millis")),
      Effect.forkScoped
    )

    const frame = Effect.map(send(Frame, "Page.getFrameTree"), ({ frameTree }) => frameTree.frame)

    const address = Effect.map(frame, ({ url, urlFragment }) => url + (urlFragment ?? ""))

    /** In a world of its own: the page sees nothing of it, and cannot lay anything into its way. */
    const evaluate = <A, I>(
      schema: Schema.Schema<A, I>,
      script: (document: never, ...parameters: ReadonlyArray<never>) => unknown,
      ...parameters: ReadonlyArray<string>
    ): Effect.Effect<A, MachineError> =>
      Effect.gen(function* () {
        const { id } = yield* frame
        const { executionContextId } = yield* send(World, "Page.createIsolatedWorld", {
          frameId: id,
          worldName: "agentbay"
        })
        const list = ["document", ...parameters.map((parameter) => JSON.stringify(parameter))].join(", ")
        const { exceptionDetails, result } = yield* send(Evaluated, "Runtime.evaluate", {
          expression: `JSON.stringify((${script})(${list}))`,
          contextId: executionContextId,
          returnByValue: true,
          userGesture: true
        })
        if (exceptionDetails !== undefined) {
          const { exception, text } = exceptionDetails
          const detail = (exception?.description ?? text).split("\n")[0] ?? text
          return yield* new MachineError({ reason: "Invalid", detail })
        }
        return yield* Schema.decodeUnknown(Schema.parseJson(schema))(result.value).pipe(
          Effect.mapError(
            (error) =>
              new MachineError({
                reason: "Unknown",
                detail: `the page answered something else: ${error.message}`
              })
          )
        )
      })

    const loaded = evaluate(Schema.String, Scripts.readyState).pipe(
      // Between two documents there is nothing to ask.
      Effect.orElseSucceed(() => "loading"),
      Effect.repeat({ schedule: POLL, until: (state) => state === "complete" }),
      Effect.timeoutOption(LOAD_LIMIT_MS),
      Effect.asVoid
    )

    /**
     * Waits for the page that an action leads to, if it leads to one: of a page that is being left, the browser answers
     * nothing before the next one is there.
     */
    const following = (action: Effect.Effect<void, MachineError>): Effect.Effect<void, MachineError> =>
      action.pipe(Effect.zipRight(Effect.sleep(SETTLE_MS)), Effect.zipRight(loaded))

    const pressed = (key: Key) => {
      const { text, ...others } = key
      const down = text === undefined ? { type: "rawKeyDown" } : { type: "keyDown", text }
      return Effect.zipRight(
        order("Input.dispatchKeyEvent", { ...down, ...others }),
        order("Input.dispatchKeyEvent", { type: "keyUp", ...others })
      )
    }

    /** A click by the mouse, or by the page itself where the mouse would hit something else. */
    const clicked = (selector: string): Effect.Effect<void, MachineError> =>
      Effect.gen(function* () {
        yield* order("Page.bringToFront")
        const point = yield* evaluate(Point, Scripts.pointOf, selector)
        if (point === null) return yield* absent(selector)
        if (point.isCovered) return yield* Effect.asVoid(evaluate(Nothing, Scripts.clickElement, selector))
        const { x, y } = point
        yield* order("Input.dispatchMouseEvent", { type: "mouseMoved", x, y })
        for (const type of ["mousePressed", "mouseReleased"]) {
          yield* order("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 })
        }
      })

    const written = (selector: string, result: typeof Written.Type, refusal: string) =>
      result === "done"
        ? Effect.void
        : Effect.fail(
            result === "absent" ? absent(selector) : new MachineError({ reason: "Invalid", detail: refusal })
          )

    return {
      send,
      address,
      read: (within = "html") =>
        Effect.zipWith(address, evaluate(Snapshot, readDocument, within), (url, snapshot) => ({
          url,
          ...snapshot
        })),
      click: (selector) => following(clicked(selector)),
      fill: (selector, value) =>
        Effect.flatMap(evaluate(Written, Scripts.fillField, selector, value), (result) =>
          written(selector, result, `nothing can be typed into ${selector}`)
        ),
      select: (selector, value) =>
        following(
          Effect.flatMap(evaluate(Written, Scripts.chooseOption, selector, value), (result) =>
            written(selector, result, `${selector} has no option "${value}"`)
          )
        ),
      setChecked: (selector, checked) =>
        Effect.gen(function* () {
          const state = evaluate(Schema.NullOr(Schema.Boolean), Scripts.isChecked, selector)
          const before = yield* state
          if (before === null) return yield* absent(selector)
          if (before === checked) return
          yield* following(clicked(selector))
          if ((yield* state) === before) {
            return yield* new MachineError({ reason: "Invalid", detail: `${selector} stays as it is` })
          }
        }),
      press: (name) =>
        Effect.gen(function* () {
          const key = keyNamed(name)
          if (key === undefined) {
            return yield* new MachineError({ reason: "Invalid", detail: `there is no key ${name}` })
          }
          yield* order("Page.bringToFront")
          yield* following(pressed(key))
        }),
      navigate: (url) =>
        Effect.gen(function* () {
          const { errorText } = yield* send(Navigated, "Page.navigate", { url })
          if (errorText !== undefined && errorText !== "") {
            return yield* new MachineError({ reason: "Unknown", detail: `${errorText} at ${url}` })
          }
          yield* loaded
        })
    }
  })
