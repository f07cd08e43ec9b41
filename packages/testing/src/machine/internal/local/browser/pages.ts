/**
 * The pages of the browser as `wuying_browseruse` uses them: the same tabs that any other client of the browser sees.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { PageChoice, Pages } from "../../../Browser.js"
import { MachineError } from "../../../Machine.js"
import { carryOut, extractPage, observePage } from "../../pageInstructions.js"
import { attach, type Page } from "./page.js"
import type { Protocol } from "./protocol.js"

/** However long a page takes, a tool answers by then. */
const OPERATION_LIMIT_MS = 120_000

const Targets = Schema.Struct({
  targetInfos: Schema.Array(
    Schema.Struct({
      targetId: Schema.String,
      type: Schema.String,
      openerId: Schema.optional(Schema.String)
    })
  )
})
const Created = Schema.Struct({ targetId: Schema.String })
const Shot = Schema.Struct({ data: Schema.String })
const Metrics = Schema.Struct({
  cssContentSize: Schema.Struct({ width: Schema.Number, height: Schema.Number })
})

/**
 * `current` is the page that operations are about when they name none: the one that was used last or what it has opened
 * since, as long as it is there, else the first one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makePages = (
  command: Protocol,
  running: Effect.Effect<Option.Option<unknown>, MachineError>
): { readonly operations: Pages; readonly current: Effect.Effect<string, MachineError> } => {
  let used: string | undefined
  /** The pages that were there when it was used. */
  let seen: ReadonlySet<string> = new Set()

  const targets = Effect.map(command(Targets, "Target.getTargets"), ({ targetInfos }) =>
    targetInfos.filter(({ type }) => type === "page")
  )
  const open = Effect.map(
    command(Created, "Target.createTarget", { url: "about:blank" }),
    ({ targetId }) => targetId
  )

  const current = Effect.flatMap(targets, (pages) => {
    const found =
      // What a click has opened in a tab of its own is what follows.
      pages.find(
        ({ openerId, targetId }) => openerId === used && used !== undefined && !seen.has(targetId)
      ) ??
      pages.find(({ targetId }) => targetId === used) ??
      pages[0]
    return found === undefined ? open : Effect.succeed(found.targetId)
  })

  const chosen = (pageId: string | undefined) =>
    pageId === undefined
      ? current
      : Effect.flatMap(targets, (pages) =>
          pages.some(({ targetId }) => targetId === pageId)
            ? Effect.succeed(pageId)
            : Effect.fail(new MachineError({ reason: "NotFound", detail: `there is no page ${pageId}` }))
        )

  const whileRunning = <A>(work: Effect.Effect<A, MachineError>): Effect.Effect<A, MachineError> =>
    Effect.flatMap(
      running,
      Option.match({
        onNone: () =>
          Effect.fail(
            new MachineError({ reason: "Invalid", detail: "the browser does not run: initialize it first" })
          ),
        onSome: () => work
      })
    ).pipe(
      Effect.timeoutFail({
        duration: OPERATION_LIMIT_MS,
        onTimeout: () =>
          new MachineError({
            reason: "Unknown",
            detail: `the page did not answer within ${OPERATION_LIMIT_MS / 1000} s`
          })
      })
    )

  const on = <A>(
    { pageId }: PageChoice,
    use: (page: Page) => Effect.Effect<A, MachineError>
  ): Effect.Effect<A, MachineError> =>
    whileRunning(
      Effect.gen(function* () {
        const targetId = yield* chosen(pageId)
        used = targetId
        seen = new Set((yield* targets).map((target) => target.targetId))
        return yield* Effect.scoped(Effect.flatMap(attach(command, targetId), use))
      })
    )

  const operations: Pages = {
    navigate: (url) => on({}, (page) => Effect.zipRight(page.navigate(url), page.address)),
    screenshot: ({ clip, fullPage, ...choice }) =>
      on(choice, ({ send }) =>
        Effect.gen(function* () {
          yield* send(Schema.Unknown, "Page.bringToFront")
          const { cssContentSize } = yield* send(Metrics, "Page.getLayoutMetrics")
          const part = clip ?? (fullPage ? { x: 0, y: 0, ...cssContentSize } : undefined)
          const { data } = yield* send(Shot, "Page.captureScreenshot", {
            format: "png",
            ...(part === undefined ? {} : { captureBeyondViewport: true, clip: { ...part, scale: 1 } })
          })
          return new Uint8Array(Buffer.from(data, "base64"))
        })
      ),
    act: ({ action, variables, ...choice }) => on(choice, (page) => carryOut(page, action, variables)),
    observe: ({ instruction, selector, ...choice }) =>
      on(choice, (page) =>
        Effect.flatMap(page.read(selector), (snapshot) => observePage(snapshot, instruction))
      ),
    extract: ({ schema, selector, ...choice }) =>
      on(choice, (page) => Effect.flatMap(page.read(selector), (snapshot) => extractPage(snapshot, schema))),
    close: whileRunning(
      Effect.gen(function* () {
        const pages = yield* targets
        seen = new Set()
        // The last page is not closed before there is another one: with it the browser would end.
        used = yield* open
        yield* Effect.forEach(
          pages,
          ({ targetId }) => Effect.ignore(command(Schema.Unknown, "Target.closeTarget", { targetId })),
          { discard: true }
        )
      })
    )
  }
  return { operations, current }
}
