/** Documents without a browser: HTML as a tree in which controls can be used. Scripts do not run. */
import { parseHTML } from "linkedom"
import { type DocumentSnapshot, readDocument } from "../../pageSnapshot.js"

/** What using an element asks of the browser. */
export type Effects =
  | { readonly _tag: "None" }
  | { readonly _tag: "Open"; readonly url: string; readonly inNewPage: boolean }

export interface Document {
  readonly snapshot: (within: string) => DocumentSnapshot
  readonly has: (selector: string) => boolean
  readonly click: (selector: string) => Effects
  /** False when the element takes no text. */
  readonly fill: (selector: string, value: string) => boolean
  /** False when there is no such option. */
  readonly select: (selector: string, value: string) => boolean
  readonly setChecked: (selector: string, checked: boolean) => boolean
  readonly press: (key: string) => Effects
}

const none: Effects = { _tag: "None" }

const typeOf = (element: Element): string => (element.getAttribute("type") ?? "").toLowerCase()

const isToggle = (element: Element): boolean => ["checkbox", "radio"].includes(typeOf(element))

/** A document always has a head and a body, whatever was written. */
const complete = (html: string): string =>
  /<html[\s>]/i.test(html) ? html : `<!doctype html><html><head></head><body>${html}</body></html>`

const valueOf = (element: Element): string => {
  if (element.tagName === "TEXTAREA") return element.textContent ?? ""
  if (element.tagName !== "SELECT") return element.getAttribute("value") ?? (isToggle(element) ? "on" : "")
  const option = element.querySelector("option[selected]") ?? element.querySelector("option")
  return option?.getAttribute("value") ?? option?.textContent?.trim() ?? ""
}

export const makeDocument = (html: string): Document => {
  const { document } = parseHTML(complete(html))
  let focused: Element | null = null

  const find = (selector: string): Element | null => {
    try {
      return document.querySelector(selector)
    } catch {
      return null
    }
  }

  const submit = (form: Element, by: Element | null): Effects => {
    const fields = new URLSearchParams()
    for (const control of form.querySelectorAll("input, select, textarea")) {
      const name = control.getAttribute("name")
      const isButton = ["submit", "button", "reset", "image"].includes(typeOf(control))
      if (name === null || name === "" || isButton) continue
      if (isToggle(control) && !control.hasAttribute("checked")) continue
      fields.append(name, valueOf(control))
    }
    const name = by?.getAttribute("name") ?? ""
    if (name !== "") fields.append(name, by?.getAttribute("value") ?? "")
    const isPost = (form.getAttribute("method") ?? "get").toLowerCase() === "post"
    const action = (form.getAttribute("action") ?? "").replace(/[?#].*$/s, "")
    return { _tag: "Open", url: isPost ? action || "?" : `${action}?${fields}`, inNewPage: false }
  }

  const setToggle = (element: Element, checked: boolean): void => {
    if (checked && typeOf(element) === "radio") {
      const name = element.getAttribute("name")
      const group = element.closest("form") ?? document
      for (const other of group.querySelectorAll("input[type=radio]")) {
        if (other.getAttribute("name") === name) other.removeAttribute("checked")
      }
    }
    if (checked) element.setAttribute("checked", "")
    else element.removeAttribute("checked")
  }

  const use = (element: Element): Effects => {
    const tag = element.tagName
    const link = element.closest("a[href]")
    if (link !== null) {
      const isNew = link.getAttribute("target") === "_blank"
      return { _tag: "Open", url: link.getAttribute("href") ?? "", inNewPage: isNew }
    }
    if (tag === "LABEL") {
      const target =
        find(`#${element.getAttribute("for") ?? ""}`) ?? element.querySelector("input,select,textarea")
      return target === null ? none : use(target)
    }
    if (isToggle(element)) {
      setToggle(element, typeOf(element) === "radio" || !element.hasAttribute("checked"))
      return none
    }
    const details = tag === "SUMMARY" ? element.parentElement : null
    if (details !== null) {
      if (details.hasAttribute("open")) details.removeAttribute("open")
      else details.setAttribute("open", "")
      return none
    }
    const form = element.closest("form")
    const submits =
      (tag === "BUTTON" && ["", "submit"].includes(typeOf(element))) ||
      (tag === "INPUT" && ["submit", "image"].includes(typeOf(element)))
    return submits && form !== null ? submit(form, element) : none
  }

  return {
    snapshot: (within) => {
      try {
        return readDocument(document, within)
      } catch {
        // A selector that is none finds nothing.
        return { ...readDocument(document, "html"), scope: null }
      }
    },
    has: (selector) => find(selector) !== null,
    click: (selector) => {
      focused = find(selector)
      return focused === null ? none : use(focused)
    },
    fill: (selector, value) => {
      const element = find(selector)
      if (element === null) return false
      focused = element
      if (element.tagName === "TEXTAREA" || element.getAttribute("contenteditable") === "true") {
        element.textContent = value
        return true
      }
      if (element.tagName !== "INPUT" || isToggle(element)) return false
      element.setAttribute("value", value)
      return true
    },
    select: (selector, value) => {
      const element = find(selector)
      const options = [...(element?.querySelectorAll("option") ?? [])]
      const wanted =
        options.find((option) => option.getAttribute("value") === value) ??
        options.find((option) => option.textContent?.trim().toLowerCase() === value.trim().toLowerCase())
      if (wanted === undefined) return false
      for (const option of options) option.removeAttribute("selected")
      wanted.setAttribute("selected", "")
      focused = element
      return true
    },
    setChecked: (selector, checked) => {
      const element = find(selector)
      if (element === null || !isToggle(element)) return false
      setToggle(element, checked)
      focused = element
      return true
    },
    press: (key) => {
      const form = focused?.closest("form") ?? null
      return /^(enter|return)$/i.test(key) && focused?.tagName === "INPUT" && form !== null
        ? submit(form, null)
        : none
    }
  }
}
