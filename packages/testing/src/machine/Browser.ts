/**
 * The browser of one session, behind one interface: pages in memory, Chromium on the machine of real processes.
 *
 * @since 0.1.0
 */
import type * as Duplex from "node:stream"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { MachineError } from "./Machine.js"

/**
 * What `InitBrowser` asks for, as it travels; unknown members are kept.
 *
 * @since 0.1.0
 * @category models
 */
export type BrowserOption = Readonly<Record<string, unknown>>

/**
 * An element that an instruction may mean, and what could be done with it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Observation {
  readonly selector: string
  readonly description: string
  readonly method: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/**
 * Which page an operation is about; the current one when absent.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageChoice {
  /** DevTools target id. */
  readonly pageId?: string | undefined
}

/**
 * Operations of `wuying_browseruse` on a page. What a person would write in words is understood in a fixed,
 * documented set of forms; there is no language model.
 *
 * @since 0.1.0
 * @category models
 */
export interface Pages {
  readonly navigate: (url: string) => Effect.Effect<string, MachineError>
  readonly screenshot: (
    options: PageChoice & {
      readonly fullPage: boolean
      readonly clip?:
        | { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
        | undefined
    }
  ) => Effect.Effect<Uint8Array, MachineError>
  readonly act: (
    options: PageChoice & {
      readonly action: string
      readonly variables?: Readonly<Record<string, string>> | undefined
    }
  ) => Effect.Effect<{ readonly success: boolean; readonly steps: ReadonlyArray<string> }, MachineError>
  readonly observe: (
    options: PageChoice & { readonly instruction: string; readonly selector?: string | undefined }
  ) => Effect.Effect<ReadonlyArray<Observation>, MachineError>
  /** `schema` is a JSON Schema document. */
  readonly extract: (
    options: PageChoice & {
      readonly instruction: string
      readonly schema: unknown
      readonly selector?: string | undefined
    }
  ) => Effect.Effect<unknown, MachineError>
  readonly close: Effect.Effect<void, MachineError>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Browser {
  /** Starts it; a running one stays as it is. */
  readonly start: (option: BrowserOption) => Effect.Effect<void, MachineError>
  /** The option it was started with; none while it does not run. */
  readonly running: Effect.Effect<Option.Option<BrowserOption>, MachineError>
  readonly stop: Effect.Effect<void, MachineError>
  readonly pages: Pages
  /** A byte stream to the DevTools server of the running browser; none where there is no real browser. */
  readonly devTools: Option.Option<Effect.Effect<Duplex.Duplex, MachineError, Scope.Scope>>
}
