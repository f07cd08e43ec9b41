/** What the user interface of an Android session consists of, read from every form in which the service writes it. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { isRecord, parseJson } from "./json.js"

/**
 * A part of the screen in pixels from its upper left corner; `right` and `bottom` lie outside. `centerX` and
 * `centerY` are whole: where to tap.
 *
 * @since 0.1.0
 * @category models
 */
export interface Rectangle {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly width: number
  readonly height: number
  readonly centerX: number
  readonly centerY: number
}

/**
 * One element and what it contains. Texts that the service leaves out are empty.
 *
 * @since 0.1.0
 * @category models
 */
export interface UiElement {
  /** None when the service gives no rectangle, or one in an unknown form, which is then in `attributes`. */
  readonly bounds: Option.Option<Rectangle>
  /** Such as `android.widget.TextView`. */
  readonly className: string
  readonly text: string
  /** Such as `clickable`; the service documents no list. */
  readonly type: string
  /** Such as `android:id/title`. */
  readonly resourceId: string
  /** Position among the children of its parent. */
  readonly index: Option.Option<number>
  readonly isParent: boolean
  readonly children: ReadonlyArray<UiElement>
  /** Every other member as it came, such as `contentDesc`, `elementId` and `package`. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/**
 * The elements of a screen, or an XML document of them as text.
 *
 * @since 0.1.0
 * @category models
 */
export type UiDump =
  | { readonly format: "json"; readonly elements: ReadonlyArray<UiElement> }
  | { readonly format: "xml"; readonly document: string }

export const makeRectangle = (left: number, top: number, right: number, bottom: number): Rectangle => ({
  left,
  top,
  right,
  bottom,
  width: right - left,
  height: bottom - top,
  centerX: Math.floor((left + right) / 2),
  centerY: Math.floor((top + bottom) / 2)
})

/** `l,t,r,b` or `[l,t][r,b]` */
const corners = /^\s*\[?\s*(-?\d+)\s*,\s*(-?\d+)\s*(?:,|\]\s*\[)\s*(-?\d+)\s*,\s*(-?\d+)\s*\]?\s*$/

const numbersOf = (bounds: unknown): ReadonlyArray<unknown> =>
  typeof bounds === "string"
    ? (corners.exec(bounds)?.slice(1).map(Number) ?? [])
    : isRecord(bounds)
      ? [bounds["left"], bounds["top"], bounds["right"], bounds["bottom"]]
      : []

export const readBounds = (bounds: unknown): Option.Option<Rectangle> => {
  const [left, top, right, bottom] = numbersOf(bounds)
  return Number.isInteger(left) &&
    Number.isInteger(top) &&
    Number.isInteger(right) &&
    Number.isInteger(bottom)
    ? Option.some(makeRectangle(left as number, top as number, right as number, bottom as number))
    : Option.none()
}

const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : ""

const readElement = (value: unknown): Either.Either<UiElement, string> => {
  if (!isRecord(value)) return Either.left("an element is not an object")
  const { bounds, children, className, index, isParent, resourceId, text, type, ...others } = value
  const rectangle = readBounds(bounds)
  return Either.map(readElements(children ?? []), (inner) => ({
    bounds: rectangle,
    className: textOf(className),
    text: textOf(text),
    type: textOf(type),
    resourceId: textOf(resourceId),
    index: Number.isInteger(index) ? Option.some(index as number) : Option.none(),
    isParent: textOf(isParent) === "true",
    children: inner,
    attributes:
      Option.isSome(rectangle) || bounds === undefined || bounds === null ? others : { ...others, bounds }
  }))
}

const readElements = (value: unknown): Either.Either<ReadonlyArray<UiElement>, string> =>
  Array.isArray(value) ? Either.all(value.map(readElement)) : Either.left("the elements are not a list")

/** The comma form of bounds is the one that every official client reads. */
const writeElement = (element: UiElement): unknown => ({
  ...(Option.isSome(element.bounds)
    ? {
        bounds: [
          element.bounds.value.left,
          element.bounds.value.top,
          element.bounds.value.right,
          element.bounds.value.bottom
        ].join(",")
      }
    : {}),
  className: element.className,
  text: element.text,
  type: element.type,
  resourceId: element.resourceId,
  ...(Option.isSome(element.index) ? { index: element.index.value } : {}),
  isParent: element.isParent,
  ...element.attributes,
  children: element.children.map(writeElement)
})

const Elements: Schema.Schema<ReadonlyArray<UiElement>> = Schema.declare(
  (value): value is ReadonlyArray<UiElement> => Array.isArray(value)
)

const parse = (text: string): Either.Either<ReadonlyArray<UiElement>, string> =>
  // A service that finds nothing may say nothing.
  text.trim() === "" ? Either.right([]) : Either.flatMap(parseJson(text), readElements)

/** JSON text of elements. */
export const UiElementsText: Schema.Schema<ReadonlyArray<UiElement>, string> = Schema.transformOrFail(
  Schema.String,
  Elements,
  {
    strict: true,
    decode: (text, _, ast) =>
      Either.mapLeft(parse(text), (problem) => new ParseResult.Type(ast, text, problem)),
    encode: (elements) => ParseResult.succeed(JSON.stringify(elements.map(writeElement)))
  }
)

const decodeElements = ParseResult.decode(UiElementsText)

const Dump: Schema.Schema<UiDump> = Schema.declare(
  (value): value is UiDump => isRecord(value) && "format" in value
)

/** An XML document, told by its first character, or JSON text of elements. */
export const UiDumpText: Schema.Schema<UiDump, string> = Schema.transformOrFail(Schema.String, Dump, {
  strict: true,
  decode: (text) =>
    text.trimStart().startsWith("<")
      ? ParseResult.succeed<UiDump>({ format: "xml", document: text })
      : ParseResult.map(decodeElements(text), (elements): UiDump => ({ format: "json", elements })),
  encode: (dump) =>
    dump.format === "xml"
      ? ParseResult.succeed(dump.document)
      : ParseResult.encode(UiElementsText)(dump.elements)
})

/** The elements and everything inside them, each before what it contains. */
export const flatten = (elements: ReadonlyArray<UiElement>): ReadonlyArray<UiElement> =>
  elements.flatMap((element) => [element, ...flatten(element.children)])

/** An XML document; a service that does not know the format answers with JSON instead. */
export const XmlText = Schema.String.pipe(
  Schema.filter((text) => text.trimStart().startsWith("<"), { message: () => "expected an XML document" })
)
