/** Names of keys inside the arguments of tools. */
import { normalize } from "../session/KeyName.js"

const keyTools: ReadonlyArray<string> = ["press_keys", "release_keys"]

/** The arguments with their keys written as the service does, where the tool is about keys. */
export const withKeyNames = (
  tool: string,
  args: Readonly<Record<string, unknown>>
): Readonly<Record<string, unknown>> =>
  keyTools.includes(tool) && Array.isArray(args.keys)
    ? {
        ...args,
        keys: args.keys.map((key: unknown) => (typeof key === "string" ? normalize(key) : key))
      }
    : args
