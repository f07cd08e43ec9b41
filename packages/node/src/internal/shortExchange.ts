import type * as HttpExchange from "@effect-agentbay/core/HttpExchange"
import { type Dispatcher, errors } from "undici"
import { codeOf } from "./error.js"
import { malformed } from "./exchange.js"
import { decodeText } from "./response.js"

type End = HttpExchange.ExchangeAnswer | HttpExchange.ExchangeFailure

const join = (chunks: ReadonlyArray<Buffer>): Buffer => {
  const [first] = chunks
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
}

/** The text is made when it is read: for large ones that may be later than the answer is here. */
class Answer implements HttpExchange.ExchangeAnswer {
  readonly _tag = "Answer"
  private decoded: string | undefined
  constructor(
    readonly status: number,
    readonly headers: HttpExchange.ExchangeAnswer["headers"],
    readonly chunks: ReadonlyArray<Buffer>
  ) {}
  get text(): string {
    this.decoded ??= decodeText(join(this.chunks))
    return this.decoded
  }
}

/** The dispatch handler of one exchange whose answer is read as a whole. */
class ShortExchange implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined
  private status: number | undefined
  private headers: HttpExchange.ExchangeAnswer["headers"] = {}
  private chunks: Array<Buffer> = []

  /** `settle` is gone when it was called, or shall not be. */
  constructor(private settle: ((end: End) => void) | undefined) {}

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Nothing was written yet: throwing drops the request and spares the connection, aborting would close it.
    if (this.settle === undefined) throw new errors.RequestAbortedError()
    this.controller = controller
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | Array<string> | undefined>
  ): void {
    // Informational responses (103 Early Hints) precede the one that counts.
    if (status < 200) return
    this.status = status
    this.headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk)
  }

  onResponseEnd(): void {
    const { chunks, headers, status = 0 } = this
    this.end(new Answer(status, headers, chunks))
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    const { controller, status } = this
    const neverLeft = controller === undefined || malformed.has(codeOf(cause))
    const phase = status !== undefined ? "sent" : neverLeft ? "notSent" : "unknown"
    this.end({ _tag: "Failure", phase, cause, status })
  }

  stop(): void {
    if (this.settle === undefined) return
    this.settle = undefined
    this.controller?.abort(new errors.RequestAbortedError())
  }

  private end(end: End): void {
    const settle = this.settle
    this.settle = undefined
    settle?.(end)
  }
}

/** The shorter way through `dispatcher`. */
export const makeShortExchange =
  (dispatcher: Dispatcher): HttpExchange.HttpExchange =>
  ({ body, headers, method, origin, path }, onEnd) => {
    const exchange = new ShortExchange(onEnd)
    dispatcher.dispatch({ origin, path, method, headers, body: body ?? null }, exchange)
    return () => exchange.stop()
  }
