/** What the table says, held against the packages, their tests, the contract and the recorded traffic. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Actions from "../../packages/core/src/contract/Actions.js"
import * as Tools from "../../packages/core/src/contract/Tools.js"
import { root } from "../lib/workspace.js"
import type { Built, Module } from "./row.js"
import { load } from "./types.js"

const contract = new Set(
  [...Object.values(Actions.all), ...Object.values(Tools.all)].map(({ name }): string => name)
)

const built = (modules: ReadonlyArray<Module>): ReadonlyArray<readonly [where: string, row: Built]> =>
  modules.flatMap(({ rows, title }) =>
    rows.flatMap((row) =>
      row._tag === "Built" ? [[`${title}, ${row.official.join(" ")}`, row] as const] : []
    )
  )

const last = (path: string): string => path.slice(path.lastIndexOf(".") + 1)

/** As a member, a key, a text, or something called or imported: not just a word of a sentence. */
const mentions = (source: string, name: string): boolean =>
  new RegExp(`\\.${name}\\b|["'\`]${name}["'\`]|\\b${name}\\s*[?:(,}]`).test(source)

const parent = (path: string): string => path.slice(0, path.lastIndexOf("."))

/** A member of ours that is not there, and one of a handle that no row speaks of. */
const members = (modules: ReadonlyArray<Module>): ReadonlyArray<string> => {
  const types = load()
  const rows = built(modules)
  const ours = [...new Set(rows.flatMap(([, row]) => row.ours))]
  const handles = [...new Set(ours.map(parent))].filter((path) => /^(session|bay)\b/.test(path))
  return [
    ...rows.flatMap(([where, row]) =>
      row.ours.flatMap((path) => {
        const missing = types.missing(path)
        return missing === undefined ? [] : [`${where}: there is no ${path} (${missing} is not found)`]
      })
    ),
    ...handles.flatMap((handle) =>
      types
        .members(handle)
        .map((name) => `${handle}.${name}`)
        .filter((path) => !ours.some((known) => known === path || known.startsWith(`${path}.`)))
        .map((path) => `no row in scripts/parity for ${path}`)
    )
  ]
}

const untested = (modules: ReadonlyArray<Module>): ReadonlyArray<string> =>
  built(modules).flatMap(([where, { ours, tests }]) => {
    const gone = tests.filter((file) => !existsSync(join(root, file)))
    if (gone.length > 0) return gone.map((file) => `${where}: there is no ${file}`)
    const names = ours.map(last)
    const sources = tests.map((file) => [file, readFileSync(join(root, file), "utf8")] as const)
    return [
      ...sources
        .filter(([, source]) => !names.some((name) => mentions(source, name)))
        .map(([file]) => `${where}: ${file} does not mention ${names.join(" or ")}`),
      ...names
        .filter((name) => !sources.some(([, source]) => mentions(source, name)))
        .map((name) => `${where}: no test named there mentions ${name}`)
    ]
  })

const offContract = (modules: ReadonlyArray<Module>): ReadonlyArray<string> => {
  const rows = built(modules)
  const used = new Set(rows.flatMap(([, row]) => row.contract))
  return [
    ...rows.flatMap(([where, row]) =>
      row.contract
        .filter((name) => !contract.has(name))
        .map((name) => `${where}: the contract has no ${name}`)
    ),
    ...[...contract]
      .filter((name) => !used.has(name))
      .map((name) => `no row in scripts/parity uses ${name} of the contract`)
  ]
}

const missingPages = (modules: ReadonlyArray<Module>): ReadonlyArray<string> =>
  modules.flatMap(({ page, title }) =>
    page === undefined || existsSync(join(root, "docs", page)) ? [] : [`${title}: there is no docs/${page}`]
  )

interface Recorded {
  readonly call: { readonly target: string; readonly method: string }
}

/** Every method of the official SDK whose traffic is recorded has a row. */
const unlisted = (modules: ReadonlyArray<Module>): ReadonlyArray<string> => {
  const listed = new Set(
    modules.flatMap(({ official, rows }) =>
      official.flatMap((target) => rows.flatMap((row) => row.official.map((method) => `${target}.${method}`)))
    )
  )
  const lines = readFileSync(join(root, "packages/core/test/vectors/requests.jsonl"), "utf8").split("\n")
  const calls = lines
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as Recorded).call)
    // `accessors` stands for reading the properties of a session.
    .filter(({ method, target }) => !(target === "session" && method === "accessors"))
    .map(({ method, target }) => ({ method, target: /^new (\w+)/.exec(target)?.[1] ?? target }))
  return [...new Set(calls.map(({ method, target }) => `${target}.${method}`))]
    .filter((name) => {
      const action = /^agentBay\.client\.(.)(.*)$/.exec(name)
      return (
        !listed.has(name) && !(action !== null && contract.has(`${action[1]?.toUpperCase()}${action[2]}`))
      )
    })
    .map((name) => `no row in scripts/parity for ${name} of the recorded traffic`)
}

export const verify = (modules: ReadonlyArray<Module>): ReadonlyArray<string> => [
  ...members(modules),
  ...untested(modules),
  ...offContract(modules),
  ...missingPages(modules),
  ...unlisted(modules)
]
