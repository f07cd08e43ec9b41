/** What the operations of the operator check, and the arguments they send. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { BrowserError, type InvalidArgument } from "../../AgentBayError.js"
import type {
  ActOptions,
  ExtractOptions,
  InstructionOptions,
  Observation,
  ObserveOptions,
  OperatorScreenshotOptions,
  PageRef
} from "../../session/BrowserOperator.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { ensure, ensureText, ensureTimeout } from "../validate.js"
import { fieldSchema } from "./fieldSchema.js"
import { lookUp } from "./page.js"

/** Fails as long as the browser is not initialized. */
export type Ready = (operation: string) => Effect.Effect<unknown, BrowserError>

export const ensureFlag = (operation: string, field: string, value: unknown) =>
  ensure(
    value === undefined || typeof value === "boolean",
    operation,
    field,
    value,
    "it must be true or false"
  )

/** The part of the arguments that says which page is meant. */
export const pageArgs = (
  runtime: SessionRuntime,
  operation: string,
  page: PageRef | undefined
): Effect.Effect<
  { readonly context_id: number; readonly page_id?: string },
  BrowserError | InvalidArgument
> => {
  if (page === undefined) return Effect.succeed({ context_id: 0 })
  if ("pageId" in page) {
    const { contextIndex = 0, pageId } = page
    return Effect.zipRight(
      ensureText(operation, "page.pageId", pageId),
      ensure(
        Number.isInteger(contextIndex) && contextIndex >= 0,
        operation,
        "page.contextIndex",
        contextIndex,
        "it must be a whole number from 0"
      )
    ).pipe(Effect.as({ context_id: contextIndex, page_id: pageId }))
  }
  return Effect.mapBoth(lookUp(page), {
    onSuccess: ({ contextIndex, pageId }) => ({ context_id: contextIndex, page_id: pageId }),
    onFailure: (detail) =>
      new BrowserError({ reason: "PageLookup", operation, sessionId: runtime.sessionId, detail })
  })
}

/** What all instructions check and send, once the browser is there. */
const common = (
  runtime: SessionRuntime,
  ready: Ready,
  operation: string,
  { domSettleTimeout, page, useVision }: InstructionOptions
) =>
  Effect.gen(function* () {
    yield* ensureFlag(operation, "useVision", useVision)
    const settled =
      domSettleTimeout === undefined
        ? undefined
        : yield* ensureTimeout(operation, "domSettleTimeout", domSettleTimeout)
    yield* ready(operation)
    return {
      ...(yield* pageArgs(runtime, operation, page)),
      dom_settle_timeout_ms: settled === undefined ? undefined : Math.ceil(Duration.toMillis(settled)),
      use_vision: useVision
    }
  })

const ensureSelector = (operation: string, selector: string | undefined) =>
  selector === undefined ? Effect.void : ensureText(operation, "selector", selector)

export const prepareAct = (
  runtime: SessionRuntime,
  ready: Ready,
  operation: string,
  action: string | Observation,
  options: ActOptions
) =>
  Effect.gen(function* () {
    if (typeof action === "string") yield* ensureText(operation, "action", action)
    else {
      yield* ensureText(operation, "action.selector", action.selector)
      yield* ensureText(operation, "action.method", action.method)
    }
    const { iframes, timeout, variables } = options
    yield* ensureFlag(operation, "iframes", iframes)
    for (const [name, value] of Object.entries(variables ?? {})) {
      yield* ensure(typeof value === "string", operation, `variables.${name}`, value, "it must be a text")
    }
    const time = timeout === undefined ? undefined : yield* ensureTimeout(operation, "timeout", timeout)
    const rest = yield* common(runtime, ready, operation, options)
    const text =
      typeof action === "string"
        ? action
        : JSON.stringify({ method: action.method, selector: action.selector, arguments: action.arguments })
    return {
      ...rest,
      action: text,
      variables,
      iframes,
      timeout: time === undefined ? undefined : Math.ceil(Duration.toSeconds(time))
    }
  })

export const prepareObserve = (
  runtime: SessionRuntime,
  ready: Ready,
  operation: string,
  instruction: string,
  options: ObserveOptions
) =>
  Effect.gen(function* () {
    yield* ensureText(operation, "instruction", instruction)
    yield* ensureSelector(operation, options.selector)
    yield* ensureFlag(operation, "iframes", options.iframes)
    const rest = yield* common(runtime, ready, operation, options)
    return { ...rest, instruction, selector: options.selector, iframes: options.iframes }
  })

export const prepareExtract = <A, I>(
  runtime: SessionRuntime,
  ready: Ready,
  operation: string,
  instruction: string,
  schema: Schema.Schema<A, I>,
  options: ExtractOptions
) =>
  Effect.gen(function* () {
    const { iframes, maxPages, selector, useTextExtract } = options
    yield* ensureText(operation, "instruction", instruction)
    yield* ensureSelector(operation, selector)
    yield* ensureFlag(operation, "useTextExtract", useTextExtract)
    yield* ensureFlag(operation, "iframes", iframes)
    yield* ensure(
      maxPages === undefined || (Number.isInteger(maxPages) && maxPages > 0),
      operation,
      "maxPages",
      maxPages,
      "it must be a positive whole number"
    )
    const field_schema = yield* fieldSchema(operation, schema)
    const rest = yield* common(runtime, ready, operation, options)
    return {
      ...rest,
      instruction,
      field_schema,
      selector,
      use_text_extract: useTextExtract,
      max_page: maxPages,
      iframe: iframes
    }
  })

const isFinite = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value)

export const prepareScreenshot = (
  runtime: SessionRuntime,
  ready: Ready,
  operation: string,
  { clip, fullPage = true, page, quality = 80, timeout }: OperatorScreenshotOptions
) =>
  Effect.gen(function* () {
    yield* ensureFlag(operation, "fullPage", fullPage)
    yield* ensure(
      Number.isInteger(quality) && quality >= 1 && quality <= 100,
      operation,
      "quality",
      quality,
      "it must be a whole number from 1 to 100"
    )
    yield* ensure(
      clip === undefined ||
        ([clip.x, clip.y, clip.width, clip.height].every(isFinite) && clip.width > 0 && clip.height > 0),
      operation,
      "clip",
      clip,
      "x, y, width and height must be numbers, the last two positive"
    )
    const time = timeout === undefined ? undefined : yield* ensureTimeout(operation, "timeout", timeout)
    yield* ready(operation)
    return {
      ...(yield* pageArgs(runtime, operation, page)),
      full_page: fullPage,
      quality,
      clip,
      timeout: time === undefined ? undefined : Math.ceil(Duration.toMillis(time))
    }
  })
