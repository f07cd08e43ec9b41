/**
 * What is evaluated inside a page. Each function is complete in itself, without functions inside that a compiler would
 * give names, because its source text travels.
 *
 * @since 0.1.0
 */

export function readyState(document: Document): string {
  return document.readyState
}

/** Where an element is to be clicked. `isCovered` when something else would be hit there. */
export function pointOf(
  document: Document,
  selector: string
): { readonly x: number; readonly y: number; readonly isCovered: boolean } | null {
  const element = document.querySelector(selector)
  if (element === null) return null
  element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" })
  const box = element.getClientRects()[0]
  if (box === undefined) return { x: 0, y: 0, isCovered: true }
  const x = box.left + box.width / 2
  const y = box.top + box.height / 2
  return { x, y, isCovered: !element.contains(document.elementFromPoint(x, y)) }
}

export function clickElement(document: Document, selector: string): boolean {
  document.querySelector<HTMLElement>(selector)?.click()
  return true
}

export function isChecked(document: Document, selector: string): boolean | null {
  return document.querySelector<HTMLInputElement>(selector)?.checked ?? null
}

/** Replaces what a field holds, as if it had been typed. */
export function fillField(
  document: Document,
  selector: string,
  value: string
): "absent" | "refused" | "done" {
  const element = document.querySelector<HTMLInputElement>(selector)
  if (element === null) return "absent"
  if (element.disabled || element.readOnly) return "refused"
  if (!element.isContentEditable && !/^(input|textarea)$/i.test(element.tagName)) return "refused"
  element.focus()
  const isPicked = /^(color|date|datetime-local|month|range|time|week)$/.test(element.type)
  if (element.isContentEditable) document.getSelection()?.selectAllChildren(element)
  else if (!isPicked) element.select()
  const isTyped =
    !isPicked &&
    (value === ""
      ? document.execCommand("delete") || element.value === ""
      : document.execCommand("insertText", false, value))
  if (!isTyped) {
    // A field with a way of its own to choose, such as a date, or one that takes no typing.
    element.value = value
    element.dispatchEvent(new Event("input", { bubbles: true }))
  }
  element.dispatchEvent(new Event("change", { bubbles: true }))
  return "done"
}

/** Chooses the option with this value or text. */
export function chooseOption(
  document: Document,
  selector: string,
  value: string
): "absent" | "refused" | "done" {
  const element = document.querySelector<HTMLSelectElement>(selector)
  if (element === null) return "absent"
  if (!/^select$/i.test(element.tagName) || element.disabled) return "refused"
  const wanted = value.trim().toLowerCase()
  for (const option of element.options) {
    const text = option.text.trim().toLowerCase()
    if (option.value !== value && text !== wanted) continue
    element.focus()
    option.selected = true
    element.dispatchEvent(new Event("input", { bubbles: true }))
    element.dispatchEvent(new Event("change", { bubbles: true }))
    return "done"
  }
  return "refused"
}
