/**
 * Chromium under the session: started by its agent, led through the agent's pipe to it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Browser, BrowserOption, DevTools } from "../../../Browser.js"
import { type Machine, MachineError } from "../../../Machine.js"
import type { AgentConnection } from "../agentConnection.js"
import { commandLine, devToolsPort, type Honoured, honoured } from "./arguments.js"
import { makePages } from "./pages.js"
import type { Protocol } from "./protocol.js"

/** What the service names when the client names nothing. */
const EXTENSIONS = "/tmp/extensions"

const Started = Schema.Struct({ path: Schema.String, isNew: Schema.Boolean })
const State = Schema.Struct({
  option: Schema.NullOr(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
})

const Windows = Schema.Struct({ windowId: Schema.Number })

/** The directories of unpacked extensions at a path, which is one itself or holds some. */
const extensionsAt = (
  files: Pick<Machine, "list">,
  path: string
): Effect.Effect<ReadonlyArray<string>, MachineError> => {
  const entries = (directory: string) =>
    Effect.catchIf(
      files.list(directory),
      ({ reason }) => reason === "NotFound" || reason === "NotDirectory",
      () => Effect.succeed([])
    )
  const isExtension = (found: ReadonlyArray<{ readonly path: string }>) =>
    found.some((entry) => entry.path.endsWith("/manifest.json"))
  return Effect.flatMap(entries(path), (found) =>
    isExtension(found)
      ? Effect.succeed([path])
      : Effect.filter(
          found.filter(({ kind }) => kind === "directory").map((entry) => entry.path),
          (directory) => Effect.map(entries(directory), isExtension)
        )
  )
}

/**
 * The browser of the machine behind a connection, whose files say which extensions there are. Nothing is started
 * before `start`, `devTools` or a page needs it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  connection: Effect.Effect<AgentConnection, MachineError>,
  files: Pick<Machine, "list">
): Browser => {
  /** What a browser is started with that nobody initialised, or that closed. */
  let latest: BrowserOption = {}
  /** As long as it is false there is no browser, and asking for it may not start the session. */
  let isUsed = false

  const command: Protocol = (schema, method, params = {}, sessionId) =>
    Effect.flatMap(connection, ({ request }) =>
      request(Schema.Unknown, { op: "browserCommand", method, params, sessionId })
    ).pipe(
      Effect.flatMap(({ body }) =>
        Schema.decodeUnknown(Schema.parseJson(schema))(new TextDecoder().decode(body))
      ),
      Effect.catchTag("ParseError", (error) =>
        Effect.fail(
          new MachineError({
            reason: "Unknown",
            detail: `the browser answered something else: ${error.message}`
          })
        )
      )
    )

  /** The size of a window includes what is around the page. */
  const resize = ({ viewport }: Honoured) =>
    viewport === undefined
      ? Effect.void
      : Effect.gen(function* () {
          const { windowId } = yield* command(Windows, "Browser.getWindowForTarget", {
            targetId: yield* pages.current
          })
          yield* command(Schema.Unknown, "Browser.setContentsSize", { windowId, ...viewport })
        })

  const started = (option: BrowserOption, unreachable?: string): Effect.Effect<string, MachineError> =>
    Effect.gen(function* () {
      const read = yield* honoured(option)
      const extensions = yield* extensionsAt(files, read.extensionPath || EXTENSIONS)
      const { request } = yield* connection
      isUsed = true
      const { value } = yield* request(Started, {
        op: "browserStart",
        arguments: commandLine(read, extensions),
        option,
        unreachable
      })
      if (value.isNew) {
        latest = option
        yield* resize(read)
      }
      return value.path
    })

  const reached = (path: string): Effect.Effect<DevTools, MachineError, Scope.Scope> =>
    Effect.flatMap(connection, ({ connect }) =>
      Effect.map(connect(devToolsPort), (stream) => ({ stream, host: `127.0.0.1:${devToolsPort}`, path }))
    )

  const running = Effect.suspend(() =>
    isUsed
      ? Effect.flatMap(connection, ({ request }) =>
          Effect.map(request(State, { op: "browserState" }), ({ value }) => Option.fromNullable(value.option))
        )
      : Effect.succeedNone
  )

  const pages = makePages(command, running)

  return {
    start: (option) => Effect.asVoid(started(option)),
    running,
    stop: Effect.suspend(() =>
      isUsed
        ? Effect.flatMap(connection, ({ request }) =>
            Effect.asVoid(request(Schema.Unknown, { op: "browserStop" }))
          )
        : Effect.void
    ),
    pages: pages.operations,
    devTools: Option.some(
      Effect.suspend(() => started(latest)).pipe(
        Effect.flatMap((path) =>
          Effect.catchIf(
            reached(path),
            ({ reason }) => reason === "NotFound",
            () => Effect.flatMap(started(latest, path), reached)
          )
        )
      )
    )
  }
}
