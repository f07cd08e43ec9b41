/** What tests look at on the host, from outside the sessions. */
import * as fs from "node:fs"
import * as os from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** A new directory which is deleted with the scope. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(join(os.tmpdir(), "local-machine-test-"))),
  (directory) => Effect.sync(() => fs.rmSync(directory, { recursive: true, force: true }))
)

/** Repeats until it succeeds; the limit of the test is the limit of the wait. */
export const eventually = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(effect, Schedule.spaced("20 millis"))

/** The ids of the processes of the host, of whatever session, with a text in their command line. */
export const processesWith = (text: string): Effect.Effect<ReadonlyArray<number>> =>
  Effect.sync(() =>
    fs
      .readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((name) => {
        try {
          return fs.readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text)
        } catch {
          return false
        }
      })
      .map(Number)
  )

/** Whether a process of the host is stopped, as by SIGSTOP. */
export const isStopped = (pid: number): boolean => {
  try {
    return /^State:\s+T/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch {
    return false
  }
}

/** What tells the processes of one session from all others on the host. */
export const processNamespaceOf = (pid: number): string => fs.readlinkSync(`/proc/${pid}/ns/pid`)

export const processesIn = (namespace: string): Effect.Effect<ReadonlyArray<number>> =>
  Effect.sync(() =>
    fs
      .readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => {
        try {
          return fs.readlinkSync(`/proc/${name}/ns/pid`) === namespace
        } catch {
          return false
        }
      })
      .map(Number)
  )
