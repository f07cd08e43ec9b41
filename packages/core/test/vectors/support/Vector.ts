/** The recorded lines: their shape, their versions, and values written in the notation of the recording. */
import recorded from "../requests.jsonl?raw"

export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

export type Version = "0.10.2" | "0.15.1" | "0.19.0"

export type RecordedRoute = "api" | "link" | "vpc" | "ws" | "presigned" | "control"

/** One request as it is written in a line. Members ending in `#json` hold the decoded value of their neighbour. */
export interface Request {
  readonly method: string
  readonly path: string
  readonly query?: JsonObject
  readonly form?: JsonObject
  readonly json?: Json
  readonly text?: string
  readonly headers?: JsonObject
}

export interface Answer {
  readonly status: number
  readonly body?: Json
  readonly text?: string
  /** Bytes that are no text. */
  readonly base64?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Vector {
  readonly id: string
  readonly sdk: Version
  readonly alsoSdk?: ReadonlyArray<Version>
  readonly route: RecordedRoute
  readonly setup?: ReadonlyArray<string>
  readonly call: {
    readonly target: string
    readonly method: string
    readonly args: ReadonlyArray<Json>
    readonly client?: { readonly region_id?: string; readonly endpoint?: string }
    readonly then?: string
    /** Environment variables. */
    readonly env?: Readonly<Record<string, string>>
    /** Local files that exist beforehand, by path: their text, or their bytes in base64. */
    readonly files?: JsonObject
  }
  readonly requests: ReadonlyArray<Request>
  readonly responses: ReadonlyArray<Answer>
  readonly callbacks?: ReadonlyArray<{ readonly callback: string; readonly args: ReadonlyArray<Json> }>
  readonly result: Json
  readonly note?: string
  readonly quirk?: string
}

/** One line, seen with one version: its set-up lines are those of that version. */
export interface Case {
  readonly vector: Vector
  readonly version: Version
}

/** Where the recording was made: the port stands wherever a line says `<port>`. */
export const port = 8099

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Writes out `<port>`, long repetitions and joined pieces. */
const expand = (value: Json): Json => {
  if (typeof value === "string") return value.replaceAll("<port>", String(port))
  if (Array.isArray(value)) return value.map(expand)
  if (!isObject(value)) return value
  if (typeof value["$repeat"] === "string") return value["$repeat"].repeat(Number(value["times"]))
  if (Array.isArray(value["$concat"])) return value["$concat"].map((piece: Json) => expand(piece)).join("")
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expand(member)]))
}

export const vectors: ReadonlyArray<Vector> = recorded
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => expand(JSON.parse(line) as Json) as unknown as Vector)

const versionsOf = (vector: Vector): ReadonlyArray<Version> => [...(vector.alsoSdk ?? []), vector.sdk].sort()

/** Every line once per version that behaved so. */
export const cases: ReadonlyArray<Case> = vectors.flatMap((vector) =>
  versionsOf(vector).map((version) => ({ vector, version }))
)

const byKey = new Map(cases.map((one) => [`${one.vector.id} ${one.version}`, one]))

/** A line that others name in `setup`, in the given version. */
export const fixture = (id: string, version: Version): Case => {
  const found = byKey.get(`${id} ${version}`)
  if (found === undefined) throw new Error(`there is no ${id} of ${version}`)
  return found
}

export const titleOf = ({ vector, version }: Case): string => `${vector.id} ${version} ${vector.route}`
