/** What can go wrong with one call, and what a caller sees of it who never repeats anything. */
import * as Fault from "../../src/cloud/Fault.js"

/** Which way a call takes that meets a fault. */
export type Way = "control" | "api" | "link" | "vpc" | "presigned"

/** A result, or a failure as `tag reason phase`, as far as the error has them. */
export type Outcome = string

export const right = "right"

export interface FaultKind {
  readonly name: string
  /** For readers of the documentation. */
  readonly title: string
  readonly fault: (way: Way) => Fault.Fault
  /** Whether the call has its effect all the same. */
  readonly hasEffect: boolean
  /** Where a cloud can show it: over sockets, a connection cannot be refused to one call alone. */
  readonly over: ReadonlyArray<"memory" | "http">
  /** What a call that is not repeated ends with. */
  readonly failure: Readonly<Record<Way, Outcome>>
  /** Whether it may be over by the next attempt, and the service does not ask for a longer wait than anybody has. */
  readonly isPassing: boolean
  /** After which calls another attempt by policy is safe and may help. */
  readonly repeated: "every call" | "what is safe to repeat" | "nothing"
}

const everywhere = ["memory", "http"] as const

const same = (outcome: Outcome): Record<Way, Outcome> => ({
  control: outcome,
  api: outcome,
  link: outcome,
  vpc: outcome,
  presigned: outcome
})

const sessionError = (rest: string, others: Partial<Record<Way, Outcome>> = {}): Record<Way, Outcome> => ({
  ...same(`SessionError ${rest}`),
  presigned: "FileTransferError",
  ...others
})

/** Nothing of what any action or tool answers with. */
const strange = { Success: true, Data: 7, data: 7, code: 200 }

export const faults: ReadonlyArray<FaultKind> = [
  {
    name: "refused",
    title: "The connection is refused, or the host unknown.",
    fault: () => Fault.refused,
    hasEffect: false,
    over: ["memory"],
    failure: sessionError("Transport notSent", { vpc: "VpcUnavailable EndpointUnreachable" }),
    isPassing: true,
    repeated: "every call"
  },
  {
    name: "dropped",
    title: "The connection breaks before the service has seen the call.",
    fault: () => Fault.refused,
    hasEffect: false,
    over: ["http"],
    failure: sessionError("Transport unknown"),
    isPassing: true,
    repeated: "what is safe to repeat"
  },
  {
    name: "lost",
    title: "The service does what it was asked, and the connection breaks before the answer.",
    fault: () => Fault.lost,
    hasEffect: true,
    over: everywhere,
    failure: sessionError("Transport unknown"),
    isPassing: true,
    repeated: "what is safe to repeat"
  },
  {
    name: "cut off",
    title: "The same, in the middle of the answer.",
    // Of a file more than of an answer, or it would take thousands of connections.
    fault: (way) => Fault.cutOff(way === "presigned" ? 40_000 : 20),
    hasEffect: true,
    over: everywhere,
    failure: sessionError("Transport sent"),
    isPassing: true,
    repeated: "what is safe to repeat"
  },
  {
    name: "late",
    title: "The answer takes two seconds.",
    fault: () => Fault.slow("2 seconds"),
    hasEffect: true,
    over: everywhere,
    failure: same(right),
    isPassing: false,
    repeated: "nothing"
  },
  {
    name: "too late",
    title: "The answer does not come within the deadline of the call.",
    fault: () => Fault.slow("2 hours"),
    hasEffect: true,
    over: everywhere,
    failure: sessionError("Timeout unknown"),
    isPassing: true,
    repeated: "nothing"
  },
  {
    name: "throttled",
    title: "HTTP 429.",
    fault: () => Fault.throttled(),
    hasEffect: false,
    over: everywhere,
    failure: sessionError("Throttled sent"),
    isPassing: true,
    repeated: "every call"
  },
  {
    name: "throttled for seconds",
    title: "HTTP 429 which asks to come back in three seconds.",
    fault: () => Fault.throttled({ retryAfter: "3 seconds" }),
    hasEffect: false,
    over: everywhere,
    failure: sessionError("Throttled sent"),
    isPassing: true,
    repeated: "every call"
  },
  {
    name: "throttled for minutes",
    title: "HTTP 429 which asks to come back in ten minutes.",
    fault: () => Fault.throttled({ retryAfter: "10 minutes" }),
    hasEffect: false,
    over: everywhere,
    failure: sessionError("Throttled sent"),
    isPassing: false,
    repeated: "nothing"
  },
  {
    name: "unavailable",
    title: "HTTP 503 with a code of the service.",
    fault: () => Fault.serverError(),
    hasEffect: false,
    over: everywhere,
    failure: sessionError("Unavailable sent"),
    isPassing: true,
    repeated: "what is safe to repeat"
  },
  {
    name: "gave up",
    title: "HTTP 504 with a code of the service.",
    fault: () => Fault.serverError(504, "GatewayTimeout"),
    hasEffect: false,
    over: everywhere,
    failure: sessionError("Timeout sent"),
    isPassing: true,
    repeated: "what is safe to repeat"
  },
  {
    name: "bad gateway",
    title: "HTTP 502 with an HTML page.",
    fault: () => Fault.html(502),
    hasEffect: false,
    over: everywhere,
    failure: sessionError("Unavailable sent"),
    isPassing: true,
    repeated: "what is safe to repeat"
  },
  {
    name: "page",
    title: "HTTP 200 with an HTML page.",
    fault: () => Fault.html(200),
    hasEffect: false,
    over: everywhere,
    failure: sessionError("Decode sent"),
    isPassing: false,
    repeated: "nothing"
  },
  {
    name: "truncated",
    title: "Half of the JSON answer, announced as if it were all of it.",
    fault: () => Fault.truncatedJson,
    hasEffect: true,
    over: everywhere,
    failure: sessionError("Decode sent"),
    isPassing: false,
    repeated: "nothing"
  },
  {
    name: "strange",
    title: "JSON that is nothing of what the protocol promises.",
    fault: () => Fault.wrongShape(strange),
    hasEffect: true,
    over: everywhere,
    failure: sessionError("Decode sent"),
    isPassing: false,
    repeated: "nothing"
  },
  {
    name: "said no",
    title: "HTTP 200, but the service says no with a code that nobody knows.",
    fault: () => Fault.softFailure("Odd.Code", "no"),
    hasEffect: false,
    over: everywhere,
    failure: sessionError("Unknown sent", { link: "ToolError", vpc: "ToolError" }),
    isPassing: false,
    repeated: "nothing"
  }
]
