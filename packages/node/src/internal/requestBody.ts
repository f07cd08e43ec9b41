import { Readable } from "node:stream"
import { ReadableStream } from "node:stream/web"
import type * as HttpBody from "@effect/platform/HttpBody"
import * as Cause from "effect/Cause"
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import { type Dispatcher, FormData as UndiciFormData } from "undici"

export type WireBody = Exclude<Dispatcher.DispatchOptions["body"], undefined>

/** The stream of a request body failed; `cause` is what it failed with. */
export class RequestBodyFailure extends Error {
  constructor(cause: unknown) {
    super("the stream of the request body failed", { cause })
  }
}

const ignore = (): void => {}

/** An Effect stream as undici reads it: started by the first read, interrupted when destroyed. */
class Upload extends Readable {
  private fiber: Fiber.RuntimeFiber<void, unknown> | undefined
  private wanted: (() => void) | undefined

  constructor(
    private readonly source: Stream.Stream<Uint8Array, unknown>,
    private readonly runtime: Runtime.Runtime<never>
  ) {
    super()
    // undici stops listening once the request is settled; a late failure must not become an uncaught exception.
    this.on("error", ignore)
  }

  override _read(): void {
    if (this.fiber === undefined) return this.start()
    const wanted = this.wanted
    this.wanted = undefined
    wanted?.()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.fiber?.unsafeInterruptAsFork(FiberId.none)
    callback(error)
  }

  private start(): void {
    this.fiber = Runtime.runFork(this.runtime)(
      Stream.runForEachChunk(this.source, (chunk) => this.write(chunk))
    )
    this.fiber.addObserver((exit) => {
      if (this.destroyed) return
      if (Exit.isSuccess(exit)) this.push(null)
      else this.destroy(new RequestBodyFailure(Cause.squash(exit.cause)))
    })
  }

  private write(chunk: Chunk.Chunk<Uint8Array>): Effect.Effect<void> {
    return Effect.suspend(() => {
      let room = true
      for (const bytes of chunk) {
        if (bytes.byteLength > 0) room = this.push(bytes)
      }
      if (room) return Effect.void
      return Effect.async<void>((resume) => {
        this.wanted = () => resume(Effect.void)
      })
    })
  }
}

const isAsyncIterable = (value: object): value is AsyncIterable<unknown> => Symbol.asyncIterator in value

/** undici encodes instances of its own class only; the parts are shared, not copied. */
const fromFormData = (form: FormData): UndiciFormData => {
  const out = new UndiciFormData()
  for (const [name, value] of form) {
    if (typeof value === "string") out.append(name, value)
    else out.append(name, value, value.name)
  }
  return out
}

/** Bodies which only JavaScript knows. What undici takes as it is passes through, and what it refuses is its error. */
const fromRaw = (body: unknown): unknown => {
  if (typeof body !== "object" || body === null) return body
  if (body instanceof URLSearchParams) return body.toString()
  if (body instanceof FormData) return fromFormData(body)
  // A bare iterator could not be stopped while it waits for its next value; a Readable can.
  if (body instanceof ReadableStream) return Readable.fromWeb(body)
  if (!(body instanceof Readable) && isAsyncIterable(body)) return Readable.from(body)
  return body
}

/** What undici sends for a body of the platform that is not a stream. */
export const encode = (body: Exclude<HttpBody.HttpBody, HttpBody.Stream>): WireBody => {
  switch (body._tag) {
    case "Empty":
      return null
    case "Uint8Array":
      return body.body
    case "Raw":
      return fromRaw(body.body) as WireBody
    case "FormData":
      return fromFormData(body.formData)
  }
}

/** A stream in the context of the request that sends it. */
export const fromStream = (stream: Stream.Stream<Uint8Array, unknown>): Effect.Effect<WireBody> =>
  Effect.map(Effect.runtime<never>(), (runtime) => new Upload(stream, runtime))
