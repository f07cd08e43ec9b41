/** Object storage as a session reaches it: with its credentials in the buckets, or through presigned URLs. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Machine } from "../../machine/Machine.js"
import { BrokenBody, type GatewayRequest, type GatewayResponse } from "../Gateway.js"
import { bytesOf, lengthOf } from "./body.js"
import { bucketId, hasBucket, objectPath } from "./buckets.js"
import { objectExchange } from "./objectRoute.js"
import type { State } from "./state.js"
import { incomingOf, putInto, readFrom } from "./transfers.js"

export interface Credentials {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly securityToken: string
  readonly endpoint: string
  readonly region: string
}

/** Failures are what the tool says. */
export interface SessionStorage {
  readonly configure: (credentials: Credentials) => void
  readonly credentials: () => Credentials | undefined
  readonly upload: (bucket: string, object: string, path: string) => Effect.Effect<void, string>
  readonly download: (bucket: string, object: string, path: string) => Effect.Effect<void, string>
  readonly uploadTo: (url: string, path: string) => Effect.Effect<void, string>
  readonly downloadFrom: (url: string, path: string) => Effect.Effect<void, string>
}

const notConfigured = "the credentials are not initialized: call oss_env_init first"

/** What an object store says in its XML. */
const refusalIn = ({ body, status }: GatewayResponse): string => {
  const xml = typeof body === "string" ? body : ""
  const said = (element: string) => new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1]
  return `${said("Code") ?? `status ${status}`}: ${said("Message") ?? "the request was refused"}`
}

export const makeSessionStorage = (state: State, machine: Machine): SessionStorage => {
  let credentials: Credentials | undefined

  const inBucket = <A>(bucket: string, then: Effect.Effect<A, string>): Effect.Effect<A, string> =>
    credentials === undefined
      ? Effect.fail(notConfigured)
      : Effect.flatMap(hasBucket(state, bucket), (exists) =>
          exists ? then : Effect.fail(`NoSuchBucket: The specified bucket does not exist: ${bucket}`)
        )

  /** Only this cloud's own URLs lead anywhere: a session has no other network. */
  const exchange = (url: string, request: Pick<GatewayRequest, "method" | "upload">) =>
    Effect.suspend(() => {
      const { base } = state.addresses
      if (!URL.canParse(url) || !url.startsWith(`${base}/`)) {
        const host = URL.canParse(url) ? new URL(url).host : "the address"
        return Effect.fail(
          `could not resolve ${host}: sessions of this cloud reach its own object store only`
        )
      }
      const target = new URL(url)
      const { run } = objectExchange(state, {
        ...request,
        url: target.pathname + target.search,
        headers: { host: target.host },
        body: new Uint8Array(0)
      })
      return Effect.flatMap(run, ({ response }) =>
        response.status === 200 ? Effect.succeed(response) : Effect.fail(refusalIn(response))
      )
    })

  /** A file of the session as a body; what is wrong with the file is told rather than that the body broke. */
  const readable = (path: string): Effect.Effect<Stream.Stream<Uint8Array, string>, string> =>
    Effect.as(
      Effect.mapError(machine.read(path, 0, 1), ({ message }) => message),
      readFrom(machine, path)
    )

  return {
    configure: (given) => {
      credentials = given
    },
    credentials: () => credentials,
    upload: (bucket, object, path) =>
      inBucket(
        bucket,
        Effect.flatMap(readable(path), (content) =>
          Effect.asVoid(state.store.receive(bucketId(bucket), objectPath(object), content))
        )
      ),
    download: (bucket, object, path) =>
      inBucket(
        bucket,
        Effect.flatMap(
          state.store.open(bucketId(bucket), objectPath(object)),
          Option.match({
            onNone: () => Effect.fail(`NoSuchKey: The specified key does not exist: ${object}`),
            onSome: (found) => putInto(machine, incomingOf(found), path)
          })
        )
      ),
    uploadTo: (url, path) =>
      Effect.flatMap(readable(path), (content) =>
        Effect.asVoid(
          exchange(url, {
            method: "PUT",
            upload: Stream.mapError(content, (detail) => new BrokenBody({ detail }))
          })
        )
      ),
    downloadFrom: (url, path) =>
      Effect.flatMap(exchange(url, { method: "GET" }), (response) =>
        putInto(
          machine,
          { content: bytesOf(response), size: lengthOf(response), tag: response.headers.etag ?? "object" },
          path
        )
      )
  }
}
