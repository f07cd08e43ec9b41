/**
 * What a browser without a language model understands.
 *
 * An action is one or more steps, separated by `, then`, `and then`, `;` or line ends:
 *
 * - `click <name>` (`press` or `tap` a button too): what is called so by its text, label, placeholder, name or id
 * - `type <text> into <name>` (`enter`, `fill`, `write`; `in`): replaces what the field holds
 * - `fill <name> with <text>`
 * - `select <option> in <name>` (`choose`; `from`)
 * - `check <name>`, `uncheck <name>`
 * - `press Enter` (`Tab`, `Escape`, arrows, …)
 * - `go to <url>` (`open`, `navigate to`)
 * - JSON of an observation: `{"method","selector","arguments"}` with the methods `click`, `fill` (`value`), `select`
 *   (`value`), `check`, `uncheck`, `press` (`key`)
 *
 * Names and texts may stand in quotes. `%name%` is replaced by the variable of that name.
 */
import * as Effect from "effect/Effect"
import type { Observation } from "../Browser.js"
import { MachineError } from "../Machine.js"
import { type Control, type ControlKind, controlsOf, matching, named } from "./pageControls.js"
import { extractFrom } from "./pageExtraction.js"
import { type PageSnapshot, scopeOf, textOf } from "./pageSnapshot.js"

type Target = { readonly selector: string } | { readonly name: string }

export type Step =
  | { readonly method: "click" | "check" | "uncheck"; readonly target: Target }
  | { readonly method: "fill" | "select"; readonly target: Target; readonly value: string }
  | { readonly method: "press"; readonly key: string }
  | { readonly method: "navigate"; readonly url: string }

/** The ways in which a page is used. A selector without an element fails with `NotFound`. */
export interface Hands {
  readonly read: (within?: string) => Effect.Effect<PageSnapshot, MachineError>
  readonly click: (selector: string) => Effect.Effect<void, MachineError>
  readonly fill: (selector: string, value: string) => Effect.Effect<void, MachineError>
  /** `value` is the value or the text of an option. */
  readonly select: (selector: string, value: string) => Effect.Effect<void, MachineError>
  readonly setChecked: (selector: string, checked: boolean) => Effect.Effect<void, MachineError>
  /** Into whatever has the focus. */
  readonly press: (key: string) => Effect.Effect<void, MachineError>
  readonly navigate: (url: string) => Effect.Effect<void, MachineError>
}

const unquoted = (text: string): string => /^(["'“‘])(.*)(["'”’])$/s.exec(text.trim())?.[2] ?? text.trim()

const keys =
  /^(enter|return|tab|escape|esc|space|backspace|delete|home|end|page(up|down)|arrow(up|down|left|right))$/i

type Rule = readonly [pattern: RegExp, read: (groups: ReadonlyArray<string>) => Step]

const step = (method: "click" | "check" | "uncheck", name: string): Step => ({
  method,
  target: { name: unquoted(name) }
})

const writing = (method: "fill" | "select", value: string, name: string): Step => ({
  method,
  target: { name: unquoted(name) },
  value: unquoted(value)
})

const rules: ReadonlyArray<Rule> = [
  [
    /^(?:go to|open|navigate to|visit)\s+(\S+)$/i,
    ([url = ""]) => ({ method: "navigate", url: unquoted(url) })
  ],
  [
    /^(?:type|enter|input|write|fill in)\s+(.*)\s+(?:into|in)\s+(.+)$/is,
    ([value = "", name = ""]) => writing("fill", value, name)
  ],
  [/^fill\s+(.+?)\s+with\s+(.*)$/is, ([name = "", value = ""]) => writing("fill", value, name)],
  [/^fill\s+(.*)\s+(?:into|in)\s+(.+)$/is, ([value = "", name = ""]) => writing("fill", value, name)],
  [
    /^(?:select|choose|pick)\s+(.+)\s+(?:in|from)\s+(.+)$/is,
    ([value = "", name = ""]) => writing("select", value, name)
  ],
  [/^(?:uncheck|untick)\s+(.+)$/is, ([name = ""]) => step("uncheck", name)],
  [/^(?:check|tick)\s+(.+)$/is, ([name = ""]) => step("check", name)],
  [/^(?:click|tap|press|push|follow|submit)\s+(.+)$/is, ([name = ""]) => step("click", name)]
]

const parseStep = (text: string): Step | undefined => {
  const press = /^press\s+(?:the\s+)?(\S+?)(?:\s+key)?$/i.exec(text)?.[1] ?? ""
  if (keys.test(unquoted(press))) return { method: "press", key: unquoted(press) }
  for (const [pattern, read] of rules) {
    const match = pattern.exec(text)
    if (match !== null) return read(match.slice(1))
  }
  return undefined
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const observed = (value: Readonly<Record<string, unknown>>): Step | undefined => {
  const selector = value["selector"]
  const given = value["arguments"]
  const args = record(typeof given === "string" ? parseJson(given) : given)
  const method = String(value["method"] ?? "")
  if (method === "press" && typeof args["key"] === "string") return { method, key: args["key"] }
  if (typeof selector !== "string" || selector === "") return undefined
  const target = { selector }
  if (method === "click" || method === "check" || method === "uncheck") return { method, target }
  if (method !== "fill" && method !== "select") return undefined
  const content = args["value"] ?? args["text"]
  return typeof content === "string" ? { method, target, value: content } : undefined
}

const withVariables = (text: string, variables: Readonly<Record<string, string>>): string =>
  text.replace(/%([^%\s]+)%/g, (whole, name: string) => variables[name] ?? whole)

const inStep = (one: Step, variables: Readonly<Record<string, string>>): Step =>
  Object.fromEntries(
    Object.entries(one).map(([key, value]) => [
      key,
      typeof value === "string"
        ? withVariables(value, variables)
        : "name" in value
          ? { name: withVariables(value.name, variables) }
          : value
    ])
  ) as unknown as Step

/** The steps of an action, or the part of it that is not understood. */
export const parseAction = (
  action: string,
  variables: Readonly<Record<string, string>> = {}
): { readonly steps: ReadonlyArray<Step> } | { readonly unknown: string } => {
  const text = action.trim()
  if (text.startsWith("{")) {
    const one = observed(record(parseJson(text)))
    return one === undefined ? { unknown: text } : { steps: [inStep(one, variables)] }
  }
  const steps: Array<Step> = []
  for (const part of text.split(/\s*(?:,?\s+(?:and\s+)?then\s+|;|\n)\s*/i)) {
    const bare = part.replace(/[.!]$/, "").trim()
    if (bare === "") continue
    const one = parseStep(bare)
    if (one === undefined) return { unknown: part }
    steps.push(inStep(one, variables))
  }
  return steps.length === 0 ? { unknown: action } : { steps }
}

const kindsFor: Readonly<Record<string, ReadonlyArray<ControlKind>>> = {
  click: ["button", "link", "checkbox", "radio", "select", "field"],
  fill: ["field"],
  select: ["select"],
  check: ["checkbox", "radio"],
  uncheck: ["checkbox"]
}

const notFound = (detail: string) => new MachineError({ reason: "NotFound", detail })

const locate = (
  snapshot: PageSnapshot,
  method: string,
  target: Target
): Effect.Effect<string, MachineError> => {
  if ("selector" in target) return Effect.succeed(target.selector)
  const control = named(controlsOf(snapshot), target.name, kindsFor[method] ?? [])
  return control === undefined
    ? Effect.fail(notFound(`element not found: nothing to ${method} is called "${target.name}"`))
    : Effect.succeed(control.selector)
}

const perform = (hands: Hands, one: Step): Effect.Effect<string, MachineError> => {
  if (one.method === "navigate") return Effect.as(hands.navigate(one.url), `navigate ${one.url}`)
  if (one.method === "press") return Effect.as(hands.press(one.key), `press ${one.key}`)
  return Effect.gen(function* () {
    const selector = yield* locate(yield* hands.read(), one.method, one.target)
    switch (one.method) {
      case "click":
        yield* hands.click(selector)
        break
      case "fill":
        yield* hands.fill(selector, one.value)
        break
      case "select":
        yield* hands.select(selector, one.value)
        break
      default:
        yield* hands.setChecked(selector, one.method === "check")
    }
    return `${one.method} ${selector}`
  })
}

export interface ActOutcome {
  readonly success: boolean
  /** What was done, such as `click #buy`. */
  readonly steps: ReadonlyArray<string>
  /** Why the rest was not. */
  readonly detail?: string | undefined
}

/** Carries out an action step by step; what is not understood, or not on the page, ends it without success. */
export const carryOut = (
  hands: Hands,
  action: string,
  variables?: Readonly<Record<string, string>>
): Effect.Effect<ActOutcome, MachineError> =>
  Effect.gen(function* () {
    const parsed = parseAction(action, variables)
    if ("unknown" in parsed) {
      return { success: false, steps: [], detail: `this action is not understood: ${parsed.unknown}` }
    }
    const steps: Array<string> = []
    for (const one of parsed.steps) {
      const done = yield* Effect.either(perform(hands, one))
      if (done._tag === "Right") steps.push(done.right)
      else if (done.left.reason === "NotFound" || done.left.reason === "Invalid") {
        return { success: false, steps, detail: done.left.message }
      } else return yield* Effect.fail(done.left)
    }
    return { success: true, steps }
  })

const kindNames: Readonly<Record<ControlKind, string>> = {
  button: "button",
  link: "link",
  field: "text field",
  select: "selection",
  checkbox: "checkbox",
  radio: "radio button"
}

const options = (control: Control): ReadonlyArray<string> =>
  control.node.children.filter(({ tag }) => tag === "option").map(textOf)

const observationOf = (control: Control): Observation => {
  const { kind, label, node, selector } = control
  const description = `${label} ${kindNames[kind]}`.trim()
  switch (kind) {
    case "field":
      return { selector, description, method: "fill", arguments: { value: node.value ?? "" } }
    case "select":
      return {
        selector,
        description: `${description} (${options(control).join(", ")})`,
        method: "select",
        arguments: { value: node.value ?? "" }
      }
    case "checkbox":
      return { selector, description, method: node.checked === true ? "uncheck" : "check", arguments: {} }
    case "radio":
      return { selector, description, method: "check", arguments: {} }
    default:
      return { selector, description, method: "click", arguments: {} }
  }
}

/** The elements that an instruction may mean, inside the element that the snapshot was asked for. */
export const observePage = (
  snapshot: PageSnapshot,
  instruction: string
): Effect.Effect<ReadonlyArray<Observation>, MachineError> => {
  const scope = scopeOf(snapshot)
  return scope === undefined
    ? Effect.fail(notFound("element not found: nothing on the page fits the selector"))
    : Effect.succeed(matching(controlsOf(snapshot, scope), instruction).map(observationOf))
}

/** A value of the JSON Schema `schema`, read out of the element that the snapshot was asked for. */
export const extractPage = (
  snapshot: PageSnapshot,
  schema: unknown
): Effect.Effect<unknown, MachineError> => {
  const found = extractFrom(snapshot, record(schema))
  return "missing" in found
    ? Effect.fail(notFound(`nothing on the page is called ${found.missing}`))
    : Effect.succeed(found.value)
}
