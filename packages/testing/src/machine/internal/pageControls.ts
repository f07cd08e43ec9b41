/** The elements of a page that a person can use, what they are called, and which of them some words mean. */
import { type PageNode, type PageSnapshot, textOf, walk } from "./pageSnapshot.js"

export type ControlKind = "button" | "link" | "field" | "select" | "checkbox" | "radio"

export interface Control {
  readonly kind: ControlKind
  readonly selector: string
  /** What it is called first of all: its text or label. */
  readonly label: string
  /** Everything it may be called, lower case. */
  readonly names: ReadonlyArray<string>
  readonly node: PageNode
}

const buttonTypes = ["button", "submit", "reset", "image"]

const kindOf = ({ attributes, tag }: PageNode): ControlKind | undefined => {
  const role = attributes["role"]
  if (tag === "button" || tag === "summary" || role === "button" || role === "tab") return "button"
  if ((tag === "a" && attributes["href"] !== undefined) || role === "link") return "link"
  if (tag === "select") return "select"
  if (tag === "textarea" || attributes["contenteditable"] === "true") return "field"
  if (tag !== "input") return undefined
  const type = (attributes["type"] ?? "text").toLowerCase()
  if (buttonTypes.includes(type)) return "button"
  return type === "checkbox" || type === "radio" ? type : "field"
}

const clean = (text: string): string => text.replace(/\s+/g, " ").trim()

const plain = (text: string): string =>
  clean(text)
    .replace(/[:*\s]+$/, "")
    .toLowerCase()

/** The controls that are shown, in the order of the document. */
export const controlsOf = ({ root }: PageSnapshot, scope: PageNode = root): ReadonlyArray<Control> => {
  const all = walk(root)
  const labels = new Map<string, string>()
  const around = new Map<PageNode, string>()
  for (const node of all) {
    if (node.tag !== "label") continue
    const target = node.attributes["for"]
    if (target !== undefined) labels.set(target, textOf(node))
    else for (const inner of walk(node)) around.set(inner, textOf(node))
  }
  return walk(scope).flatMap((node): ReadonlyArray<Control> => {
    const kind = kindOf(node)
    if (kind === undefined) return []
    const { attributes } = node
    const own = kind === "button" || kind === "link" ? textOf(node) || (node.value ?? "") : ""
    const names = [
      own,
      attributes["aria-label"] ?? "",
      labels.get(attributes["id"] ?? "") ?? "",
      around.get(node) ?? "",
      attributes["placeholder"] ?? "",
      attributes["title"] ?? "",
      attributes["alt"] ?? "",
      attributes["name"] ?? "",
      attributes["id"] ?? ""
    ].filter((name) => name.trim() !== "")
    return [
      {
        kind,
        selector: node.selector,
        label: clean(names[0] ?? ""),
        names: [...new Set(names.map(plain))],
        node
      }
    ]
  })
}

const kindWords: ReadonlyArray<readonly [RegExp, ReadonlyArray<ControlKind>]> = [
  [/^buttons?$/, ["button"]],
  [/^links?$/, ["link"]],
  [/^(inputs?|fields?|box(es)?|text(box|boxes|field|fields|area|areas)?)$/, ["field", "select"]],
  [/^(selects?|dropdowns?|menus?|lists?)$/, ["select"]],
  [/^checkbox(es)?$/, ["checkbox"]],
  [/^(radios?|options?)$/, ["radio", "select"]]
]

const kindsOf = (word: string): ReadonlyArray<ControlKind> =>
  kindWords.find(([pattern]) => pattern.test(word))?.[1] ?? []

const fillers = new Set(
  "a all an and any anything are at by can do element elements every everything find for from get i in interactive is it list look me my of on page please show that the this to what where which with you".split(
    " "
  )
)

const wordsIn = (text: string): ReadonlyArray<string> =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")

/**
 * The controls that an instruction may mean: those that some word of it names, of the kinds that it names. Without
 * a word that says anything, all of them.
 */
export const matching = (controls: ReadonlyArray<Control>, instruction: string): ReadonlyArray<Control> => {
  const words = wordsIn(instruction).filter((word) => !fillers.has(word))
  const kinds = new Set(words.flatMap(kindsOf))
  const ofKind = kinds.size === 0 ? controls : controls.filter(({ kind }) => kinds.has(kind))
  const rest = words.filter((word) => kindsOf(word).length === 0)
  if (rest.length === 0) return ofKind
  const score = ({ names }: Control): number => {
    const own = new Set(names.flatMap(wordsIn))
    return rest.filter((word) => own.has(word)).length
  }
  return ofKind
    .map((control) => ({ control, points: score(control) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .map(({ control }) => control)
}

/** The control that is called so, of the kinds given: by its whole name, else by a part of it. */
export const named = (
  controls: ReadonlyArray<Control>,
  text: string,
  kinds: ReadonlyArray<ControlKind>
): Control | undefined => {
  const candidates = controls.filter(({ kind }) => kinds.includes(kind))
  const bare = plain(text.replace(/^(on|the)\s+/i, "").replace(/^the\s+/i, ""))
  const lastWord = /^(.+)\s+(\S+)$/.exec(bare)
  const wanted =
    lastWord !== null && kindsOf(lastWord[2] ?? "").length > 0 ? [bare, lastWord[1] ?? ""] : [bare]
  for (const name of wanted) {
    const whole = candidates.find(({ names }) => names.includes(name))
    if (whole !== undefined) return whole
  }
  const least = wanted.at(-1) ?? bare
  return least === "" ? undefined : candidates.find(({ names }) => names.some((name) => name.includes(least)))
}
