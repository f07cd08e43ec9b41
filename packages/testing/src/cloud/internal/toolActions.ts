/** Tools through the control API. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Handlers } from "./handler.js"
import { isBrowserImage } from "./images.js"
import { invalidParameter, refusal } from "./refusal.js"
import { findRunning, type State } from "./state.js"
import type { CallTool } from "./toolCalls.js"

const debuggingPort = 9222

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const toolActionHandlers = (
  state: State,
  callTool: CallTool
): Handlers<"ListMcpTools" | "CallMcpTool" | "InitBrowser"> => ({
  ListMcpTools: ({ imageId }) => Effect.succeed({ data: state.toolLists.of(imageId) }),

  CallMcpTool: (request) =>
    Effect.gen(function* () {
      const session = yield* findRunning(state, request.sessionId)
      const args = yield* Effect.try({
        try: (): unknown => JSON.parse(request.args),
        catch: () => invalidParameter("Args", "it is not JSON")
      })
      return { data: yield* callTool(session, { tool: request.name, server: request.server, args }) }
    }),

  InitBrowser: ({ browserOption, sessionId }) =>
    Effect.flatMap(findRunning(state, sessionId), ({ browserNews, imageId, machine }) =>
      isBrowserImage(imageId)
        ? Effect.flatMap(machine.browser, ({ start }) => {
            const option = isRecord(browserOption) ? browserOption : {}
            return Effect.zipRight(
              start(option),
              Effect.sync(() => browserNews.setOption(option))
            )
          }).pipe(
            Effect.mapError((error) => refusal(503, "ServiceUnavailable.Browser", error.message)),
            Effect.as({ data: { port: Option.some(debuggingPort) } })
          )
        : Effect.fail(refusal(400, "InvalidOperation.NoBrowser", `The image ${imageId} has no browser.`))
    )
})
