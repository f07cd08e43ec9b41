/** What is used of a page of Playwright: its shape only, so that any version of it fits. */
import * as Effect from "effect/Effect"
import { isRecord } from "../json.js"
import { redactText } from "../redact.js"

/**
 * A page in which a function can run; a page of Playwright is one. The function travels as its source text.
 *
 * @since 0.1.0
 * @category models
 */
export interface ScriptPage {
  evaluate(script: (argument: unknown) => unknown, argument?: unknown): Promise<unknown>
}

/**
 * A page that leads to its DevTools target; a page of Playwright that is connected over CDP is one.
 *
 * @since 0.1.0
 * @category models
 */
export interface TargetPage {
  context(): {
    newCDPSession(page: unknown): Promise<{
      send(method: "Target.getTargetInfo"): Promise<unknown>
      detach(): Promise<void>
    }>
    browser(): { contexts(): ReadonlyArray<unknown> } | null
  }
}

/**
 * A page of which a picture can be taken; a page of Playwright is one.
 *
 * @since 0.1.0
 * @category models
 */
export interface PicturePage extends ScriptPage {
  viewportSize(): { readonly width: number; readonly height: number } | null
  setViewportSize(size: { width: number; height: number }): Promise<void>
  waitForLoadState(state: "domcontentloaded"): Promise<void>
  screenshot(options: {
    type: "png" | "jpeg"
    quality?: number
    fullPage: boolean
    timeout: number
    animations: "disabled"
    caret: "hide"
    scale: "css"
  }): Promise<Uint8Array>
}

/** What a rejected call of Playwright says. Addresses lose their paths: they may carry credentials. */
export const pageFailure = (cause: unknown): string =>
  redactText(cause instanceof Error ? cause.message : String(cause)).replace(/[.\s]+$/, "")

const targetIdIn = (answer: unknown): string | undefined => {
  const info = isRecord(answer) ? answer["targetInfo"] : undefined
  const id = isRecord(info) ? info["targetId"] : undefined
  return typeof id === "string" && id !== "" ? id : undefined
}

/** The DevTools target of a page, and the index of its context. Left: why it cannot be found out. */
export const lookUp = (
  page: TargetPage
): Effect.Effect<{ readonly contextIndex: number; readonly pageId: string }, string> =>
  Effect.gen(function* () {
    const context = yield* Effect.try({ try: () => page.context(), catch: pageFailure })
    const session = yield* Effect.tryPromise({ try: () => context.newCDPSession(page), catch: pageFailure })
    const answer = yield* Effect.tryPromise({
      try: () => session.send("Target.getTargetInfo"),
      catch: pageFailure
    }).pipe(Effect.ensuring(Effect.ignore(Effect.tryPromise(() => session.detach()))))
    const pageId = targetIdIn(answer)
    if (pageId === undefined) return yield* Effect.fail("the browser names no target of the page")
    const contexts = yield* Effect.try({
      try: () => context.browser()?.contexts() ?? [context],
      catch: pageFailure
    })
    const contextIndex = contexts.indexOf(context)
    return contextIndex < 0
      ? yield* Effect.fail("the page's context is none of its browser's")
      : { contextIndex, pageId }
  })
