/** A WebSocket of the shape of the package `ws`, whose other side is the test. */
import { EventEmitter } from "node:events"
import { SocketConnector } from "@effect-agentbay/core"
import { Effect, Redacted } from "effect"

export class FakeWs extends EventEmitter implements SocketConnector.WsLike {
  readyState = 0
  pings = 0
  /** The code with which the closing ended; 1006 when it was cut short. */
  endedWith: number | undefined

  constructor(private readonly answersClosing: boolean) {
    super()
  }

  /** Opens when it is waited for. */
  override on(event: string, listener: (...args: Array<never>) => void): this {
    if (event === "open") {
      queueMicrotask(() => {
        this.readyState = 1
        this.emit("open")
      })
    }
    return super.on(event, listener as (...args: Array<unknown>) => void)
  }

  ping(): void {
    this.pings += 1
    this.emit("pong")
  }

  close(): void {
    this.readyState = 2
    if (this.answersClosing) queueMicrotask(() => this.end(1000))
  }

  terminate(): void {
    if (this.readyState !== 3) this.end(1006)
  }

  send(_: string | Uint8Array, done: (cause?: unknown) => void): void {
    done()
  }

  pause(): void {}

  resume(): void {}

  private end(code: number): void {
    this.readyState = 3
    this.endedWith = code
    this.emit("close", code)
  }
}

/** An open connection over a WebSocket, and the WebSocket. */
export const openFakeWs = ({ answersClosing = true }: { readonly answersClosing?: boolean } = {}) => {
  const ws = new FakeWs(answersClosing)
  return Effect.map(
    SocketConnector.fromWs(() => ws).open({ url: Redacted.make("ws://gateway.test"), headers: {} }),
    (connection) => ({ connection, ws })
  )
}
