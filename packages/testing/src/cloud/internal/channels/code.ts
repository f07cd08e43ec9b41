/** Code that runs while a client listens. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import type { CodeEvent, CodeOutput } from "../../../machine/Machine.js"
import { hasTool } from "../images.js"
import { languageOf, runFor } from "../tools/code.js"
import type { Channel, JsonObject } from "./channel.js"

const common = { method: "run_code", mode: "stream" }

/** Clients look for the forms of a value in one place or in the other. */
const resultOf = ({ data, isMain }: CodeOutput) => ({ isMainResult: isMain, ...data, mime: data })

const payloadOf = (event: CodeEvent): JsonObject =>
  event._tag === "Printed"
    ? { eventType: event.stream, chunk: event.text }
    : { eventType: "result", result: resultOf(event.output) }

const isRecord = (value: unknown): value is JsonObject => typeof value === "object" && value !== null

const defaultTimeoutSeconds = 60

export const code: Channel = {
  target: "wuying_codespace",
  isOffered: (imageId) => hasTool(imageId, "run_code"),
  handle: (data, { reply, session }) =>
    Effect.gen(function* () {
      const params = isRecord(data.params) ? data.params : {}
      const { code: source, language, timeoutS = defaultTimeoutSeconds } = params
      const known = languageOf(String(language))
      if (data.method !== "run_code" || typeof source !== "string") {
        return yield* reply({ error: "the request is no run of code" })
      }
      if (known === undefined) return yield* reply({ error: `unsupported language: ${language}` })
      if (typeof timeoutS !== "number" || !(timeoutS >= 0)) {
        return yield* reply({ error: "timeoutS must not be negative" })
      }
      let seq = 0
      let displayed = 0
      const say = (phase: "event" | "end", payload: JsonObject) =>
        Effect.suspend(() => {
          seq += 1
          return reply({ ...common, phase, seq, ...payload })
        })
      // A kernel prints without waiting; what it says waits here for the client.
      const events = yield* Mailbox.make<CodeEvent>()
      const telling = yield* Effect.fork(
        events.take.pipe(
          Effect.flatMap((event) => {
            if (event._tag === "Displayed") displayed += 1
            return say("event", payloadOf(event))
          }),
          Effect.forever,
          Effect.ignore
        )
      )
      const outcome = yield* Effect.either(
        runFor(session, {
          language: known,
          code: source,
          timeoutMs: timeoutS * 1000,
          onEvent: (event) => {
            events.unsafeOffer(event)
          }
        })
      )
      yield* events.end
      yield* Fiber.join(telling)
      if (outcome._tag === "Left") {
        return yield* say("end", { status: "failed", executionError: outcome.left.message })
      }
      const { durationMs, error, executionCount, outputs, timedOut } = outcome.right
      if (displayed === 0) {
        yield* Effect.forEach(outputs, (output) => say("event", payloadOf({ _tag: "Displayed", output })), {
          discard: true
        })
      }
      const end = { executionCount, executionTime: durationMs / 1000 }
      if (timedOut) {
        return yield* say("end", {
          ...end,
          status: "failed",
          executionError: `[timeout] the code ran longer than ${timeoutS} s`
        })
      }
      if (error === undefined) return yield* say("end", { ...end, status: "finished", executionError: null })
      yield* say("event", {
        eventType: "error",
        error: { code: error.name, message: error.value, traceback: error.traceback.join("\n"), traceId: "" }
      })
      yield* say("end", {
        ...end,
        status: "failed",
        executionError: `${error.name}: ${error.value}`
      })
    })
}
