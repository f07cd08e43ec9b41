/**
 * The browser of one session, behind one interface: pages in memory, Chromium on the machine of real processes.
 *
 * @since 0.1.0
 */
import type { Duplex } from "node:stream"
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
 * documented set of forms; there is no language model. Both browsers read a page into the snapshot of
 * `internal/pageSnapshot.ts` and leave the rest to `internal/pageInstructions.ts`: `carryOut`, `observePage`,
 * `extractPage`.
 *
 * A browser that does not run is started without options, as it is for whoever connects to its DevTools server. A
 * page or an element that is not there is `NotFound`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Pages {
  /** Answers with the address that was reached. A page that cannot be loaded fails with `Unknown`. */
  readonly navigate: (url: string) => Effect.Effect<string, MachineError>
  /** A PNG file. `clip` wins over `fullPage`. */
  readonly screenshot: (
    options: PageChoice & {
      readonly fullPage: boolean
      readonly clip?:
        | { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
        | undefined
    }
  ) => Effect.Effect<Uint8Array, MachineError>
  /** An action that is not understood, or is about nothing on the page, is no failure but no success. */
  readonly act: (
    options: PageChoice & {
      readonly action: string
      readonly variables?: Readonly<Record<string, string>> | undefined
    }
  ) => Effect.Effect<
    {
      readonly success: boolean
      /** What was done, such as `click #buy`. */
      readonly steps: ReadonlyArray<string>
      /** Why the rest was not. */
      readonly detail?: string | undefined
    },
    MachineError
  >
  readonly observe: (
    options: PageChoice & { readonly instruction: string; readonly selector?: string | undefined }
  ) => Effect.Effect<ReadonlyArray<Observation>, MachineError>
  /** `schema` is a JSON Schema document. Fails with `NotFound` for a required part that the page does not have. */
  readonly extract: (
    options: PageChoice & {
      readonly instruction: string
      readonly schema: unknown
      readonly selector?: string | undefined
    }
  ) => Effect.Effect<unknown, MachineError>
  /** Closes the pages that were opened and leaves one blank page. */
  readonly close: Effect.Effect<void, MachineError>
}

/**
 * A connection to a DevTools server, which speaks HTTP: `path` is that of its WebSocket for the whole browser, `host` what
 * it takes as header `Host`.
 *
 * @since 0.1.0
 * @category models
 */
export interface DevTools {
  readonly stream: Duplex
  readonly host: string
  readonly path: string
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
  /** Without effect while it does not run. */
  readonly stop: Effect.Effect<void, MachineError>
  readonly pages: Pages
  /**
   * Connects to the DevTools server of the browser, which is started, as it was last or without options, where it does
   * not run. Closing the scope breaks the connection. None where there is no real browser.
   */
  readonly devTools: Option.Option<Effect.Effect<DevTools, MachineError, Scope.Scope>>
}
