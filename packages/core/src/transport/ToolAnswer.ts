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

/**
 * What is in an answer, however it travelled.
 *
 * @since 0.1.0
 * @category models
 */
export type ToolResult = Omit<ToolAnswer, "route" | "requestId">

/**
 * A result with the way it travelled.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  { content, isError, text }: ToolResult,
  route: Route,
  requestId: string
): ToolAnswer => ({
  route,
  requestId,
  isError,
  content,
  text
})

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
const readResult = (value: unknown): ToolResult | undefined => {
  if (!isRecord(value) || !Array.isArray(value.content)) return undefined
  const content: Array<ContentItem> = []
  for (const raw of value.content) {
    const item = readItem(raw)
    if (item === undefined) return undefined
    content.push(item)
  }
  const isError = value.isError === true || value.isError === "true"
  const [first] = content
  const text = isError
    ? content
        .map(contentText)
        .filter((part) => part !== undefined)
        .join("; ")
    : first && contentText(first)
  // An item of an unknown kind has no text: that is not an empty answer.
  if (text === undefined && content.length > 0) return undefined
  return { isError, content, text: text ?? "" }
}

const unwrapText = (value: unknown): Either.Either<unknown, string> =>
  typeof value === "string" ? parseJson(value) : Either.right(value)

/**
 * Reads the `Data` of `CallMcpTool`. Left: what is wrong with it.
 *
 * @since 0.1.0
 * @category decoding
 */
export const fromApiData = (data: unknown): Either.Either<ToolResult, string> =>
  Either.flatMap(
    Either.mapLeft(unwrapText(data), (problem) => `Data ${problem}`),
    (value) => Either.fromNullable(readResult(value), () => "Data is not a tool result (no content)")
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
export const fromDirectBody = (body: string): Either.Either<ToolResult, string> => {
  const parsed = parseJson(body)
  if (Either.isLeft(parsed)) return Either.left(`the answer ${parsed.left}`)
  const outer = parsed.right
  if (!isRecord(outer)) return Either.left("the answer is not a JSON object")
  const unwrapped = unwrapText(outer.data)
  if (Either.isLeft(unwrapped)) return Either.left(`data ${unwrapped.left}`)
  const inner = unwrapped.right
  // Older gateways leave out the inner wrapping, or all of it.
  const result =
    (isRecord(inner) ? readResult(inner.result) : undefined) ??
    readResult(inner) ??
    readResult(outer.result) ??
    readResult(outer)
  return result === undefined
    ? Either.left(
        embeddedError(inner) ??
          embeddedError(outer) ??
          (outer.data === undefined ? "the answer has no data" : "data has no result with content")
      )
    : Either.right(result)
}
