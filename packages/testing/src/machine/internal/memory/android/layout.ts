/** From the screen of an application to what lies where. */
import type { AndroidElement, AndroidScreen, Bounds } from "../../../Android.js"

/** One row of a screen, or one cell of a grid. What has `onTap` can be touched. */
export interface Item {
  readonly kind: "label" | "row" | "button" | "field" | "switch" | "icon"
  /** The last part of the resource id. */
  readonly id: string
  readonly text: string
  readonly description?: string | undefined
  readonly isChecked?: boolean | undefined
  readonly onTap?: (() => void) | undefined
}

/** What an activity shows: a title, what stays in place, and a list that can be scrolled. */
export interface Scene {
  readonly title: string
  readonly fixed: ReadonlyArray<Item>
  readonly list: ReadonlyArray<Item>
}

/** An element, and what happens when it is touched. */
export interface Placed {
  readonly element: AndroidElement
  readonly onTap: (() => void) | undefined
  /** The text field that it is. */
  readonly field: string | undefined
  readonly children: ReadonlyArray<Placed>
}

export interface Laid {
  readonly roots: ReadonlyArray<Placed>
  /** Where the list lies, how far it can be scrolled, and how much lies below what is seen. */
  readonly list: Bounds
  readonly maxScroll: number
  readonly below: number
}

export interface LayoutOptions {
  readonly screen: Pick<AndroidScreen, "width" | "height">
  readonly packageName: string
  readonly scene: Scene
  readonly scroll: number
  /** The id of the field that has the focus. */
  readonly focused: string | undefined
  readonly fieldText: (id: string) => string
  readonly navigationBar: ReadonlyArray<Item>
}

export const statusBarHeight = 48

const titleHeight = 112

const navigationBarHeight = 96

const columns = 4

const heights: Readonly<Record<Item["kind"], number>> = {
  label: 64,
  row: 112,
  button: 96,
  field: 112,
  switch: 112,
  icon: 180
}

const classNames: Readonly<Record<Item["kind"], string>> = {
  label: "android.widget.TextView",
  row: "android.widget.TextView",
  button: "android.widget.Button",
  field: "android.widget.EditText",
  switch: "android.widget.Switch",
  icon: "android.widget.TextView"
}

const systemInterface = "com.android.systemui"

const box = (
  packageName: string,
  className: string,
  bounds: Bounds,
  children: ReadonlyArray<Placed>,
  more: Partial<AndroidElement> = {}
): Placed => ({
  element: {
    className,
    packageName,
    resourceId: "",
    text: "",
    contentDescription: "",
    bounds,
    isClickable: false,
    isScrollable: false,
    isFocused: false,
    isChecked: false,
    ...more,
    children: children.map(({ element }) => element)
  },
  onTap: undefined,
  field: undefined,
  children
})

/** Icons stand beside each other, everything else below. */
const stack = (
  items: ReadonlyArray<Item>,
  width: number
): { readonly cells: ReadonlyArray<readonly [Item, Bounds]>; readonly height: number } => {
  const cells: Array<readonly [Item, Bounds]> = []
  let y = 0
  let column = 0
  items.forEach((item, index) => {
    const height = heights[item.kind]
    if (item.kind !== "icon") {
      cells.push([item, { left: 0, top: y, right: width, bottom: y + height }])
      y += height
      return
    }
    const cell = Math.floor(width / columns)
    cells.push([item, { left: column * cell, top: y, right: (column + 1) * cell, bottom: y + height }])
    column = items[index + 1]?.kind === "icon" ? (column + 1) % columns : 0
    if (column === 0) y += height
  })
  return { cells, height: y }
}

const move = (bounds: Bounds, dy: number): Bounds => ({
  ...bounds,
  top: bounds.top + dy,
  bottom: bounds.bottom + dy
})

/** What of the bounds lies within others; undefined when nothing does. */
const clip = (bounds: Bounds, within: Bounds): Bounds | undefined => {
  const top = Math.max(bounds.top, within.top)
  const bottom = Math.min(bounds.bottom, within.bottom)
  return top < bottom ? { ...bounds, top, bottom } : undefined
}

export const layOut = (options: LayoutOptions): Laid => {
  const { fieldText, focused, navigationBar, packageName, scene, screen } = options
  const { height, width } = screen

  const place = (item: Item, bounds: Bounds, owner: string): Placed => ({
    ...box(owner, classNames[item.kind], bounds, [], {
      resourceId: `${owner}:id/${item.id}`,
      text: item.kind === "field" ? fieldText(item.id) : item.text,
      contentDescription: item.description ?? (item.kind === "field" ? item.text : ""),
      isClickable: item.onTap !== undefined || item.kind === "field",
      isFocused: item.kind === "field" && item.id === focused,
      isChecked: item.isChecked === true
    }),
    onTap: item.onTap,
    field: item.kind === "field" ? item.id : undefined
  })

  const bottom = navigationBar.length === 0 ? height : Math.max(0, height - navigationBarHeight)
  const frame = { left: 0, top: 0, right: width, bottom }
  const title = { left: 0, top: statusBarHeight, right: width, bottom: statusBarHeight + titleHeight }
  const fixed = stack(scene.fixed, width)
  const listTop = title.bottom + fixed.height
  const list = { left: 0, top: Math.min(listTop, bottom), right: width, bottom }
  const content = stack(scene.list, width)
  const maxScroll = Math.max(0, content.height - (list.bottom - list.top))
  const scroll = Math.min(options.scroll, maxScroll)
  const rows = content.cells.flatMap(([item, bounds]) => {
    const seen = clip(move(bounds, list.top - scroll), list)
    return seen === undefined ? [] : [place(item, seen, packageName)]
  })
  const application = box(packageName, "android.widget.FrameLayout", frame, [
    box(packageName, "android.widget.TextView", title, [], {
      resourceId: `${packageName}:id/title`,
      text: scene.title
    }),
    ...fixed.cells.map(([item, bounds]) => place(item, move(bounds, title.bottom), packageName)),
    box(packageName, "androidx.recyclerview.widget.RecyclerView", list, rows, {
      resourceId: `${packageName}:id/list`,
      isScrollable: maxScroll > 0
    })
  ])
  const third = Math.floor(width / 3)
  const buttons = navigationBar.map((item, index) =>
    place(
      item,
      { left: index * third, top: bottom, right: index === 2 ? width : (index + 1) * third, bottom: height },
      systemInterface
    )
  )
  const bar = box(
    systemInterface,
    "android.widget.FrameLayout",
    { left: 0, top: bottom, right: width, bottom: height },
    buttons,
    { resourceId: `${systemInterface}:id/navigation_bar_frame` }
  )
  return {
    roots: buttons.length === 0 ? [application] : [application, bar],
    list,
    maxScroll,
    below: maxScroll - scroll
  }
}

const holds = ({ bottom, left, right, top }: Bounds, x: number, y: number): boolean =>
  x >= left && x < right && y >= top && y < bottom

/** The innermost element at a point that can be touched. */
export const touchedAt = (roots: ReadonlyArray<Placed>, x: number, y: number): Placed | undefined => {
  for (const placed of roots.toReversed()) {
    if (!holds(placed.element.bounds, x, y)) continue
    const inner = touchedAt(placed.children, x, y)
    if (inner !== undefined) return inner
    if (placed.element.isClickable) return placed
  }
  return undefined
}
