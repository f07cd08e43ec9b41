/**
 * A session with an object store: the tools of `FakeSession`, over a private directory of this machine, and the
 * actions and URLs through which files travel, with faults on demand.
 */
// @effect-diagnostics nodeBuiltinImport:off
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Chunk, Effect, Either, Fiber, Option, Stream, TestClock } from "effect"
import type { SessionError } from "../../src/AgentBayError.js"
import type { Digest } from "../../src/session/SessionFileTransfer.js"
import type { SessionRuntime } from "../../src/session/SessionRuntime.js"
import type { ControlPlane } from "../../src/transport/ControlPlane.js"
import { makeFakeSession, type Options } from "./FakeSession.js"

export interface StoreRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Counts the requests of this method, from 0. */
  readonly attempt: number
  /** How many times a URL had been asked for when this one was made. */
  readonly urlNumber: number
  /** How the body travelled, of a PUT. */
  readonly body: string
}

/** What the object store does instead of serving: a status, or a break after some bytes. */
export type StoreFault =
  | {
      readonly _tag: "Answer"
      readonly status: number
      readonly body?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** Serves, but the body ends after so many bytes: with an error, or as if it were complete. */
  | { readonly _tag: "Cut"; readonly after: number; readonly politely?: boolean }
  /** Serves, but after so many bytes nothing more comes. */
  | { readonly _tag: "Hang"; readonly after: number }
  /** Serves the whole whatever range is asked for. */
  | {
      readonly _tag: "NoRanges"
      readonly how?: StoreFault
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly _tag: "Refused" }

export interface TransferOptions extends Options {
  /** Bytes in each piece of a body. */
  readonly pieceBytes?: number
  readonly fault?: (request: StoreRequest) => StoreFault | undefined
  /** Stands in for an action; undefined leaves it to the service. */
  readonly action?: (
    name: string,
    request: Readonly<Record<string, unknown>>,
    index: number
  ) => Effect.Effect<unknown, SessionError> | undefined
  /** Replaces the listed state of the copies. */
  readonly tasks?: (
    tasks: ReadonlyArray<Readonly<Record<string, unknown>>>,
    looks: number
  ) => ReadonlyArray<Readonly<Record<string, unknown>>>
  /** Bytes as the service copies them between store and session. */
  readonly copied?: (bytes: Uint8Array) => Uint8Array
  readonly etags?: boolean
}

export const sha256: Digest = digestOf("sha256")
export const md5: Digest = digestOf("md5")

function digestOf(algorithm: Digest["algorithm"]): Digest {
  return {
    algorithm,
    start: Effect.sync(() => {
      const hash = createHash(algorithm)
      return { update: (bytes) => hash.update(bytes), hex: () => hash.digest("hex") }
    })
  }
}

export const hexOf = (algorithm: Digest["algorithm"], bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest("hex")

const reply = (requestId: string, data: unknown) => ({
  requestId,
  data,
  nextToken: Option.none(),
  maxResults: Option.none(),
  totalCount: Option.none(),
  count: Option.none()
})

const bodyOf = (bytes: Uint8Array, pieceBytes: number, fault: StoreFault | undefined) => {
  const end =
    fault?._tag === "Cut" || fault?._tag === "Hang" ? Math.min(fault.after, bytes.length) : bytes.length
  let at = 0
  return new ReadableStream<Uint8Array>({
    pull: (controller): void | Promise<void> => {
      if (at < end) {
        const next = Math.min(at + pieceBytes, end)
        controller.enqueue(bytes.subarray(at, next))
        at = next
        return undefined
      }
      // It stands in for a storage server, which knows no effects.
      // @effect-diagnostics-next-line newPromise:off
      if (fault?._tag === "Hang") return new Promise<void>(() => {})
      if (fault?._tag === "Cut" && fault.politely !== true) {
        controller.error(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }))
      } else {
        controller.close()
      }
      return undefined
    }
  })
}

export const makeFakeTransfer = (options: TransferOptions = {}) =>
  Effect.gen(function* () {
    const session = yield* makeFakeSession(options)
    const directory = path.join(session.root, "transfer")
    const objects = new Map<string, Uint8Array>()
    const actions: Array<{ readonly name: string; readonly request: Readonly<Record<string, unknown>> }> = []
    const requests: Array<StoreRequest> = []
    let tasks: Array<Readonly<Record<string, unknown>>> = []
    let looks = 0
    let urls = 0
    let busy = 0

    const copy = (request: Readonly<Record<string, unknown>>) => {
      const file = String(request["path"])
      const convert = options.copied ?? ((bytes: Uint8Array) => bytes)
      let errorMessage = ""
      if (request["mode"] === "download") {
        const bytes = objects.get(file)
        if (bytes === undefined) errorMessage = `file not exist: ${file}`
        else {
          fs.mkdirSync(path.dirname(file), { recursive: true })
          fs.writeFileSync(file, convert(bytes))
        }
      } else if (fs.existsSync(file)) objects.set(file, convert(new Uint8Array(fs.readFileSync(file))))
      else errorMessage = `no such file: ${file}`
      const row = {
        contextId: String(request["contextId"]),
        path: file,
        taskType: String(request["mode"]),
        status: errorMessage === "" ? "Success" : "Failed",
        errorMessage,
        startTime: actions.length,
        finishTime: actions.length
      }
      tasks = [...tasks.filter((task) => task["path"] !== file || task["taskType"] !== row.taskType), row]
    }

    const perform = (name: string, request: Readonly<Record<string, unknown>>): unknown => {
      switch (name) {
        case "GetAndLoadInternalContext":
          return [
            { contextId: Option.some("only-an-id"), contextPath: Option.none(), contextType: Option.none() },
            {
              contextId: Option.some("ctx-ft"),
              contextPath: Option.some(directory),
              contextType: Option.some("file_transfer")
            }
          ]
        case "GetContextFileUploadUrl":
        case "GetContextFileDownloadUrl":
          urls += 1
          return {
            url: Option.some(
              `https://bucket.test${encodeURI(String(request["filePath"]))}?n=${urls}&Signature=SECRETSIGNATURE`
            ),
            expireTime: Option.none()
          }
        case "SyncContext":
          copy(request)
          return undefined
        case "GetContextInfo": {
          const listed = tasks.filter((task) => task["path"] === request["path"])
          const shown = options.tasks?.(listed, looks++) ?? listed
          return {
            contextStatus: Option.some(JSON.stringify([{ type: "data", data: JSON.stringify(shown) }]))
          }
        }
        case "DeleteContextFile":
          objects.delete(String(request["filePath"]))
          return undefined
        default:
          throw new Error(`the fake service does not know ${name}`)
      }
    }

    const controlPlane = {
      call: (action: { readonly name: string }, request: Readonly<Record<string, unknown>>) =>
        Effect.suspend(() => {
          const index = actions.length
          actions.push({ name: action.name, request })
          const requestId = `req-${action.name}-${index}`
          return Effect.map(
            options.action?.(action.name, request, index) ?? Effect.sync(() => perform(action.name, request)),
            (data) => reply(requestId, data)
          )
        })
    } as unknown as ControlPlane.Service

    const broken = (request: Parameters<Parameters<typeof HttpClient.make>[0]>[0], code: string) =>
      new HttpClientError.RequestError({
        request,
        reason: "Transport",
        cause: Object.assign(new Error(`connect ${code} ${request.url}`), { code })
      })

    const httpClient = HttpClient.make((request, url) =>
      Effect.gen(function* () {
        const file = decodeURI(url.pathname)
        const { body, method } = request
        const seen: StoreRequest = {
          method,
          path: file,
          headers: { ...request.headers },
          attempt: requests.filter((one) => one.method === method).length,
          urlNumber: Number(url.searchParams.get("n")),
          body: body._tag
        }
        requests.push(seen)
        const fault = options.fault?.(seen)
        const respond = (response: Response) => HttpClientResponse.fromWeb(request, response)
        if (fault?._tag === "Refused") return yield* broken(request, "ECONNREFUSED")
        if (method === "PUT") {
          const content =
            body._tag === "Uint8Array"
              ? Stream.make(body.body)
              : body._tag === "Stream"
                ? body.stream
                : Stream.empty
          let left = fault?._tag === "Cut" || fault?._tag === "Hang" ? fault.after : Number.POSITIVE_INFINITY
          const taken = yield* content.pipe(
            Stream.takeUntil((bytes) => {
              left -= bytes.length
              return left <= 0
            }),
            Stream.runCollect,
            Effect.mapError((cause) => new HttpClientError.RequestError({ request, reason: "Encode", cause }))
          )
          if (fault?._tag === "Hang") return yield* Effect.never
          if (fault?._tag === "Cut") return yield* broken(request, "ECONNRESET")
          if (fault?._tag === "Answer") {
            return respond(
              new Response(fault.body ?? "", { status: fault.status, headers: fault.headers ?? {} })
            )
          }
          const bytes = new Uint8Array(Buffer.concat([...Chunk.toReadonlyArray(taken)]))
          const length = request.headers["content-length"]
          if (length !== undefined && Number(length) !== bytes.length) {
            return respond(new Response("<Error><Code>IncompleteBody</Code></Error>", { status: 400 }))
          }
          objects.set(file, bytes)
          return respond(new Response("", { status: 200, headers: { etag: `"${hexOf("md5", bytes)}"` } }))
        }
        if (fault?._tag === "Answer") {
          return respond(
            new Response(fault.body ?? "", { status: fault.status, headers: fault.headers ?? {} })
          )
        }
        const bytes = objects.get(file)
        if (bytes === undefined) {
          return respond(
            new Response("<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>", {
              status: 404
            })
          )
        }
        const etag = `"${hexOf("md5", bytes)}"`
        const condition = request.headers["if-range"]
        const start = Number(/^bytes=(\d+)-$/.exec(request.headers["range"] ?? "")?.[1] ?? 0)
        const isPart =
          start > 0 && fault?._tag !== "NoRanges" && (condition === undefined || condition === etag)
        if (isPart && start >= bytes.length) {
          return respond(
            new Response("", { status: 416, headers: { "content-range": `bytes */${bytes.length}` } })
          )
        }
        const served = isPart ? bytes.subarray(start) : bytes
        const how = fault?._tag === "NoRanges" ? fault.how : fault
        return respond(
          new Response(bodyOf(served, options.pieceBytes ?? 1000, how), {
            status: isPart ? 206 : 200,
            headers: {
              ...(options.etags === false ? {} : { etag }),
              "content-length": String(served.length),
              ...(isPart ? { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
              ...(fault?._tag === "NoRanges" ? fault.headers : {})
            }
          })
        )
      })
    )

    const { account } = session.runtime
    const runtime: SessionRuntime = {
      ...session.runtime,
      account: {
        ...account,
        controlPlane,
        httpClient,
        toolTransport: {
          ...account.toolTransport,
          call: (connection, tool, args, invoke) =>
            Effect.suspend(() => {
              busy += 1
              return Effect.ensuring(
                account.toolTransport.call(connection, tool, args, invoke),
                Effect.sync(() => {
                  busy -= 1
                })
              )
            })
        }
      }
    }

    return {
      runtime,
      root: session.root,
      directory,
      calls: session.calls,
      objects,
      actions,
      requests,
      names: () => actions.map(({ name }) => name),
      isBusy: () => busy > 0,
      /** Files of the session, relative to its root, sorted; without the empty transfer directory. */
      files: () =>
        (fs.readdirSync(session.root, { recursive: true, withFileTypes: true }) as ReadonlyArray<fs.Dirent>)
          .filter((entry) => entry.isFile())
          .map((entry) => path.relative(session.root, path.join(entry.parentPath, entry.name)))
          .sort(),
      read: (name: string) => new Uint8Array(fs.readFileSync(path.join(session.root, name))),
      write: (name: string, bytes: Uint8Array) => {
        fs.mkdirSync(path.dirname(path.join(session.root, name)), { recursive: true })
        fs.writeFileSync(path.join(session.root, name), bytes)
      }
    }
  })

export type FakeTransfer = Effect.Effect.Success<ReturnType<typeof makeFakeTransfer>>

// It stands in for a storage server, which knows no effects.
// @effect-diagnostics-next-line newPromise:off
const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

/** Runs an effect to its end; virtual time passes only while nothing real is under way. */
export const settle = <A, E, R>(fake: Pick<FakeTransfer, "isBusy">, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(Effect.either(effect))
    let millis = 0
    while (Option.isNone(yield* Fiber.poll(fiber))) {
      for (let turns = 0; turns < 3; turns++) yield* turn
      if (fake.isBusy()) continue
      const step = millis < 10_000 ? 100 : millis < 60_000 ? 2000 : 20_000
      yield* TestClock.adjust(step)
      millis += step
      if (millis > 3_600_000) return yield* Effect.dieMessage("it does not end")
    }
    const outcome = yield* Fiber.join(fiber)
    return {
      millis,
      error: Either.isLeft(outcome) ? outcome.left : undefined,
      value: Either.isRight(outcome) ? outcome.right : undefined
    }
  })
