/** What the entries say, held against the tests. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { root } from "../lib/workspace.js"
import type { Section } from "./defect.js"
import { readTitles, type Titles } from "./titles.js"

const isId = /^[a-z0-9]+(-[a-z0-9]+)+$/

const ids = (sections: ReadonlyArray<Section>): ReadonlyArray<string> => {
  const seen = new Set<string>()
  return sections.flatMap(({ defects, title }) =>
    defects.flatMap(({ id }) => {
      if (!isId.test(id)) return [`${title}: "${id}" is no id; an id is words with hyphens`]
      if (seen.has(id)) return [`${title}: ${id} is the id of another entry, too`]
      seen.add(id)
      return []
    })
  )
}

const emptyCells = (sections: ReadonlyArray<Section>): ReadonlyArray<string> =>
  sections.flatMap(({ defects }) =>
    defects
      .filter(({ _tag, id, ...cells }) =>
        Object.values(cells).some((cell) => (typeof cell === "string" ? cell.trim() : cell).length === 0)
      )
      .map(({ id }) => `${id}: a cell is empty, or no test is named`)
  )

const untested = (sections: ReadonlyArray<Section>): ReadonlyArray<string> => {
  const known = new Map<string, Titles | undefined>()
  const titlesOf = (file: string): Titles | undefined => {
    if (!known.has(file)) {
      const path = join(root, file)
      known.set(file, existsSync(path) ? readTitles(path) : undefined)
    }
    return known.get(file)
  }
  return sections
    .flatMap(({ defects }) => defects)
    .flatMap((defect) =>
      defect._tag === "Pinned" ? defect.pins.map((pin) => [defect.id, pin] as const) : []
    )
    .flatMap(([id, { file, title }]) => {
      const titles = titlesOf(file)
      if (titles === undefined) return [`${id}: there is no ${file}`]
      return titles.has(title) ? [] : [`${id}: ${file} has no test "${title}"`]
    })
}

export const verify = (sections: ReadonlyArray<Section>): ReadonlyArray<string> => [
  ...ids(sections),
  ...emptyCells(sections),
  ...untested(sections)
]
