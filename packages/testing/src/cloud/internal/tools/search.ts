/** The tool that finds files by name. */
import * as Effect from "effect/Effect"
import { fileFailure, type ToolHandlers } from "./handler.js"

/** `*` stands for any run of characters, `?` for one; every other character for itself. */
const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll(/\*+/g, "[^]*")
      .replaceAll("?", "[^]")}$`,
    "u"
  )

/**
 * Files and directories whose name matches. Excluded patterns are held against the name and against the path below
 * the directory; what lies in an excluded directory is excluded with it.
 */
export const searchHandlers: ToolHandlers<"search_files"> = {
  search_files: ({ excludePatterns, path, pattern }, { machine }) =>
    Effect.mapBoth(machine.walk(path), {
      onFailure: fileFailure("search files", path),
      onSuccess: (entries) => {
        const wanted = wildcard(pattern)
        const excludes = (excludePatterns ?? []).filter((exclude) => exclude !== "").map(wildcard)
        const excluded = new Set<string>()
        const found: Array<string> = []
        const base = path.endsWith("/") ? path : `${path}/`
        for (const entry of entries) {
          const slash = entry.path.lastIndexOf("/")
          const name = entry.path.slice(slash + 1)
          const relative = entry.path.startsWith(base) ? entry.path.slice(base.length) : name
          if (
            excluded.has(entry.path.slice(0, slash)) ||
            excludes.some((exclude) => exclude.test(name) || exclude.test(relative))
          ) {
            excluded.add(entry.path)
          } else if (wanted.test(name)) {
            found.push(entry.path)
          }
        }
        return found
      }
    })
}
