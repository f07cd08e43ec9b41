/**
 * What a tool answered, read by one decoder for all three routes.
 *
 * The API route carries an MCP result as `Data`; the direct routes carry `{"data": X}` where X is an object, or
 * JSON text of one, with the result as `result`. An empty object is never a success, an empty text is a text, and
 * `isError` always counts.
 *
 * Source: control plane reference, sections 4.3 and 4.4.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { isRecord, parseJson } from "../internal/json.js"

/**
 * How a tool call travelled.
 *
 * @since 0.1.0
 * @category models
 */
export type Route = "vpc" | "link" | "api"

/**
 * One item of an MCP result. `blob` and `data` are base64.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContentItem {
  readonly type: string
  readonly text?: string | undefined
  readonly blob?: string | undefined
  readonly data?: string | undefined
  readonly mimeType?: string | undefined
}

/**
 * `text` is what a caller reads: the first item's text, blob or data; of an error, the texts of all items.
 *
 * @since 0.1.0
 * @category models
 */
export interface ToolAnswer {
  readonly route: Route
  /** The service's id on the API route, the client's own on the direct routes. */
  readonly requestId: string
  readonly isError: boolean
  readonly content: ReadonlyArray<ContentItem>
  readonly text: string
}

type Result = Omit<ToolAnswer, "route" | "requestId">

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

const readItem = (item: unknown): ContentItem | undefined =>
  typeof item === "string"
    ? { type: "text", text: item }
    : isRecord(item)
      ? {
          type: textOf(item.type) ?? "text",
          text: textOf(item.text),
          blob: textOf(item.blob),
          data: textOf(item.data),
          mimeType: textOf(item.mimeType)
        }
      : undefined

const contentText = (item: ContentItem): string | undefined => item.text ?? item.blob ?? item.data

/** An MCP result: `content` is what makes it one. */
const readResult = (value: unknown): Option.Option<Result> => {
  if (!isRecord(value) || !Array.isArray(value.content)) return Option.none()
  const content: Array<ContentItem> = []
  for (const raw of value.content) {
    const item = readItem(raw)
    if (item === undefined) return Option.none()
    content.push(item)
  }
  const isError = value.isError === true || value.isError === "true"
  const texts = content.map(contentText)
  const text = isError ? texts.filter((part) => part !== undefined).join("; ") : texts[0]
  // An item of an unknown kind has no text: that is not an empty answer.
  if (text === undefined && content.length > 0) return Option.none()
  return Option.some({ isError, content, text: text ?? "" })
}

const unwrapText = (value: unknown): Either.Either<unknown, string> =>
  typeof value === "string" ? parseJson(value) : Either.right(value)

/**
 * Reads the `Data` of `CallMcpTool`. Left: what is wrong with it.
 *
 * @since 0.1.0
 * @category decoding
 */
export const fromApiData = (data: unknown): Either.Either<Result, string> =>
  Either.flatMap(
    Either.mapLeft(unwrapText(data), (problem) => `Data ${problem}`),
    (value) => Either.fromOption(readResult(value), () => "Data is not a tool result (no content)")
  )

/** A message of a gateway that answers with an error object instead of a result. */
const embeddedError = (value: unknown): string | undefined => {
  if (!isRecord(value)) return undefined
  const error = value.error
  if (typeof error === "string") return error
  return isRecord(error) ? textOf(error.message) : undefined
}

/**
 * Reads the body of a direct call. Left: what is wrong with it.
 *
 * @since 0.1.0
 * @category decoding
 */
export const fromDirectBody = (body: string): Either.Either<Result, string> =>
  Either.flatMap(
    Either.mapLeft(parseJson(body), (problem) => `the answer ${problem}`),
    (outer) => {
      if (!isRecord(outer)) return Either.left("the answer is not a JSON object")
      const inner = unwrapText(outer.data)
      if (Either.isLeft(inner)) return Either.left(`data ${inner.left}`)
      // Older gateways leave out the inner wrapping, or all of it.
      const candidates = [
        isRecord(inner.right) ? inner.right.result : undefined,
        inner.right,
        outer.result,
        outer
      ]
      for (const candidate of candidates) {
        const result = readResult(candidate)
        if (Option.isSome(result)) return Either.right(result.value)
      }
      const message = embeddedError(inner.right) ?? embeddedError(outer)
      return Either.left(
        message ?? (outer.data === undefined ? "the answer has no data" : "data has no result with content")
      )
    }
  )
