/**
 * Configuration from the environment and a `.env` file, as a `ConfigProvider`.
 *
 * A variable is looked up in this order: given in code, in the environment, in the `.env` file. A variable that is
 * present in the environment counts, even when it is empty. `process.env` is never changed, and it is read once,
 * when the provider is made.
 *
 * @since 0.1.0
 */

import { readFile } from "node:fs/promises"
import * as Path from "node:path"
import { parse } from "dotenv"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { codeOf } from "./internal/error.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The file to read, relative to `cwd`. It is read instead of a discovered one, and must exist. `false` reads no
   * file. Default: the nearest file called `.env`, in `cwd` or above it up to the root; none is fine.
   */
  readonly file?: string | false | undefined
  /** Where the search begins. Default: the working directory of the process. */
  readonly cwd?: string | undefined
  /** The environment. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** Variables given in code, which win over the environment and the file. */
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined
}

/**
 * A `.env` file cannot be used: `NotFound` when the given one does not exist, `Unreadable` when one exists and the
 * system refuses to read it.
 *
 * @since 0.1.0
 * @category errors
 */
export class DotEnvError extends Data.TaggedError("DotEnvError")<{
  readonly reason: "NotFound" | "Unreadable"
  /** Absolute path. */
  readonly file: string
  readonly cause: unknown
}> {
  override get message(): string {
    return this.reason === "NotFound"
      ? `${this.file} does not exist. Create it, or give the path of another file.`
      : `${this.file} cannot be read (${String(codeOf(this.cause))}). Correct its permissions, or give the path of another file.`
  }
}

type Variables = Readonly<Record<string, string>>

const read = (file: string): Effect.Effect<Variables, DotEnvError> =>
  Effect.tryPromise({
    try: () => readFile(file),
    catch: (cause) => {
      const missing = codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR"
      return new DotEnvError({ reason: missing ? "NotFound" : "Unreadable", file, cause })
    }
  }).pipe(Effect.map((content) => parse(content)))

/** A folder called `.env`, such as a Python environment, is not what is looked for. */
const isAbsent = (error: DotEnvError): boolean =>
  error.reason === "NotFound" || codeOf(error.cause) === "EISDIR"

const discover = (directory: string): Effect.Effect<Variables, DotEnvError> =>
  Effect.catchIf(read(Path.join(directory, ".env")), isAbsent, () => {
    const parent = Path.dirname(directory)
    return parent === directory ? Effect.succeed({}) : discover(parent)
  })

const readFileOf = (options: Options | undefined): Effect.Effect<Variables, DotEnvError> =>
  Effect.suspend(() => {
    if (options?.file === false) return Effect.succeed({})
    const cwd = Path.resolve(options?.cwd ?? process.cwd())
    return options?.file === undefined ? discover(cwd) : read(Path.resolve(cwd, options.file))
  })

/**
 * A provider over all sources. Names are divided at `_` and lists at `,`, as in `ConfigProvider.fromEnv`. Fails with
 * `DotEnvError` when the given file does not exist, or the file cannot be read.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options?: Options): Effect.Effect<ConfigProvider.ConfigProvider, DotEnvError> =>
  Effect.map(readFileOf(options), (file) => {
    const variables = new Map(Object.entries(file))
    for (const source of [options?.environment ?? process.env, options?.variables ?? {}]) {
      for (const [name, value] of Object.entries(source)) {
        if (value !== undefined) variables.set(name, value)
      }
    }
    return ConfigProvider.fromMap(variables, { pathDelim: "_", seqDelim: "," })
  })

/**
 * Installs the provider of `make` for everything that the layer is provided to.
 *
 * @example
 * ```ts
 * import { DotEnv } from "@effect-agentbay/node"
 * import { Config, Effect } from "effect"
 *
 * const program = Config.string("AGENTBAY_ENDPOINT").pipe(Effect.provide(DotEnv.layer({ file: "staging.env" })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options?: Options): Layer.Layer<never, DotEnvError> =>
  Layer.unwrapEffect(Effect.map(make(options), Layer.setConfigProvider))
