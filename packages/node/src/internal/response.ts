import * as Cookies from "@effect/platform/Cookies"
import * as Headers from "@effect/platform/Headers"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { errors } from "undici"
import { describe } from "./error.js"
import type { ResponseBody } from "./responseBody.js"

/** UTF-8 without a byte order mark, as `fetch` and undici read text. */
export const decodeText = (bytes: Buffer): string =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    ? bytes.toString("utf8", 3)
    : bytes.toString("utf8")

const decodeJson = (text: string): unknown => (text === "" ? null : JSON.parse(text))

const copyToArrayBuffer = (bytes: Buffer): ArrayBuffer => {
  const copy = new ArrayBuffer(bytes.byteLength)
  new Uint8Array(copy).set(bytes)
  return copy
}

/** The platform's response over a `ResponseBody`. Read as a whole, a body may be read again in any form. */
export class ClientResponse extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  private parsedHeaders: Headers.Headers | undefined = undefined
  private parsedCookies: Cookies.Cookies | undefined = undefined
  private decodedText: string | undefined = undefined

  constructor(
    readonly request: HttpClientRequest.HttpClientRequest,
    readonly status: number,
    private readonly rawHeaders: Record<string, string | Array<string> | undefined>,
    private readonly body: ResponseBody
  ) {
    super()
  }

  // Getters cost nothing per response; fields would.
  get [HttpIncomingMessage.TypeId](): HttpIncomingMessage.TypeId {
    return HttpIncomingMessage.TypeId
  }

  get [HttpClientResponse.TypeId](): HttpClientResponse.TypeId {
    return HttpClientResponse.TypeId
  }

  get headers(): Headers.Headers {
    this.parsedHeaders ??= Headers.fromInput(this.rawHeaders)
    return this.parsedHeaders
  }

  get cookies(): Cookies.Cookies {
    this.parsedCookies ??= Cookies.fromSetCookie(this.rawHeaders["set-cookie"] ?? [])
    return this.parsedCookies
  }

  /** undici does not tell which connection of its pool answered. */
  get remoteAddress(): Option.Option<string> {
    return Option.none()
  }

  get text(): Effect.Effect<string, HttpClientError.ResponseError> {
    return this.read((bytes) => this.textOf(bytes))
  }

  get json(): Effect.Effect<unknown, HttpClientError.ResponseError> {
    return this.read((bytes) => decodeJson(this.textOf(bytes)))
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams, HttpClientError.ResponseError> {
    return this.read((bytes) => UrlParams.fromInput(new URLSearchParams(this.textOf(bytes))))
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer, HttpClientError.ResponseError> {
    return this.read(copyToArrayBuffer)
  }

  get formData(): Effect.Effect<FormData, HttpClientError.ResponseError> {
    return Effect.flatMap(this.arrayBuffer, (bytes) =>
      Effect.tryPromise({
        try: () =>
          new Response(bytes, { headers: { "content-type": this.headers["content-type"] ?? "" } }).formData(),
        catch: (cause) => this.decodeError(cause)
      })
    )
  }

  get stream(): Stream.Stream<Uint8Array, HttpClientError.ResponseError> {
    return Stream.suspend(() => {
      if (this.body.claimStream()) {
        return Stream.ensuring(
          Stream.repeatEffectChunkOption(this.pull),
          Effect.sync(() => this.body.abort(new errors.RequestAbortedError()))
        )
      }
      return Stream.fromEffect(this.read((bytes): Uint8Array => bytes))
    })
  }

  toJSON(): unknown {
    return HttpIncomingMessage.inspect(this, {
      _id: "@effect/platform/HttpClientResponse",
      request: this.request.toJSON(),
      status: this.status
    })
  }

  private textOf(bytes: Buffer): string {
    this.decodedText ??= decodeText(bytes)
    return this.decodedText
  }

  private decodeError(cause: unknown): HttpClientError.ResponseError {
    return new HttpClientError.ResponseError({
      request: this.request,
      response: this,
      reason: "Decode",
      cause
    })
  }

  private brokenBody(cause: unknown): HttpClientError.ResponseError {
    return new HttpClientError.ResponseError({
      request: this.request,
      response: this,
      reason: "Decode",
      cause,
      description: `the body could not be received, ${describe(cause)}`
    })
  }

  private read<A>(decode: (bytes: Buffer) => A): Effect.Effect<A, HttpClientError.ResponseError> {
    return Effect.suspend(() => {
      if (!this.body.claimWhole()) {
        return Effect.fail(this.brokenBody(new Error("it was already read as a stream")))
      }
      if (this.body.finished) return this.decodeWhole(decode)
      return Effect.flatMap(this.arrival, () =>
        this.body.finished ? this.decodeWhole(decode) : this.read(decode)
      )
    })
  }

  private decodeWhole<A>(decode: (bytes: Buffer) => A): Effect.Effect<A, HttpClientError.ResponseError> {
    const failed = this.body.failed
    if (failed !== undefined) return Effect.fail(this.brokenBody(failed.cause))
    try {
      return Effect.succeed(decode(this.body.whole()))
    } catch (cause) {
      return Effect.fail(this.decodeError(cause))
    }
  }

  /** The next event of the body. A reader that is interrupted while waiting gives the connection up. */
  private get arrival(): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const stop = this.body.wait(() => resume(Effect.void))
      return Effect.sync(() => {
        stop()
        this.body.abort(new errors.RequestAbortedError())
      })
    })
  }

  private get pull(): Effect.Effect<Chunk.Chunk<Uint8Array>, Option.Option<HttpClientError.ResponseError>> {
    return Effect.suspend(() => {
      const pulled = this.body.pull()
      if (pulled === undefined) return Effect.flatMap(this.arrival, () => this.pull)
      switch (pulled._tag) {
        case "Chunks":
          return Effect.succeed(Chunk.unsafeFromArray(pulled.chunks))
        case "End":
          return Effect.fail(Option.none())
        case "Failed":
          return Effect.fail(Option.some(this.brokenBody(pulled.cause)))
      }
    })
  }
}
