import type { Deviation } from "../Deviation.js"
import { recordedCode } from "../mappings/code.js"
import { type Outcome, success } from "../Outcome.js"
import type { Case, JsonObject, Request } from "../Vector.js"
import { isObject } from "../Vector.js"
import { request } from "./agentBay.js"
import { requestIdOf } from "./command.js"
import { refused } from "./edit.js"
import { toolFailure } from "./session.js"

/** The languages that the first generation does not know, in the words of the newer ones. */
const language: Readonly<Record<string, string>> = { PYTHON: "python", python3: "python" }

const call = (one: Case): Request => {
  const [code, name, timeout] = one.vector.call.args
  const args = { code: code ?? "", language: language[String(name)] ?? "", timeout_s: timeout ?? 60 }
  return one.vector.route === "vpc"
    ? {
        method: "GET",
        path: "/callTool",
        query: {
          server: "wuying_codespace",
          tool: "run_code",
          args: "<json>",
          "args#json": args,
          token: "tok-0001",
          requestId: "vpc-<timestamp>-<random>"
        },
        headers: { "content-type": "application/x-www-form-urlencoded" }
      }
    : request("CallMcpTool", {
        Args: "<json>",
        "Args#json": args,
        AutoGenSession: "false",
        Name: "run_code",
        Server: "",
        SessionId: "s-api-0001"
      })
}

const result = { content: [{ type: "text", text: "42" }], isError: false }

const raised = (one: Case, error: JsonObject): Outcome =>
  success({ ...recordedCodeOf(one), error }, requestIdOf(one))

const recordedCodeOf = ({ vector }: Case): object => {
  const data = isObject(vector.result) ? recordedCode(vector.result).data : {}
  return typeof data === "object" && data !== null ? data : {}
}

export const code: ReadonlyArray<Deviation> = [
  {
    differs: "session core modules 6.1: the baseline knows two names of languages",
    instead: "all names are known for every generation of the service",
    ids: /^code\.runCode\/(4|10)$/,
    versions: ["0.10.2"],
    requests: (_, one) => [call(one)],
    outcome: (_, one) =>
      success(
        { $partly: { result: "42" } },
        one.vector.route === "vpc" ? "vpc-<timestamp>-<random>" : "REQ-C"
      ),
    answers: (recorded, one) =>
      recorded.set("tool run_code", [
        one.vector.route === "vpc"
          ? { status: 200, body: { data: JSON.stringify({ result }) } }
          : {
              status: 200,
              body: { RequestId: "REQ-C", HttpStatusCode: 200, Code: "ok", Success: true, Data: result }
            }
      ])
  },
  {
    differs: "D22: reject a time that cannot be honoured",
    instead: "a time of zero is refused",
    ids: /^code\.runCode\/7$/,
    versions: ["0.15.1", "0.19.0"],
    ...refused
  },
  {
    differs: "D20",
    instead: "an exception is data, with its class, its message and the traceback",
    ids: /^code\.runCode\.rich\/3$/,
    outcome: (_, one) =>
      raised(one, { name: "ZeroDivisionError", value: "division by zero", traceback: "Traceback...\n" })
  },
  {
    differs: "session core modules 6.2: a program that prints null makes the client fail",
    instead: "it is the output of the program (D19)",
    ids: /^code\.runCode\.rich\/9$/,
    outcome: (_, one) =>
      success(
        {
          result: "null",
          logs: { stdout: ["null"], stderr: [] },
          results: [{ text: "null", isMainResult: true }]
        },
        requestIdOf(one)
      )
  },
  {
    differs: "control plane 8, item 10",
    instead: "a VPC answer marked as an error is one",
    ids: /^code\.runCode\/12$/,
    routes: ["vpc"],
    outcome: (_, one) => toolFailure(one)
  }
]
