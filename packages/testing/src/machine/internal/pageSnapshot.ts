/** What a page shows, as plain data: the same for documents in memory and for pages of a real browser. */

/** An element, or a piece of text (`tag` is `#text`). Tags and names of attributes are in lower case. */
export interface PageNode {
  readonly tag: string
  /** Of a piece of text. */
  readonly text: string
  readonly attributes: Readonly<Record<string, string>>
  /** A CSS selector that finds this element only. */
  readonly selector: string
  /** What a control holds at the moment. */
  readonly value: string | undefined
  readonly checked: boolean | undefined
  readonly hidden: boolean
  readonly children: ReadonlyArray<PageNode>
}

/** A document as it was read. */
export interface DocumentSnapshot {
  readonly title: string
  readonly root: PageNode
  /** The selector, in this snapshot, of the element that was asked for; null when the document has none such. */
  readonly scope: string | null
}

export interface PageSnapshot extends DocumentSnapshot {
  readonly url: string
}

/**
 * Reads a document. The function is complete in itself, without functions inside that a compiler would give names,
 * so that its source text can be evaluated in a page: `(${readDocument})(document, "html")`.
 */
export function readDocument(document: Document, within: string): DocumentSnapshot {
  const skipped = ["title", "script", "style", "template", "noscript", "svg"]
  const root = {
    tag: "html",
    text: "",
    attributes: {},
    selector: "html",
    value: undefined,
    checked: undefined,
    hidden: false,
    children: [] as Array<PageNode>
  }
  const title = document.querySelector("title")?.textContent ?? ""
  const wanted = document.querySelector(within)
  let scope: string | null = wanted !== null && wanted === document.documentElement ? "html" : null
  const stack: Array<{
    readonly element: Element
    readonly children: Array<PageNode>
    readonly selector: string
  }> = []
  stack.push({ element: document.documentElement, children: root.children, selector: "html" })
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const counts: Record<string, number> = {}
    for (let index = 0; index < next.element.childNodes.length; index++) {
      const child = next.element.childNodes[index] as HTMLInputElement
      if (child.nodeType === 3) {
        const text = child.textContent ?? ""
        if (text !== "") {
          next.children.push({
            tag: "#text",
            text,
            attributes: {},
            selector: next.selector,
            value: undefined,
            checked: undefined,
            hidden: false,
            children: []
          })
        }
        continue
      }
      if (child.nodeType !== 1) continue
      const tag = child.tagName.toLowerCase()
      counts[tag] = (counts[tag] ?? 0) + 1
      if (skipped.includes(tag)) continue
      const attributes: Record<string, string> = {}
      for (let at = 0; at < child.attributes.length; at++) {
        const attribute = child.attributes[at]
        if (attribute !== undefined) attributes[attribute.name.toLowerCase()] = attribute.value
      }
      const id = attributes["id"] ?? ""
      const selector =
        /^[A-Za-z][\w-]*$/.test(id) && document.querySelectorAll(`#${id}`).length === 1
          ? `#${id}`
          : `${next.selector} > ${tag}:nth-of-type(${counts[tag]})`
      if (child === wanted) scope = selector
      let value: string | undefined
      if (tag === "select") {
        const own = typeof child.value === "string" ? child.value : ""
        const option = child.querySelector("option[selected]") ?? child.querySelector("option")
        value = own !== "" ? own : (option?.getAttribute("value") ?? option?.textContent ?? "").trim()
      } else if (tag === "input" || tag === "textarea") {
        value = typeof child.value === "string" ? child.value : (attributes["value"] ?? "")
      }
      const type = (attributes["type"] ?? "").toLowerCase()
      const children: Array<PageNode> = []
      next.children.push({
        tag,
        text: "",
        attributes,
        selector,
        value,
        checked:
          type === "checkbox" || type === "radio"
            ? typeof child.checked === "boolean"
              ? child.checked
              : "checked" in attributes
            : undefined,
        hidden:
          "hidden" in attributes ||
          type === "hidden" ||
          /display:\s*none/i.test(attributes["style"] ?? "") ||
          // What a disclosure hides.
          (next.element.tagName === "DETAILS" &&
            tag !== "summary" &&
            next.element.getAttribute("open") === null) ||
          (tag !== "option" && typeof child.checkVisibility === "function" && !child.checkVisibility()),
        children
      })
      stack.push({ element: child, children, selector })
    }
  }
  return { title: title.replace(/\s+/g, " ").trim(), root, scope }
}

/** Elements inside a line: what stands in them belongs to the words beside them. */
const inline =
  /^(a|abbr|b|bdi|bdo|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|time|u|var)$/

/** The text of a node as one line, without what is hidden. */
export const textOf = (node: PageNode): string => {
  const pieces: Array<string> = []
  const collect = (one: PageNode): void => {
    if (one.tag === "#text") {
      pieces.push(one.text)
      return
    }
    const isOwn = one === node
    if (one.hidden || (!isOwn && ["head", "option", "textarea"].includes(one.tag))) return
    const gap = isOwn || inline.test(one.tag) ? "" : " "
    pieces.push(gap)
    one.children.forEach(collect)
    pieces.push(gap)
  }
  collect(node)
  return pieces.join("").replace(/\s+/g, " ").trim()
}

/** A node and everything below it that is shown, in the order of the document. */
export const walk = (node: PageNode): ReadonlyArray<PageNode> => {
  const found: Array<PageNode> = []
  const visit = (one: PageNode): void => {
    if (one.hidden || one.tag === "#text") return
    found.push(one)
    one.children.forEach(visit)
  }
  visit(node)
  return found
}

/** The element that was asked for, when it is there and shown. */
export const scopeOf = ({ root, scope }: PageSnapshot): PageNode | undefined =>
  walk(root).find(({ selector }) => selector === scope)
