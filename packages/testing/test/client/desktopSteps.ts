/** What the contracts of a desktop have in common: a program that opens a window, and patience. */
import { assert } from "@effect/vitest"
import type { SessionComputer } from "@effect-agentbay/core/SessionComputer"
import { Duration, Effect, Option, Schedule } from "effect"

type Computer = SessionComputer.Service

export const desktop = { imageId: "linux_latest" }

/** Both machines have a program of this name; it opens a window into which one can type. */
export const program = "xterm"

export const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
export const jpeg = [0xff, 0xd8, 0xff]

export const startsWith = (bytes: Uint8Array, magic: ReadonlyArray<number>): boolean =>
  magic.every((byte, index) => bytes[index] === byte)

/** A real screen takes a moment to follow. */
export const eventually = <A, E, R>(look: Effect.Effect<A, E, R>, isSo: (value: A) => boolean) =>
  Effect.repeat(look, {
    until: isSo,
    schedule: Schedule.intersect(Schedule.spaced(Duration.millis(50)), Schedule.recurs(100))
  }).pipe(Effect.zipRight(look))

const active = ({ getActiveWindow }: Computer) => Effect.map(getActiveWindow, Option.getOrNull)

export const isActive = (computer: Computer, id: number) =>
  Effect.map(
    eventually(active(computer), (window) => window?.id === id),
    (window) => window?.id === id
  )

/** Starts the program and waits for its window. */
export const open = (computer: Computer) =>
  Effect.gen(function* () {
    const before = (yield* computer.listRootWindows()).map(({ id }) => id)
    const [process] = yield* computer.startApp(program)
    assert.isDefined(process)
    const windows = yield* eventually(computer.listRootWindows(), (all) =>
      all.some(({ id }) => !before.includes(id))
    )
    const window = windows.find(({ id }) => !before.includes(id))
    if (process === undefined || window === undefined) return yield* Effect.dieMessage("no window opened")
    assert.isTrue(yield* isActive(computer, window.id), "a new window has the focus")
    return { process, window }
  })
