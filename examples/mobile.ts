/**
 * A program for a phone: it writes two notes, as a finger would, and reads them off the screen. The packages are those of
 * the phone that the testing package has in memory; on a real one they have other names.
 */
import { Session, SessionMobile } from "@effect-agentbay/core"
import { Console, Effect, Option } from "effect"
import { runExample } from "./support/run.js"

const onScreen = Effect.flatMap(SessionMobile.SessionMobile, (mobile) =>
  Effect.map(mobile.getAllUIElements(), SessionMobile.flatten)
)

const tap = (resourceId: string) =>
  Effect.gen(function* () {
    const mobile = yield* SessionMobile.SessionMobile
    const element = (yield* onScreen).find((one) => one.resourceId === resourceId)
    const bounds = yield* Option.flatMap(Option.fromNullable(element), (found) => found.bounds)
    yield* mobile.tap(bounds.centerX, bounds.centerY)
  })

const writeNotes = (notes: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const mobile = yield* SessionMobile.SessionMobile
    yield* mobile.startApp("monkey -p com.example.notes 1")
    yield* tap("com.example.notes:id/input")
    for (const note of notes) {
      yield* mobile.inputText(note)
      yield* mobile.sendKey("ENTER")
    }
    const { bytes } = yield* mobile.screenshot()
    yield* Console.log(`a picture of ${bytes.length} bytes`)
    const elements = yield* onScreen
    return elements.filter((one) => one.resourceId === "com.example.notes:id/note").map((one) => one.text)
  })

export const program = writeNotes(["remember the milk", "and the bread"]).pipe(
  Effect.tap((notes) => Console.log(notes.join("\n"))),
  Effect.provide(Session.layer({ imageId: "mobile_latest" }))
)

runExample(import.meta.url, program)
