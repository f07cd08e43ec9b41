import type { Deviation } from "../Deviation.js"
import { partly } from "../Mapping.js"
import { type Outcome, success } from "../Outcome.js"
import { argsOf, withArgs } from "../toolCall.js"
import type { Case, Json, JsonObject, Request } from "../Vector.js"
import { answerTo } from "./edit.js"

const changeArgs = (sent: Request, change: (args: JsonObject) => JsonObject): Request => {
  const args = argsOf(sent)
  return args === undefined ? sent : withArgs(sent, change(args))
}

export const requestIdOf = (one: Case): Json | undefined =>
  one.vector.route === "api"
    ? answerTo(one, "CallMcpTool")["RequestId"]
    : `${one.vector.route}-<timestamp>-<random>`

const ran = (one: Case, output: JsonObject): Outcome => success(partly(output), requestIdOf(one))

const timeoutGiven = ({ vector }: Case): boolean => vector.call.args.length > 1

export const command: ReadonlyArray<Deviation> = [
  {
    differs: "D22: a command has one second unless told otherwise",
    instead: "it has fifty, as in the Python client",
    ids: /^command\./,
    when: (one) => !timeoutGiven(one),
    requests: (requests) =>
      requests.map((sent) => changeArgs(sent, (args) => ({ ...args, timeout_ms: 50000 })))
  },
  {
    differs: "D22: longer times are silently reduced",
    instead: "the time is sent as given, as since 0.19",
    ids: /^command\.executeCommand\/4$/,
    versions: ["0.15.1"],
    requests: (requests) =>
      requests.map((sent) => changeArgs(sent, (args) => ({ ...args, timeout_ms: 60000 })))
  },
  {
    differs: "D21",
    instead: "a non-zero exit code is data",
    ids: /^command\.executeCommand\/8$/,
    outcome: (_, one) =>
      ran(one, { output: "boom\n", stdout: "", stderr: "boom\n", exitCode: 2, traceId: "t-1" })
  },
  {
    differs: "D21",
    instead: "the baseline's error text is read: exit code and message are data, on every route",
    ids: /^command\.executeCommand\/10$/,
    outcome: (_, one) =>
      ran(one, {
        output: "sh: 1: nope: not found",
        stdout: "",
        stderr: "sh: 1: nope: not found",
        exitCode: 127
      })
  },
  {
    differs: "D19",
    instead: "output that happens to be JSON is output",
    ids: /^command\.executeCommand\/13$/,
    versions: ["0.15.1", "0.19.0"],
    outcome: (_, one) => ran(one, { output: '{"a":1}', stdout: '{"a":1}', stderr: "", exitCode: 0 })
  },
  {
    differs: "D6",
    instead: "an empty text is empty output, not the answer itself",
    ids: /^command\.executeCommand\/16$/,
    routes: ["vpc"],
    outcome: (_, one) => ran(one, { output: "", stdout: "", stderr: "", exitCode: 0 })
  }
]
