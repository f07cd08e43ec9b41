import type { Dispatcher } from "undici"

/** How much of a body is held for a reader that has not come yet, and for how long. */
export interface UnreadLimits {
  /** Bytes kept in memory before the server is told to wait. */
  readonly bytes: number
  /** Milliseconds for which an incomplete body with no reader keeps its connection. 0: for ever. */
  readonly timeout: number
}

/** `undefined`: nothing to read yet. */
export type Pulled =
  | { readonly _tag: "Chunks"; readonly chunks: Array<Uint8Array> }
  | { readonly _tag: "End" }
  | { readonly _tag: "Failed"; readonly cause: unknown }

const end: Pulled = { _tag: "End" }

const join = (chunks: ReadonlyArray<Uint8Array>, size: number): Buffer => {
  const [first] = chunks
  if (chunks.length === 1 && first !== undefined) {
    return Buffer.from(first.buffer, first.byteOffset, first.byteLength)
  }
  return Buffer.concat(chunks, size)
}

/**
 * The bytes of one response between the parser, which pushes, and one reader, who pulls: either all of it as one
 * buffer or chunk by chunk. Holds no reference to the response object, so that a dropped response can be collected.
 */
export class ResponseBody {
  private chunks: Array<Uint8Array> = []
  private queued = 0
  private joined: Buffer | undefined
  private reader: "none" | "whole" | "stream" = "none"
  private state: "open" | "ended" | "failed" = "open"
  private failure: unknown
  private waiters: Array<() => void> = []
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly controller: Dispatcher.DispatchController,
    private readonly unread: UnreadLimits
  ) {}

  get finished(): boolean {
    return this.state !== "open"
  }

  push(chunk: Uint8Array): void {
    this.chunks.push(chunk)
    this.queued += chunk.byteLength
    if (this.reader === "whole") return
    if (this.queued >= this.unread.bytes && !this.controller.paused) this.controller.pause()
    this.notify()
  }

  end(): void {
    this.state = "ended"
    this.stopTimer()
    this.notify()
  }

  fail(cause: unknown): void {
    if (this.state !== "open") return
    this.state = "failed"
    this.failure = cause
    this.stopTimer()
    this.notify()
  }

  abort(reason: Error): void {
    if (this.state !== "open") return
    // `controller.abort` reports back through `fail`, with this reason.
    this.controller.abort(reason)
    this.fail(reason)
  }

  /** Gives the body up, with its connection, when nobody begins to read it in time. */
  expectReader(): void {
    if (this.state !== "open" || this.reader !== "none" || this.unread.timeout <= 0) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.abort(new Error(`nobody read it for ${this.unread.timeout} ms`))
    }, this.unread.timeout)
    this.timer.unref()
  }

  /** Claims the body for reading all of it. False when a stream has claimed it. */
  claimWhole(): boolean {
    if (this.reader === "stream") return false
    if (this.reader === "none") {
      this.reader = "whole"
      this.unstall()
    }
    return true
  }

  /** Claims the body for reading it chunk by chunk. False when anybody else has claimed it. */
  claimStream(): boolean {
    if (this.reader !== "none") return false
    this.reader = "stream"
    this.stopTimer()
    return true
  }

  /** All of the body. Only after `finished`. */
  whole(): Buffer {
    if (this.joined === undefined) {
      this.joined = join(this.chunks, this.queued)
      this.chunks = []
    }
    return this.joined
  }

  /** What made the body end early, if something did. */
  get failed(): { readonly cause: unknown } | undefined {
    return this.state === "failed" ? { cause: this.failure } : undefined
  }

  /** Takes everything that has arrived and lets the server continue. */
  pull(): Pulled | undefined {
    if (this.chunks.length > 0) {
      const chunks = this.chunks
      this.chunks = []
      this.queued = 0
      this.unstall()
      return { _tag: "Chunks", chunks }
    }
    if (this.state === "open") return undefined
    return this.state === "ended" ? end : { _tag: "Failed", cause: this.failure }
  }

  /** Calls back once, when there is something new to look at; returns how to stop waiting. */
  wait(callback: () => void): () => void {
    this.waiters.push(callback)
    return () => {
      this.waiters = this.waiters.filter((waiter) => waiter !== callback)
    }
  }

  private notify(): void {
    if (this.waiters.length === 0) return
    const waiters = this.waiters
    this.waiters = []
    for (const waiter of waiters) waiter()
  }

  private unstall(): void {
    this.stopTimer()
    if (this.state === "open" && this.controller.paused) this.controller.resume()
  }

  private stopTimer(): void {
    if (this.timer === undefined) return
    clearTimeout(this.timer)
    this.timer = undefined
  }
}
