/** Pictures of screens behind URLs that carry their own permission: until a time, or for one use. */
import { createHmac, timingSafeEqual } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Picture } from "../../machine/Desktop.js"
import { Outcome } from "../Call.js"
import type { GatewayRequest } from "../Gateway.js"
import { type Exchange, reply, splitUrl } from "./exchange.js"
import { refusal } from "./refusal.js"

const picturesPath = "/pictures/"

/** Pictures that are kept, the latest ones. */
const limit = 256

export interface Pictures {
  /** Keeps a picture and says where it is served. */
  readonly publish: (
    sessionId: string,
    picture: Picture,
    options: { readonly once: boolean }
  ) => Effect.Effect<string>
  /** True for the paths of pictures, whatever stands before them. */
  readonly isAt: (path: string) => boolean
  readonly exchange: (request: GatewayRequest) => Exchange
}

export interface PictureOptions {
  /** What URLs begin with. */
  readonly base: string
  readonly lifetimeMs: number
  readonly secret: Uint8Array
  readonly requestId: () => string
}

interface Kept {
  readonly picture: Picture
  readonly sessionId: string
  readonly once: boolean
}

const refuse: Exchange["refuse"] = (status, code, message) => ({
  status,
  headers: { "content-type": "text/plain" },
  body: `${code}: ${message}`
})

export const makePictures = ({ base, lifetimeMs, requestId, secret }: PictureOptions): Pictures => {
  const pictures = new Map<string, Kept>()
  let count = 0

  const sign = (name: string, expires: number): string =>
    createHmac("sha256", secret)
      .update(JSON.stringify(["picture", name, expires]))
      .digest("hex")

  const isSigned = (name: string, expires: number, signature: string): boolean => {
    const [expected, given] = [Buffer.from(sign(name, expires)), Buffer.from(signature)]
    return expected.length === given.length && timingSafeEqual(expected, given)
  }

  const serve = (method: string, name: string, query: URLSearchParams) =>
    Effect.gen(function* () {
      if (method !== "GET") return yield* refusal(405, "MethodNotAllowed", "Only GET is served here.")
      const expires = Number(query.get("expires") ?? Number.NaN)
      if (!isSigned(name, expires, query.get("signature") ?? "")) {
        return yield* refusal(403, "AccessDenied", "The signature does not match the request.")
      }
      if ((yield* Clock.currentTimeMillis) >= expires * 1000) {
        return yield* refusal(403, "AccessDenied", "Request has expired.")
      }
      const kept = pictures.get(name)
      if (kept === undefined) return yield* refusal(404, "NoSuchKey", "The picture is not there any more.")
      if (kept.once) pictures.delete(name)
      const { bytes, format } = kept.picture
      return {
        status: 200,
        headers: { "content-type": `image/${format}`, "content-length": String(bytes.byteLength) },
        body: bytes
      }
    })

  return {
    publish: (sessionId, picture, { once }) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        count += 1
        const name = `${sessionId}-${count}.${picture.format}`
        pictures.set(name, { picture, sessionId, once })
        for (const oldest of [...pictures.keys()].slice(0, Math.max(0, pictures.size - limit))) {
          pictures.delete(oldest)
        }
        const expires = Math.floor((now + lifetimeMs) / 1000)
        return `${base}${picturesPath}${name}?expires=${expires}&signature=${sign(name, expires)}`
      }),
    isAt: (path) => path.includes(picturesPath),
    exchange: (request) => {
      const { path, query } = splitUrl(request)
      const name = path.slice(path.indexOf(picturesPath) + picturesPath.length)
      return {
        arrival: {
          route: "presigned",
          sessionId: pictures.get(name)?.sessionId,
          parameters: { method: request.method, path: `${picturesPath}${name}` }
        },
        requestId: requestId(),
        run: reply(serve(request.method, name, new URLSearchParams(query)), refuse, (response) => ({
          response,
          outcome: Outcome.Succeeded({ status: response.status })
        })),
        refuse,
        soften: (code, message) => refuse(403, code, message)
      }
    }
  }
}
