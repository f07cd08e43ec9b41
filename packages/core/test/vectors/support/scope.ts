/** Which lines are replayed here, and why the others are not. */
import * as Actions from "../../../src/contract/Actions.js"
import { type Case, isObject } from "./Vector.js"

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

const actionOf = ({ vector }: Case): string => {
  const request = vector.call.args[0]
  return isObject(request) ? String(request["$request"] ?? "") : ""
}

export const rules: ReadonlyArray<ScopeRule> = [
  {
    name: "the session's WebSocket",
    because: "streams and pushes are a later module",
    applies: ({ vector }) =>
      vector.requests.some((request) => request.path.startsWith("/ws/")) ||
      vector.id.startsWith("session.getWsClient/") ||
      vector.id.startsWith("browser.registerCallback/") ||
      JSON.stringify(vector.call.args).includes('"streamBeta":true')
  },
  {
    name: "operations that only the newest generation has",
    because: "binding contexts to a running session and keeping it alive come later",
    applies: ({ vector }) => /^session\.(context\.(bind|listBindings)|keepAlive(Async)?)\//.test(vector.id)
  },
  {
    name: "parameters that only the newest generation has",
    because: "idle time comes later",
    applies: ({ vector, version }) =>
      /^agentBay\.create\.v19\/[13]$/.test(vector.id) ||
      (vector.id === "client.CreateMcpSession/1" && version === "0.19.0")
  },
  {
    name: "actions that only the newest generation has",
    because: "the contract describes the actions of the control plane reference",
    applies: (one) =>
      one.vector.id.startsWith("client.") && actionOf(one) !== "" && !(actionOf(one) in Actions.all)
  }
]

export const outOfScope = (one: Case): ScopeRule | undefined => rules.find((rule) => rule.applies(one))
