/** Connections from the host into a session, whose network nobody outside can reach. */
import { createConnection } from "node:net"
import { Refusal } from "./refusal.mjs"

/** Where the host listens: a socket in a directory that is shown to the session, read-only. */
const HOST = "/run/agentbay/host"
/** A program that has nothing to say for so long, after the host has said its last word, is not waited for. */
const HALF_CLOSED_LIMIT_MS = 30_000

/**
 * @param {import("node:net").NetConnectOpts} options
 * @param {AbortSignal} signal
 * @returns {Promise<import("node:net").Socket>}
 */
const connected = (options, signal) =>
  new Promise((done, fail) => {
    // Each direction ends for itself.
    const socket = createConnection({ ...options, allowHalfOpen: true })
    const cancel = () => socket.destroy(new Refusal("Stopped", "cancelled"))
    signal.addEventListener("abort", cancel)
    socket.once("error", fail)
    socket.once("connect", () => {
      signal.removeEventListener("abort", cancel)
      socket.off("error", fail)
      socket.on("error", () => {})
      done(socket)
    })
  })

/**
 * Connects a port of the session with the host, which knows the connection by its key.
 *
 * @param {{ port: number, key: string }} request
 * @param {AbortSignal} signal
 * @returns {Promise<import("./agent.mjs").Answer>}
 */
export const connect = async ({ key, port }, signal) => {
  const inside = await connected({ host: "localhost", port, autoSelectFamily: true }, signal).catch(() => {
    throw new Refusal("NotFound", `nothing listens on port ${port} of the session`)
  })
  const outside = await connected({ path: HOST }, signal).catch((failure) => {
    inside.destroy()
    throw failure
  })
  outside.write(key)
  inside.on("error", () => outside.destroy())
  outside.on("error", () => inside.destroy())
  inside.pipe(outside)
  outside.pipe(inside)
  inside.once("close", () => outside.end())
  outside.once("close", () => inside.end())
  // The host may have closed its end or only one direction of it: silence tells.
  outside.once("end", () => inside.setTimeout(HALF_CLOSED_LIMIT_MS, () => inside.destroy()))
  return { ok: null }
}
