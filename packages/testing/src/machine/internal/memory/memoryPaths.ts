/**
 * Paths by their text alone.
 *
 * @since 0.1.0
 */

const isName = (part: string) => part !== "" && part !== "."

/**
 * The names in a path, `..` among them.
 *
 * @since 0.1.0
 * @category paths
 */
export const partsOf = (path: string): Array<string> => path.split("/").filter(isName)

/**
 * The path without `.`, `..`, doubled and trailing slashes, by its text alone.
 *
 * @since 0.1.0
 * @category paths
 */
export const normalize = (path: string): string => {
  const parts: Array<string> = []
  for (const part of partsOf(path)) {
    if (part === "..") parts.pop()
    else parts.push(part)
  }
  return `/${parts.join("/")}`
}

/**
 * @since 0.1.0
 * @category paths
 */
export const join = (directory: string, name: string): string =>
  directory === "/" ? `/${name}` : `${directory}/${name}`

/**
 * @since 0.1.0
 * @category paths
 */
export const absolute = (base: string, path: string): string =>
  path.startsWith("/") ? path : join(base, path)
