/** Writing any content of any size: in one call when it fits, else aside and then into place. */
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Ref from "effect/Ref"
import * as Sink from "effect/Sink"
import { writeFile } from "../../contract/tools/FileSystemTools.js"
import { joinBytes } from "../joinBytes.js"
import { type CallFailure, callFileTool, runScript, scriptArgs, type Target } from "./fileCalls.js"
import { needsShell } from "./fileError.js"
import { commandLimitOf, fits, fitsCall, hasShell, limitOf, roomFor } from "./limits.js"
import { decodeUtf8, writePlainly } from "./plainWrite.js"
import {
  addParts,
  base64Parts,
  base64Step,
  discard,
  inlineScript,
  makeStaging,
  type Part,
  type PartEncoding,
  partRoom,
  prepare,
  publish,
  type Staging,
  temporaryName,
  textParts,
  type WriteMode
} from "./staging.js"

export interface WriteSettings {
  readonly mode: WriteMode
  readonly concurrency: number
  readonly onProgress: (bytesDone: number) => Effect.Effect<void>
}

/** Turns the sizes of finished parts into the number of bytes done. */
const counting = (onProgress: WriteSettings["onProgress"]) =>
  Effect.map(
    Ref.make(0),
    (done) => (bytes: number) =>
      Effect.flatMap(
        Ref.updateAndGet(done, (sum) => sum + bytes),
        onProgress
      )
  )

const inStages = (
  target: Target,
  encoding: PartEncoding,
  size: number,
  partsOf: (staging: Staging) => IterableIterator<Part>,
  { concurrency, mode, onProgress }: WriteSettings
): Effect.Effect<void, CallFailure> =>
  Effect.gen(function* () {
    const staging = yield* makeStaging(target, mode, encoding)
    const done = yield* counting(onProgress)
    yield* prepare(staging).pipe(
      Effect.zipRight(addParts(staging, partsOf(staging), 0, concurrency, done)),
      Effect.zipRight(publish(staging, size)),
      // The script that puts the content in place cleans up itself.
      Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : discard(staging)))
    )
  })

/** True when the text was written in one call, which it was if it fits. */
const inOneCall = (
  target: Target,
  text: string,
  { mode }: WriteSettings
): Effect.Effect<boolean, CallFailure> => {
  const args = { path: target.path, content: "", mode }
  return fits(roomFor(limitOf(target.runtime, writeFile.name), args, "content"), text)
    ? Effect.as(callFileTool(target, writeFile, { ...args, content: text }), true)
    : Effect.succeed(false)
}

/** A text without lone surrogates. `size` is its size in UTF-8. */
export const writeText = (
  target: Target,
  text: string,
  size: number,
  settings: WriteSettings
): Effect.Effect<void, CallFailure> =>
  Effect.gen(function* () {
    if (yield* inOneCall(target, text, settings)) return yield* settings.onProgress(size)
    if (!hasShell(target.runtime, target.path)) {
      return yield* writePlainly(target, text, settings.mode, yield* counting(settings.onProgress))
    }
    yield* inStages(target, "text", size, (staging) => textParts(text, partRoom(staging)), settings)
  })

const writeBinary = (
  target: Target,
  bytes: Uint8Array,
  settings: WriteSettings
): Effect.Effect<void, CallFailure> =>
  Effect.gen(function* () {
    const { path, runtime } = target
    if (!hasShell(runtime, path)) return yield* Effect.fail(needsShell(target, "binary content"))
    const directory = yield* temporaryName(path)
    const limit = commandLimitOf(runtime)
    if (bytes.length <= base64Step(limit)) {
      const script = inlineScript(path, directory, bytes, settings.mode)
      if (fitsCall(limit, scriptArgs(script))) {
        yield* runScript(target, script, [directory])
        return yield* settings.onProgress(bytes.length)
      }
    }
    yield* inStages(
      target,
      "base64",
      bytes.length,
      (staging) => base64Parts(bytes, partRoom(staging)),
      settings
    )
  })

export const writeBytes = (
  target: Target,
  bytes: Uint8Array,
  settings: WriteSettings
): Effect.Effect<void, CallFailure> => {
  // A NUL is valid UTF-8, but not every tool on the way carries it in a text.
  const text = bytes.includes(0) ? undefined : decodeUtf8(bytes)
  return text === undefined
    ? writeBinary(target, bytes, settings)
    : writeText(target, text, bytes.length, settings)
}

/** What a sink holds between two pieces of input. */
class Gathering {
  staging: Staging | undefined = undefined
  published = false
  pending: Array<Uint8Array> = []
  pendingBytes = 0
  parts = 0
  bytes = 0

  /** The producer may reuse its array, so it is copied. */
  add(bytes: Uint8Array): void {
    this.pending.push(bytes.slice())
    this.pendingBytes += bytes.length
  }

  /** Everything that is pending, except for so many last bytes that a multiple of `unit` is taken. */
  take(unit: number): Uint8Array {
    const all = joinBytes(this.pending)
    const taken = all.length - (all.length % unit)
    this.pending = [all.slice(taken)]
    this.pendingBytes = all.length - taken
    return all.subarray(0, taken)
  }
}

/**
 * Takes bytes as they come. Memory holds a few parts at most; without a shell, where only texts can be written and
 * must be known in full, all of them.
 */
export const writeSink = (
  target: Target,
  settings: WriteSettings
): Sink.Sink<void, Uint8Array, never, CallFailure> =>
  Sink.unwrapScoped(
    Effect.gen(function* () {
      const state = new Gathering()
      const written = yield* counting(settings.onProgress)
      const batch = hasShell(target.runtime, target.path)
        ? base64Step(limitOf(target.runtime, writeFile.name)) * settings.concurrency
        : Number.POSITIVE_INFINITY
      yield* Effect.addFinalizer(() =>
        state.staging === undefined || state.published ? Effect.void : discard(state.staging)
      )

      const flush = (staging: Staging, bytes: Uint8Array) => {
        const parts = [...base64Parts(bytes, partRoom(staging))]
        const first = state.parts
        state.parts += parts.length
        state.bytes += bytes.length
        return addParts(staging, parts[Symbol.iterator](), first, settings.concurrency, written)
      }

      const opened = Effect.gen(function* () {
        if (state.staging !== undefined) return state.staging
        const staging = yield* makeStaging(target, settings.mode, "base64")
        state.staging = staging
        yield* prepare(staging)
        return staging
      })

      const take = (input: Chunk.Chunk<Uint8Array>) =>
        Effect.gen(function* () {
          for (const bytes of input) {
            state.add(bytes)
            if (state.pendingBytes >= batch) yield* flush(yield* opened, state.take(3))
          }
        })

      const finish = Effect.gen(function* () {
        const rest = state.take(1)
        if (state.staging === undefined) return yield* writeBytes(target, rest, settings)
        yield* flush(state.staging, rest)
        yield* publish(state.staging, state.bytes)
        state.published = true
      })

      return Sink.mapEffect(Sink.forEachChunk(take), () => finish)
    })
  )
