/** How much one request may carry, by the route that it takes. */
import { shell } from "../../contract/tools/ShellTools.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import type { Route } from "../../transport/ToolAnswer.js"
import { type Encoding, encodedSize, fitsWithin } from "./encodedSize.js"
import { isWindowsPath } from "./paths.js"

/** Largest size of the encoded arguments of one call. */
export interface Limit {
  readonly budget: number
  readonly encoding: Encoding
}

// Over the API, the arguments travel in a message of at most 63 KiB; on the VPC route they stand in a URL, which
// needs some room for the token beside them.
const limits: Readonly<Record<Route, Limit>> = {
  api: { budget: 60 * 1024, encoding: "json" },
  vpc: { budget: 60 * 1024, encoding: "url" },
  link: { budget: 1024 * 1024, encoding: "json" }
}

const readChunks: Readonly<Record<Route, number>> = { api: 61_440, vpc: 61_440, link: 1024 * 1024 }

const routeOf = (runtime: SessionRuntime, tool: string): Route =>
  runtime.account.toolTransport.routeOf(runtime.connection(), tool)

export const limitOf = (runtime: SessionRuntime, tool: string): Limit => limits[routeOf(runtime, tool)]

/** Bytes that one call may read. */
export const readChunkOf = (runtime: SessionRuntime, tool: string): number =>
  readChunks[routeOf(runtime, tool)]

// Linux takes at most 128 KiB for one argument of a program, and a command line is one argument of the shell.
const longestCommand = 96 * 1024

export const commandLimitOf = (runtime: SessionRuntime): Limit => {
  const limit = limitOf(runtime, shell.name)
  return { ...limit, budget: Math.min(limit.budget, longestCommand) }
}

/** What is left for a text member of `args` once the other members are there. */
export const roomFor = (limit: Limit, args: Readonly<Record<string, unknown>>, member: string): Limit => ({
  ...limit,
  budget: limit.budget - encodedSize(JSON.stringify({ ...args, [member]: "" }), limit.encoding)
})

export const fits = (limit: Limit, content: string): boolean =>
  fitsWithin(content, limit.budget, limit.encoding)

/** True when a call with these arguments can travel. */
export const fitsCall = ({ budget, encoding }: Limit, args: unknown): boolean =>
  encodedSize(JSON.stringify(args), encoding) <= budget

/** True when a command line of a POSIX shell can be run beside the file tools. An unknown tool list is no obstacle. */
export const hasShell = (runtime: SessionRuntime, path: string): boolean => {
  const { entries } = runtime.connection().tools
  return !isWindowsPath(path) && (entries.length === 0 || entries.some(({ name }) => name === shell.name))
}
