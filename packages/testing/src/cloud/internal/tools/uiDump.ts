/** What an Android device shows, in the forms in which the service tells it. */
import { makeRectangle, type UiElement } from "@effect-agentbay/core/SessionMobile"
import * as Option from "effect/Option"
import type { AndroidElement } from "../../../machine/Android.js"

export const toUiElement = (element: AndroidElement, index: number): UiElement => {
  const { bottom, left, right, top } = element.bounds
  return {
    bounds: Option.some(makeRectangle(left, top, right, bottom)),
    className: element.className,
    text: element.text,
    type: element.isClickable ? "clickable" : element.isScrollable ? "scrollable" : "static",
    resourceId: element.resourceId,
    index: Option.some(index),
    isParent: element.children.length > 0,
    children: element.children.map(toUiElement),
    attributes: {
      package: element.packageName,
      contentDesc: element.contentDescription,
      checked: element.isChecked,
      focused: element.isFocused
    }
  }
}

const all = (elements: ReadonlyArray<AndroidElement>): ReadonlyArray<AndroidElement> =>
  elements.flatMap((element) => [element, ...all(element.children)])

/** The elements that can be touched, as one list. */
export const clickable = (elements: ReadonlyArray<AndroidElement>): ReadonlyArray<UiElement> =>
  all(elements)
    .filter(({ isClickable }) => isClickable)
    .map((element, index) => ({ ...toUiElement(element, index), children: [], isParent: false }))

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\r": "&#13;",
  "\t": "&#9;"
}

/** Characters that XML cannot carry are left out. */
const escaped = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones meant
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/[&<>"\n\r\t]/g, (character) => entities[character] ?? "")

const node = (element: AndroidElement, index: number): string => {
  const { bottom, left, right, top } = element.bounds
  const attributes = {
    index,
    text: element.text,
    "resource-id": element.resourceId,
    class: element.className,
    package: element.packageName,
    "content-desc": element.contentDescription,
    checkable: element.className === "android.widget.Switch",
    checked: element.isChecked,
    clickable: element.isClickable,
    enabled: true,
    focusable: element.isClickable,
    focused: element.isFocused,
    scrollable: element.isScrollable,
    bounds: `[${left},${top}][${right},${bottom}]`
  }
  const head = Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join("")
  return element.children.length === 0
    ? `<node${head}/>`
    : `<node${head}>${element.children.map(node).join("")}</node>`
}

export const toXml = (elements: ReadonlyArray<AndroidElement>): string =>
  `<?xml version='1.0' encoding='UTF-8'?><hierarchy rotation="0">${elements.map(node).join("")}</hierarchy>`
