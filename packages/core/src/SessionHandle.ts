/**
 * A session as a value: encode it to JSON, store or send it, decode it elsewhere and attach to the session with
 * `AgentBay.attach`.
 *
 * `secrets` is present only when it was asked for. Without it a session is reached over the API; with it also over
 * its direct routes. Encoding writes secrets in the clear: keep that JSON as you keep a password.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const text = Schema.optionalWith(Schema.String, { as: "Option", exact: true })

const secret = Schema.optionalWith(Schema.Redacted(Schema.String), { as: "Option", exact: true })

/**
 * @since 0.1.0
 * @category schemas
 */
export const SessionHandle = Schema.Struct({
  version: Schema.Literal(1),
  sessionId: Schema.NonEmptyTrimmedString,
  imageId: text,
  isVpc: Schema.Boolean,
  networkInterfaceIp: text,
  httpPort: Schema.optionalWith(Schema.Int, { as: "Option", exact: true }),
  /** Absent in handles of earlier versions of this package, which are read all the same. */
  vpcIp: text,
  vpcId: text,
  appInstanceId: text,
  resourceId: text,
  enableBrowserReplay: Schema.optionalWith(Schema.Boolean, { as: "Option", exact: true }),
  fileTransferContextId: text,
  recordContextId: text,
  /** The MCP server of each tool, which the direct routes need. */
  servers: Schema.Record({ key: Schema.String, value: Schema.String }),
  secrets: Schema.optionalWith(
    Schema.Struct({ token: secret, linkUrl: secret, wsUrl: secret, resourceUrl: secret }),
    { as: "Option", exact: true }
  )
})

/**
 * @since 0.1.0
 * @category models
 */
export type SessionHandle = typeof SessionHandle.Type

/**
 * The handle as JSON text.
 *
 * @since 0.1.0
 * @category schemas
 */
export const fromJson = Schema.parseJson(SessionHandle)
