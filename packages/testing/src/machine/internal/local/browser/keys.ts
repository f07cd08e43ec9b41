/**
 * The keys that can be pressed by name, as the Chrome DevTools Protocol describes them.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category models
 */
export interface Key {
  readonly key: string
  readonly code: string
  readonly windowsVirtualKeyCode: number
  readonly text?: string | undefined
}

const key = (name: string, windowsVirtualKeyCode: number, others?: Partial<Key>): Key => ({
  key: name,
  code: name,
  windowsVirtualKeyCode,
  ...others
})

const enter = key("Enter", 13, { text: "\r" })
const escape = key("Escape", 27)

const keys: Readonly<Record<string, Key>> = {
  enter,
  return: enter,
  escape,
  esc: escape,
  tab: key("Tab", 9),
  space: key(" ", 32, { code: "Space", text: " " }),
  backspace: key("Backspace", 8),
  delete: key("Delete", 46),
  home: key("Home", 36),
  end: key("End", 35),
  pageup: key("PageUp", 33),
  pagedown: key("PageDown", 34),
  arrowleft: key("ArrowLeft", 37),
  arrowup: key("ArrowUp", 38),
  arrowright: key("ArrowRight", 39),
  arrowdown: key("ArrowDown", 40)
}

/**
 * @since 0.1.0
 * @category getters
 */
export const keyNamed = (name: string): Key | undefined => keys[name.toLowerCase()]
