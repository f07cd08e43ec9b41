/**
 * Descriptions of devices that an Android session can be made to look like, kept in contexts. Use as
 * `AgentBay.mobileSimulation`.
 *
 * A description is the JSON file `dev_info.json` that the vendor's tool writes. It lies in a context of its own, or
 * below the mount of a context of yours.
 *
 * Source: session automation modules, section 8.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { InvalidArgument, SessionError } from "../AgentBayError.js"
import { isRecord } from "../internal/json.js"
import { putObject } from "../internal/putObject.js"
import { randomHex } from "../internal/randomHex.js"
import { ensure, ensureText } from "../internal/validate.js"
import {
  type SimulateConfig,
  type SimulateMode,
  SimulatePath,
  simulationPath
} from "../MobileConfiguration.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import type { Contexts } from "./Contexts.js"
import type { ContextSync } from "./SyncPolicy.js"

/**
 * Where a description lies: below `path`, where the context is mounted, or, without it, in a context that holds
 * nothing else. A `ContextSync` is one, too.
 *
 * @since 0.1.0
 * @category models
 */
export interface MobileInfoPlace {
  readonly contextId: string
  /** An absolute path of letters, digits and `_ . / -`. */
  readonly path?: string | undefined
}

/**
 * A description that exists. `directory` is where a session has it.
 *
 * @since 0.1.0
 * @category models
 */
export interface MobileInfo {
  readonly contextId: string
  readonly directory: string
  /** Whether the context holds nothing else and is mounted by the configuration alone. */
  readonly hasOwnContext: boolean
}

/**
 * @since 0.1.0
 * @category models
 */
export interface MobileSimulation {
  /**
   * Looks for a description in the places where the official SDKs write it. None when there is none.
   *
   * Fails with `SessionError`, and with `InvalidArgument` for a blank id or a path of other characters.
   */
  readonly findMobileInfo: (
    place: MobileInfoPlace
  ) => Effect.Effect<Option.Option<MobileInfo>, SessionError | InvalidArgument>
  /** Whether there is a description. Fails as `findMobileInfo` does. */
  readonly hasMobileInfo: (place: MobileInfoPlace) => Effect.Effect<boolean, SessionError | InvalidArgument>
  /**
   * Stores a description: the text of a JSON object. Without a place, in a new context `mobile_sim_…`, which is
   * deleted again when the upload fails.
   *
   * Fails with `InvalidArgument` before anything is sent when the text is no JSON object, and with `SessionError`
   * when the service or the object store refuses it.
   *
   * @example
   * ```ts
   * import { AgentBay, MobileSimulation } from "@effect-agentbay/core"
   * import { Effect } from "effect"
   *
   * const likeAnotherPhone = (description: string) =>
   *   Effect.gen(function* () {
   *     const bay = yield* AgentBay.AgentBay
   *     const info = yield* bay.mobileSimulation.uploadMobileInfo(description)
   *     const simulateConfig = MobileSimulation.toConfig(info, { mode: "All" })
   *     return yield* bay.session({ imageId: "mobile_latest", extraConfigs: { mobile: { simulateConfig } } })
   *   })
   * ```
   */
  readonly uploadMobileInfo: (
    description: string,
    place?: MobileInfoPlace
  ) => Effect.Effect<MobileInfo, SessionError | InvalidArgument>
}

const directoryName = "agentbay_mobile_info"

const fileName = "dev_info.json"

const isPlainPath = Schema.is(SimulatePath)

const single = (path: string): string => path.replace(/\/+/g, "/")

const ensurePlace = (operation: string, { contextId, path }: MobileInfoPlace) =>
  Effect.zipRight(
    ensureText(operation, "contextId", contextId),
    ensure(
      path === undefined || isPlainPath(path),
      operation,
      "path",
      path,
      "it must be an absolute path of letters, digits and _ . / -"
    )
  )

const isObjectText = (text: string): boolean => {
  try {
    return isRecord(JSON.parse(text))
  } catch {
    return false
  }
}

/**
 * The description at a place where there is known to be one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const infoAt = ({ contextId, path }: MobileInfoPlace): MobileInfo => ({
  contextId,
  directory: path === undefined ? simulationPath : single(`${path}/${directoryName}`),
  hasOwnContext: path === undefined
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: AccountRuntime, contexts: Contexts): MobileSimulation => {
  const find = (operation: string, place: MobileInfoPlace) =>
    Effect.gen(function* () {
      yield* ensurePlace(operation, place)
      const info = infoAt(place)
      // Two of the official SDKs join the parts of the path with two slashes, which makes another object.
      const folders = [`${info.directory}/`, `${info.directory}//`]
      const found = yield* Stream.fromIterable(folders).pipe(
        Stream.flatMap((folder) => contexts.files.listAll(place.contextId, folder)),
        Stream.filter(
          ({ name, path }) =>
            name === fileName && (!path.startsWith("/") || single(path) === `${info.directory}/${fileName}`)
        ),
        Stream.runHead
      )
      return Option.as(found, info)
    }).pipe(Effect.withSpan(operation))

  const upload = (operation: string, description: string, place: MobileInfoPlace) => {
    const info = infoAt(place)
    return contexts.files.uploadUrl(info.contextId, `${info.directory}/${fileName}`).pipe(
      Effect.flatMap(({ url }) =>
        putObject(
          runtime,
          operation,
          url,
          new TextEncoder().encode(description),
          runtime.config.timeouts.request
        )
      ),
      Effect.as(info)
    )
  }

  const newContext = Effect.gen(function* () {
    const seconds = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    return yield* contexts.create(`mobile_sim_${yield* randomHex}_${seconds}`)
  })

  return {
    findMobileInfo: (place) => find("MobileSimulation.findMobileInfo", place),
    hasMobileInfo: (place) => Effect.map(find("MobileSimulation.hasMobileInfo", place), Option.isSome),
    uploadMobileInfo: Effect.fn("MobileSimulation.uploadMobileInfo")(function* (description, place) {
      const operation = "MobileSimulation.uploadMobileInfo"
      yield* ensure(
        isObjectText(description),
        operation,
        "description",
        description,
        "it must be the text of a JSON object"
      )
      if (place !== undefined) {
        yield* ensurePlace(operation, place)
        return yield* upload(operation, description, place)
      }
      // A context whose id the caller never learns would stay for ever.
      return yield* Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(newContext, ({ id }) =>
          restore(upload(operation, description, { contextId: id })).pipe(
            Effect.onError(() => Effect.ignore(contexts.delete(id)))
          )
        )
      )
    })
  }
}

/**
 * The configuration that makes a session look like the device described, for `extraConfigs.mobile.simulateConfig`.
 * `mode` says what of it is simulated, default `PropertiesOnly`.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toConfig = (
  { contextId, directory, hasOwnContext }: MobileInfo,
  options?: { readonly mode?: SimulateMode | undefined }
): SimulateConfig => ({
  simulate: true,
  simulatePath: directory,
  simulateMode: options?.mode ?? "PropertiesOnly",
  ...(hasOwnContext ? { simulatedContextId: contextId } : {})
})

/**
 * The mount with the description in it: where its policy names the parts that are synchronised, the description
 * becomes one of them. The mount itself stays as it is.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withMobileInfo = (mount: ContextSync): ContextSync => {
  const whiteLists = mount.policy?.bwList?.whiteLists
  const path = `/${directoryName}`
  const isThere = whiteLists?.some(
    (entry) => entry.path === "" || single(`/${entry.path}`).replace(/\/$/, "") === path
  )
  return whiteLists === undefined || isThere === true
    ? mount
    : {
        ...mount,
        policy: { ...mount.policy, bwList: { whiteLists: [...whiteLists, { path, excludePaths: [] }] } }
      }
}
