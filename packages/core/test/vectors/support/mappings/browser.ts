/** The browser of a session, and its operator, which earlier generations call the agent. */
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as BrowserOperator from "../../../../src/session/BrowserOperator.js"
import type { BrowserOptionInput } from "../../../../src/session/BrowserOption.js"
import { schemaOf } from "../jsonSchema.js"
import {
  type Mapping,
  type Mappings,
  mapping,
  nothing,
  object,
  optional,
  optionalNumber,
  optionalText,
  text
} from "../Mapping.js"
import { success } from "../Outcome.js"
import { isObject, type Json, type JsonObject } from "../Vector.js"
import type { World } from "../World.js"
import { create } from "./agentBay.js"

type Args = ReadonlyArray<Json>

const boolean = (value: Json | undefined): boolean | undefined => optional(value, (flag) => flag === true)

/** What an instance of the recorded class holds: its positional arguments, by version. */
const optionNames: Readonly<Record<string, ReadonlyArray<string>>> = {
  "0.10.2": [
    "useStealth",
    "userAgent",
    "viewport",
    "screen",
    "fingerprint",
    "solveCaptchas",
    "proxies",
    "cmdArgs",
    "defaultNavigateUrl",
    "browserType"
  ],
  "0.15.1": [
    "useStealth",
    "userAgent",
    "viewport",
    "screen",
    "fingerprint",
    "fingerprintFormat",
    "fingerprintPersistent",
    "solveCaptchas",
    "proxies",
    "cmdArgs",
    "defaultNavigateUrl",
    "browserType"
  ],
  "0.19.0": [
    "useStealth",
    "userAgent",
    "viewport",
    "screen",
    "fingerprint",
    "fingerprintFormat",
    "fingerprintPersistent",
    "solveCaptchas",
    "autoLogin",
    "callForUser",
    "proxies",
    "cmdArgs",
    "defaultNavigateUrl",
    "browserType"
  ]
}

const proxyNames = ["type", "server", "username", "password", "strategy", "pollsize"]

const plainInstance = (value: Json, names: ReadonlyArray<string>): JsonObject => {
  const args = isObject(value) ? value["args"] : undefined
  return Object.fromEntries(
    (Array.isArray(args) ? args : []).flatMap((argument: Json, index) =>
      isObject(argument) && argument["$undefined"] === true ? [] : [[names[index] ?? "", argument]]
    )
  )
}

const plain = (value: Json, names: ReadonlyArray<string>): JsonObject =>
  isObject(value) && value["$new"] !== undefined ? plainInstance(value, names) : object(value)

const optionOf = ({ one }: World, value: Json | undefined): BrowserOptionInput => {
  const option = plain(value ?? {}, optionNames[one.version] ?? [])
  const proxies = option["proxies"]
  const variable = one.vector.call.env?.["AGENTBAY_BROWSER_BEHAVIOR_SIMULATE"]
  return {
    ...option,
    ...(Array.isArray(proxies) ? { proxies: proxies.map((proxy: Json) => plain(proxy, proxyNames)) } : {}),
    ...(variable === undefined ? {} : { behaviorSimulate: variable !== "0" })
  } as unknown as BrowserOptionInput
}

/** Lines that make their own session say so in words. */
const sessionOf = (world: World) => {
  const created = /made by agentBay\.create\((.*?)\) within/.exec(world.one.vector.call.then ?? "")?.[1]
  return created === undefined ? Effect.succeed(world.session) : create(world, JSON.parse(created) as Json)
}

const initialize = mapping({
  call: (world, [option]) =>
    Effect.flatMap(sessionOf(world), ({ browser }) => browser.initialize(optionOf(world, option))),
  ...nothing
})

const page = (value: Json | undefined): BrowserOperator.PageRef | undefined => {
  const given = object(value)["$page"]
  if (!isObject(given)) return undefined
  const context = {
    newCDPSession: () =>
      given["lookupFails"] === true
        ? Promise.reject(new Error("the page is closed"))
        : Promise.resolve({
            send: () => Promise.resolve({ targetInfo: { targetId: given["targetId"] } }),
            detach: () => Promise.resolve()
          }),
    browser: () => ({ contexts: () => [...Array(Number(given["contextIndex"])).fill({}), context] })
  }
  return { context: () => context }
}

const seconds = (value: Json | undefined) => optional(value, (given) => Number(given) * 1000)

const instruction = (options: JsonObject, target: Json | undefined) => ({
  page: page(target),
  useVision: boolean(options["use_vision"]),
  iframes: boolean(options["iframes"]),
  domSettleTimeout: optionalNumber(options["domSettleTimeoutMS"])
})

const actOptions = (options: JsonObject, target: Json | undefined): BrowserOperator.ActOptions => ({
  ...instruction(options, target),
  variables: optional(options["variables"], (value) => object(value) as Record<string, string>),
  timeout: seconds(options["timeout"]) ?? optionalNumber(options["timeoutMS"])
})

const observeOptions = (options: JsonObject, target: Json | undefined) => ({
  ...instruction(options, target),
  selector: optionalText(options["selector"])
})

const extractOptions = (options: JsonObject, target: Json | undefined) => ({
  ...observeOptions(options, target),
  useTextExtract: boolean(options["use_text_extract"]),
  maxPages: optionalNumber(options["max_page"])
})

/** A class of the baseline says nothing about its members. */
const product = Schema.Struct({ title: Schema.String, ratings: Schema.Number })

const schemaIn = (options: JsonObject): Schema.Schema<unknown> => {
  const schema = object(options["schema"])["$schema"]
  return (schema === undefined ? product : schemaOf(schema)) as Schema.Schema<unknown>
}

const acted = {
  read: ({ message }: BrowserOperator.ActResult) => success({ message }),
  recorded: ({ message }: JsonObject) => success({ message })
}

/** The recorded result is a pair: whether there was an answer, and the answer. */
const answered = ({ result }: JsonObject): Json => (Array.isArray(result) ? (result[1] ?? null) : null)

const observed = {
  read: (found: ReadonlyArray<BrowserOperator.Observation>) => success(found),
  recorded: (result: JsonObject) => {
    const found = answered(result)
    return success(
      (Array.isArray(found) ? found : []).map((one: Json) => {
        const { args, ...rest } = object(one)
        return { ...rest, arguments: args }
      })
    )
  }
}

const extracted = {
  read: (value: unknown) => success(value),
  recorded: (result: JsonObject) => success(answered(result))
}

const text0 = {
  read: (value: string) => success(value),
  recorded: ({ result }: JsonObject) => success(result)
}

const operator = (target: string): Mappings =>
  Object.fromEntries(
    Object.entries({
      navigate: mapping({
        call: ({ session }, [url]) => session.browser.operator.navigate(text(url)),
        ...text0
      }),
      screenshot: mapping({
        call: ({ session }, [target, fullPage, quality, clip, timeout]) =>
          session.browser.operator.screenshot({
            page: page(target),
            fullPage: boolean(fullPage),
            quality: optionalNumber(quality),
            clip: optional(
              clip,
              (value) => value as unknown as BrowserOperator.OperatorScreenshotOptions["clip"]
            ),
            timeout: optionalNumber(timeout)
          }),
        read: ({ bytes, mediaType }) => success(`data:${mediaType};base64,${Encoding.encodeBase64(bytes)}`),
        recorded: text0.recorded
      }),
      act: mapping({
        call: ({ session }, [options, target]) =>
          session.browser.operator.act(text(object(options)["action"]), actOptions(object(options), target)),
        ...acted
      }),
      actAsync: mapping({
        call: ({ session }, [options, target]) =>
          Effect.flatMap(
            session.browser.operator.actAsync(
              text(object(options)["action"]),
              actOptions(object(options), target)
            ),
            (task) => task.await({ timeout: seconds(object(options)["timeout"]) })
          ),
        ...acted
      }),
      observe: mapping({
        call: ({ session }, [options, target]) =>
          session.browser.operator.observe(
            text(object(options)["instruction"]),
            observeOptions(object(options), target)
          ),
        ...observed
      }),
      observeAsync: mapping({
        call: ({ one, session }, [options, target]) => {
          const given = object(options)
          const instructions = text(given["instruction"])
          // In the baseline the two names do the same.
          return one.version === "0.10.2"
            ? session.browser.operator.observe(instructions, observeOptions(given, target))
            : Effect.flatMap(
                session.browser.operator.observeAsync(instructions, observeOptions(given, target)),
                (task) => task.await({ timeout: seconds(given["timeout"]) })
              )
        },
        ...observed
      }),
      extract: mapping({
        call: ({ session }, [options, target]) =>
          session.browser.operator.extract(
            text(object(options)["instruction"]),
            schemaIn(object(options)),
            extractOptions(object(options), target)
          ),
        ...extracted
      }),
      extractAsync: mapping({
        call: ({ session }, [options, target]) =>
          Effect.flatMap(
            session.browser.operator.extractAsync(
              text(object(options)["instruction"]),
              schemaIn(object(options)),
              extractOptions(object(options), target)
            ),
            (task) => task.await({ timeout: seconds(object(options)["timeout"]) })
          ),
        ...extracted
      }),
      close: mapping({ call: ({ session }) => session.browser.operator.close, ...nothing })
    } satisfies Record<string, Mapping>).map(([method, how]) => [`${target} ${method}`, how])
  )

export const browser: Mappings = {
  "session.browser initialize": initialize,
  "session.browser initializeAsync": initialize,
  "session.browser getEndpointUrl": mapping({
    call: ({ session }) => session.browser.endpointUrl,
    read: (url) => success(Redacted.value(url)),
    recorded: ({ result }) => success(result)
  }),
  "session.browser destroy": mapping({
    call: ({ session: { browser } }, _args: Args) =>
      Effect.zipRight(browser.destroy, Effect.all([browser.isInitialized, browser.option])),
    read: ([isInitialized, option], { one }) =>
      one.vector.call.then === undefined
        ? success({})
        : success({ isInitialized, option: Option.isSome(option) ? "kept" : null }),
    recorded: (result, { vector }) => (vector.call.then === undefined ? success({}) : success(result))
  }),
  ...operator("session.browser.agent"),
  ...operator("session.browser.operator")
}
