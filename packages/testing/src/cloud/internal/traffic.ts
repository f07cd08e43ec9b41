/** Frames that went over live channels, and the faults they meet. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { SocketFrame, SocketRule, SocketTarget } from "../../TestCloud.js"
import type { SocketFault } from "../SocketFault.js"

export interface Traffic {
  readonly frames: () => ReadonlyArray<SocketFrame>
  readonly note: (frame: Omit<SocketFrame, "index" | "atMs">) => Effect.Effect<void>
  readonly arm: (rule: SocketRule) => void
  readonly clear: () => void
  readonly clearFaults: () => void
  /** The fault that a connection in the making meets. */
  readonly ofConnection: (sessionId: string) => Effect.Effect<SocketFault | undefined>
  /** The fault that a frame meets. */
  readonly ofFrame: (frame: Omit<SocketFrame, "index" | "atMs">) => Effect.Effect<SocketFault | undefined>
}

interface Armed {
  readonly rule: SocketRule
  skip: number
  left: number
}

const isAboutConnections = ({ _tag }: SocketFault): boolean => _tag === "Refused" || _tag === "Unreachable"

const fits = (target: SocketTarget, of: SocketTarget): boolean =>
  (target.sessionId === undefined || target.sessionId === of.sessionId) &&
  (target.target === undefined || target.target === of.target) &&
  (target.direction === undefined || target.direction === of.direction)

export const makeTraffic = (limit: number): Traffic => {
  let frames: Array<SocketFrame> = []
  let armed: Array<Armed> = []
  let index = 0

  const next = (concerns: (rule: SocketRule) => boolean) =>
    Effect.gen(function* () {
      for (const candidate of armed) {
        const { fault, probability } = candidate.rule
        if (!concerns(candidate.rule)) continue
        if (probability !== undefined && (yield* Random.next) >= probability) continue
        if (candidate.skip > 0) {
          candidate.skip -= 1
          continue
        }
        candidate.left -= 1
        if (candidate.left <= 0) armed = armed.filter((other) => other !== candidate)
        return fault
      }
      return undefined
    })

  return {
    frames: () => frames.slice(-limit),
    note: (frame) =>
      Effect.map(Clock.currentTimeMillis, (atMs) => {
        index += 1
        frames.push({ ...frame, index, atMs })
        if (frames.length >= 2 * limit) frames = frames.slice(-limit)
      }),
    arm: (rule) => {
      armed.push({ rule, skip: rule.skip ?? 0, left: rule.times ?? 1 })
    },
    clear: () => {
      frames = []
    },
    clearFaults: () => {
      armed = []
    },
    ofConnection: (sessionId) =>
      next(({ fault, target }) => isAboutConnections(fault) && fits(target, { ...target, sessionId })),
    ofFrame: (frame) =>
      next(
        ({ fault, target, when }) =>
          !isAboutConnections(fault) && fits(target, frame) && (when?.(frame.frame) ?? true)
      )
  }
}
