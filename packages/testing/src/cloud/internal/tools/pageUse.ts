/** The tools of the browser. */

import { Buffer } from "node:buffer"
import type { Tool } from "@effect-agentbay/core/Tool"
import type { ToolByName } from "@effect-agentbay/core/Tools"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { Pages } from "../../../machine/Browser.js"
import { parseFieldSchema } from "../../../machine/internal/pageExtraction.js"
import type { MachineError } from "../../../machine/Machine.js"
import type { TaskKind } from "../pageTasks.js"
import type { SessionRecord } from "../state.js"
import { failed, type ToolFailure, type ToolHandlers, yes } from "./handler.js"

type Args<Name extends "page_use_act" | "page_use_observe" | "page_use_extract"> = Tool.Args<ToolByName<Name>>

const words = (text: string): ToolFailure<never> => ({ _tag: "Words", text })

const onPages = <A>(
  { machine }: SessionRecord,
  use: (pages: Pages) => Effect.Effect<A, MachineError>
): Effect.Effect<A, ToolFailure<never>> =>
  Effect.flatMap(machine.browser, ({ pages }) => use(pages)).pipe(
    Effect.mapError((error) => words(error.message))
  )

const act = ({ action, page_id: pageId, variables }: Args<"page_use_act">, session: SessionRecord) =>
  onPages(session, (pages) => pages.act({ pageId, action, variables }))

const observe = (
  { instruction, page_id: pageId, selector }: Args<"page_use_observe">,
  session: SessionRecord
) => onPages(session, (pages) => pages.observe({ pageId, instruction, selector }))

const extract = (
  { field_schema: text, instruction, page_id: pageId, selector }: Args<"page_use_extract">,
  session: SessionRecord
) => {
  const schema = parseFieldSchema(text)
  return schema === undefined
    ? Effect.fail(failed("field_schema must be `schema: ` and a JSON Schema"))
    : onPages(session, (pages) => pages.extract({ pageId, instruction, schema, selector }))
}

const outcomeOf = ({ detail, steps, success }: Effect.Effect.Success<ReturnType<typeof act>>) => ({
  is_done: true,
  success,
  steps: [
    ...steps.map((action, index) => ({ index, action })),
    ...(detail === undefined ? [] : [{ index: steps.length, error: detail }])
  ]
})

const started = (session: SessionRecord, kind: TaskKind, work: Effect.Effect<unknown, unknown>) =>
  Effect.map(session.pageTasks.start(kind, work), (task_id) => ({ task_id }))

/** While a task runs, and when it has failed, its result is an error: only the words tell the two apart. */
const collect = <A>(
  session: SessionRecord,
  kind: TaskKind,
  id: string
): Effect.Effect<Option.Option<A>, ToolFailure<never>> =>
  Effect.flatMap(session.pageTasks.find(kind, id), (found) => {
    if (found === undefined) return Effect.fail(words(`task not found: ${id}`))
    if (found === "Running") return Effect.fail(words(`task ${id} is still running`))
    return Exit.match(found, {
      // Only a task of its own kind is found under its id.
      onSuccess: (value) => Effect.succeed(Option.some(value as A)),
      onFailure: (cause) =>
        cause._tag === "Fail"
          ? Effect.fail(words(`task ${id} failed: ${(cause.error as { readonly text: string }).text}`))
          : Effect.die(cause)
    })
  })

export const pageUseHandlers: ToolHandlers<
  | "stopChrome"
  | "page_use_navigate"
  | "page_use_screenshot"
  | "page_use_close_session"
  | "page_use_act"
  | "page_use_act_async"
  | "page_use_get_act_result"
  | "page_use_observe"
  | "page_use_observe_async"
  | "page_use_get_observe_result"
  | "page_use_extract"
  | "page_use_extract_async"
  | "page_use_get_extract_result"
  | "page_use_login"
> = {
  stopChrome: (_, { machine }) =>
    Effect.flatMap(machine.browser, (browser) =>
      Effect.flatMap(browser.running, (running) =>
        Option.isSome(running) ? Effect.as(browser.stop, true) : Effect.succeed(false)
      )
    ).pipe(
      Effect.mapError((error) => words(error.message)),
      Effect.flatMap((stopped) => (stopped ? Effect.succeed(yes) : Effect.fail(words("chrome not running"))))
    ),
  page_use_navigate: ({ url }, session) =>
    Effect.map(
      onPages(session, (pages) => pages.navigate(url)),
      (reached) => `Navigated to ${reached}`
    ),
  page_use_screenshot: ({ clip, full_page: fullPage = true, page_id: pageId }, session) =>
    Effect.map(
      onPages(session, (pages) => pages.screenshot({ pageId, fullPage, clip })),
      (bytes) => `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`
    ),
  page_use_close_session: (_, session) =>
    Effect.as(
      onPages(session, (pages) => pages.close),
      "closed"
    ),
  page_use_act: (args, session) =>
    Effect.flatMap(act(args, session), (done) =>
      done.success
        ? Effect.succeed(JSON.stringify({ success: true, message: done.steps.join("; ") }))
        : Effect.fail(words(done.detail ?? "the action failed"))
    ),
  page_use_act_async: (args, session) => started(session, "act", Effect.map(act(args, session), outcomeOf)),
  page_use_get_act_result: ({ task_id: id }, session) => collect(session, "act", id),
  page_use_observe: observe,
  page_use_observe_async: (args, session) => started(session, "observe", observe(args, session)),
  page_use_get_observe_result: ({ task_id: id }, session) => collect(session, "observe", id),
  page_use_extract: extract,
  page_use_extract_async: (args, session) => started(session, "extract", extract(args, session)),
  page_use_get_extract_result: ({ task_id: id }, session) => collect(session, "extract", id),
  page_use_login: () =>
    Effect.fail(
      words("login skill not found: this cloud has none; script page_use_login in a test that needs one")
    )
}
