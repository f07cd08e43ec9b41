/** Sessions of real processes behind a local cloud, used by the control API alone. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type { HttpClient } from "@effect/platform/HttpClient"
import { it } from "@effect/vitest"
import * as LocalCloud from "@effect-agentbay/testing/LocalCloud"
import type { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Layer, Schedule, type Scope } from "effect"
import { type Connection, createSession, data, viaApi } from "./service.js"

export const TEST_LIMIT_MS = 180_000

type Provided = LocalCloud.LocalCloud | TestCloud | HttpClient | Scope.Scope

/** A test with a cloud of its own. */
export const withCloud = (
  title: string,
  body: (cloud: LocalCloud.LocalCloud.Service) => Effect.Effect<void, unknown, Provided>,
  options: LocalCloud.Options = {}
): void =>
  it.scopedLive(
    title,
    () =>
      Effect.flatMap(LocalCloud.LocalCloud, body).pipe(
        Effect.provide(
          Layer.merge(LocalCloud.layer({ machine: "bubblewrap", ...options }), FetchHttpClient.layer)
        )
      ),
    TEST_LIMIT_MS
  )

/** What a test does in one session. */
export interface TestSession extends Connection {
  readonly id: string
  readonly shell: (command: string) => Effect.Effect<string, never, HttpClient>
  readonly tool: (
    name: string,
    args: unknown
  ) => Effect.Effect<{ readonly text: string; readonly isError: boolean }, never, HttpClient>
  readonly write: (path: string, content: string) => Effect.Effect<void, never, HttpClient>
  /** The URL that an action answers with. */
  readonly link: (
    action: "GetCdpLink" | "GetLink",
    parameters?: Readonly<Record<string, string>>
  ) => Effect.Effect<string, never, HttpClient>
  readonly initBrowser: (option?: unknown) => Effect.Effect<number, never, HttpClient>
  readonly release: Effect.Effect<unknown, never, HttpClient>
}

export const session = (
  { url }: LocalCloud.LocalCloud.Service,
  parameters: Readonly<Record<string, string>> = {}
): Effect.Effect<TestSession, never, HttpClient> =>
  Effect.map(createSession({ ImageId: "browser_latest", ...parameters }, { url }), (connection) => {
    const id = connection.SessionId
    const tool: TestSession["tool"] = (name, args) => viaApi(connection, name, args, { url })
    const shell = (command: string) =>
      Effect.map(tool("shell", { command, timeout_ms: 30_000 }), ({ text }) => text)
    return {
      ...connection,
      id,
      tool,
      shell,
      write: (path, content) => Effect.asVoid(tool("write_file", { path, content })),
      link: (action, others = {}) =>
        Effect.map(data(action, { SessionId: id, ...others }, { url }), (found) => found.Url),
      initBrowser: (option = {}) =>
        Effect.map(
          data(
            "InitBrowser",
            {
              SessionId: id,
              PersistentPath: "/tmp/agentbay_browser",
              BrowserOption: JSON.stringify(option)
            },
            { url }
          ),
          ({ Port }) => Port
        ),
      release: data("ReleaseMcpSession", { SessionId: id }, { url })
    }
  })

/** Starts a program in the background, and waits until it listens on a port. */
export const serve = ({ shell }: TestSession, command: string, port: number) =>
  Effect.zipRight(
    shell(`setsid ${command} >/tmp/server.log 2>&1 &`),
    Effect.repeat(shell(`bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}' 2>/dev/null && echo up`), {
      until: (said) => said.includes("up"),
      schedule: Schedule.spaced("50 millis")
    })
  )
