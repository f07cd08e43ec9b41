import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

/** A module running in a process of its own, which has sent one message to say that it is ready. */
export interface Child<Ready> {
  readonly ready: Ready
  readonly process: ChildProcess
  readonly stop: () => Promise<void>
}

export const hasPort = (message: unknown): message is { readonly port: number } =>
  typeof message === "object" && message !== null && "port" in message && typeof message.port === "number"

/** Starts a module (`new URL("../src/lib/server.ts", import.meta.url)`) and waits for its first `process.send`. */
export const startChild = async <Ready>(
  module: URL,
  isReady: (message: unknown) => message is Ready,
  args: ReadonlyArray<string> = []
): Promise<Child<Ready>> => {
  const child = fork(fileURLToPath(module), [...args], {
    // The program that starts it may run built, without a loader for TypeScript.
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "inherit", "inherit", "ipc"]
  })
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`${module.pathname} ended with ${code} before it was ready`)
  })
  const [ready] = await Promise.race([once(child, "message"), failed])
  failed.catch(() => undefined)
  if (!isReady(ready)) throw new Error(`${module.pathname} said ${JSON.stringify(ready)}`)
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, "exit")
    child.kill()
    await ended
  }
  return { ready, process: child, stop }
}

/** What a local cloud says of itself (`local-cloud.ts`). */
export interface CloudReady {
  readonly url: string
  readonly apiKey: string
  readonly machine: string
}

export const isCloud = (message: unknown): message is CloudReady =>
  typeof message === "object" && message !== null && "url" in message && "apiKey" in message
