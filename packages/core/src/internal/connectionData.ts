/** From what the service says about a session to the state of a handle. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { ToolList } from "../contract/ToolEntry.js"
import type { SessionIdentity } from "../Session.js"
import { emptyToolDirectory, makeToolDirectory, type ToolDirectory } from "../transport/SessionConnection.js"
import { isRecord, parseJson } from "./json.js"
import type { Labels } from "./lease.js"

/** Everything a handle knows of its session. */
export interface SessionState extends SessionIdentity {
  readonly tools: ToolDirectory
  /** The labels that trace the session; absent where they are not known. */
  readonly lease?: Labels | undefined
}

/** The members that `CreateMcpSession` and `GetSession` share. */
export interface ConnectionData {
  readonly resourceUrl: Option.Option<string>
  readonly appInstanceId: Option.Option<string>
  readonly resourceId: Option.Option<string>
  readonly token: Option.Option<string>
  readonly linkUrl: Option.Option<string>
  readonly wsUrl: Option.Option<string>
  readonly networkInterfaceIp: Option.Option<string>
  readonly httpPort: Option.Option<string>
  readonly vpcIp: Option.Option<string>
  readonly vpcId: Option.Option<string>
  readonly vpcResource: Option.Option<boolean>
}

const port = (text: Option.Option<string>): Option.Option<number> =>
  Option.filter(
    Option.map(text, Number),
    (number) => Number.isInteger(number) && number > 0 && number < 65536
  )

export const connectionState = (data: ConnectionData) => ({
  networkInterfaceIp: data.networkInterfaceIp,
  httpPort: port(data.httpPort),
  vpcIp: data.vpcIp,
  vpcId: data.vpcId,
  resourceUrl: Option.map(data.resourceUrl, Redacted.make),
  token: Option.map(data.token, Redacted.make),
  linkUrl: Option.map(data.linkUrl, Redacted.make),
  wsUrl: Option.map(data.wsUrl, Redacted.make),
  appInstanceId: data.appInstanceId,
  resourceId: data.resourceId
})

const decodeToolList = Schema.decodeUnknownEither(ToolList)

const asRecord = (data: unknown): Record<string, unknown> | undefined => {
  const value = typeof data === "string" ? Either.getOrElse(parseJson(data), () => undefined) : data
  return isRecord(value) ? value : undefined
}

/**
 * Data as it came, its session id if it has one, and what could be read of it. An answer that cannot be read in full
 * still gives away the id, so that a session which exists can be deleted.
 */
export interface ReadConnection<Data> {
  readonly sessionId: Option.Option<string>
  readonly content: Either.Either<{ readonly data: Data; readonly tools: ToolDirectory }, string>
}

/**
 * Reads the data of `CreateMcpSession` and `GetSession`. Sessions with equal tool lists share one directory:
 * thousands of handles would otherwise each hold their own copy of the same tens of kilobytes.
 */
export const makeConnectionReader = (most = 16) => {
  const known = new Map<string, ToolDirectory>()
  const readTools = (raw: unknown): Either.Either<ToolDirectory, string> => {
    if (raw === undefined || raw === null || raw === "") return Either.right(emptyToolDirectory)
    const text = typeof raw === "string" ? raw : JSON.stringify(raw)
    const cached = known.get(text)
    if (cached !== undefined) return Either.right(cached)
    const decoded = decodeToolList(text)
    if (Either.isLeft(decoded)) return Either.left("ToolList does not have the expected form")
    const directory = makeToolDirectory(decoded.right)
    if (known.size >= most) known.clear()
    known.set(text, directory)
    return Either.right(directory)
  }
  return <Data, Encoded>(schema: Schema.Schema<Data, Encoded>, raw: unknown): ReadConnection<Data> => {
    const record = asRecord(raw)
    if (record === undefined)
      return { sessionId: Option.none(), content: Either.left("the answer has no Data") }
    const { ToolList: toolList, ...rest } = record
    const content = Either.flatMap(
      Either.mapLeft(Schema.decodeUnknownEither(schema)(rest), (error) => {
        const path = ParseResult.ArrayFormatter.formatErrorSync(error)[0]?.path.join(".")
        return `Data${path === undefined || path === "" ? "" : `.${path}`} does not have the expected form`
      }),
      (data) => Either.map(readTools(toolList), (tools) => ({ data, tools }))
    )
    const { SessionId: id } = rest
    return { sessionId: typeof id === "string" && id !== "" ? Option.some(id) : Option.none(), content }
  }
}

export type ConnectionReader = ReturnType<typeof makeConnectionReader>
