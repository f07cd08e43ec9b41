/** Which lines are replayed here, and why the others are not. */
import type { Case } from "./Vector.js"

/** The modules replayed here, longer names before those that they begin with. */
export const replayedModules: ReadonlyArray<string> = [
  "fixture",
  "client",
  "agentBay",
  "session.context",
  "session",
  "context",
  "betaNetwork",
  "betaSkills",
  "extensions",
  "mobileSimulate",
  "mobile",
  "browser",
  "command",
  "fs",
  "code",
  "computer",
  "window",
  "application",
  "ui",
  "agent",
  "oss",
  "git"
]

/** The module that a line belongs to: one of those replayed, or the first part of its id. */
export const moduleOf = ({ vector }: Case): string =>
  replayedModules.find((name) => vector.id.startsWith(`${name}.`) || vector.id.startsWith(`${name}/`)) ??
  (vector.id.split(/[./]/)[0] as string)

export interface ScopeRule {
  readonly name: string
  readonly because: string
  readonly applies: (one: Case) => boolean
}

export const rules: ReadonlyArray<ScopeRule> = [
  {
    name: "the session's WebSocket",
    because: "its frames are played in tests of their own, followedAgents and followedCode",
    applies: ({ vector }) =>
      vector.requests.some((request) => request.path.startsWith("/ws/")) ||
      vector.id.startsWith("session.getWsClient/") ||
      vector.id.startsWith("browser.registerCallback/") ||
      JSON.stringify(vector.call.args).includes('"streamBeta":true')
  }
]

export const outOfScope = (one: Case): ScopeRule | undefined => rules.find((rule) => rule.applies(one))
