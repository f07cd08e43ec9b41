/** Frames that were recorded over the WebSocket of a session. */
import type { Respond } from "../../support/scriptedSocket.js"
import { type Json, type JsonObject, type Vector, vectors } from "./Vector.js"

/** The lines with such frames, by their id. */
export const withFrames = (pattern: RegExp): ReadonlyArray<Vector> =>
  vectors.filter(({ id, requests }) => pattern.test(id) && requests.some(({ method }) => method === "WS"))

export const object = (value: Json | undefined): JsonObject => value as JsonObject

/** What was recorded as sent, without the ids of invocations, which every client makes by itself. */
export const recordedFrames = ({ requests }: Vector) =>
  requests.flatMap(({ json, method }) => {
    const { data, source, target } = object(json ?? {})
    return method === "WS" ? [{ source, target, data }] : []
  })

/** The answers to each frame that was recorded, under the ids of our invocations. */
export const answering = ({ requests, responses }: Vector): Respond => {
  const answers = requests.flatMap(({ method }, index) => {
    const { frames = [] } = object(responses[index] as unknown as Json)
    return method === "WS" ? [frames as ReadonlyArray<Json>] : []
  })
  const ids: Array<string> = []
  return ({ invocationId }, { say }, index) => {
    if (!ids.includes(invocationId)) ids.push(invocationId)
    for (const frame of answers[index] ?? []) {
      say(
        JSON.stringify(frame).replace(
          /<invocation:(\d+)>/g,
          (_, n: string) => ids[Number(n) - 1] ?? "unknown"
        )
      )
    }
  }
}
