import type { Deviation } from "../Deviation.js"
import { type Answers, onRoute, toolResult } from "../FakeService.js"
import { mcpResult, type Outcome, success } from "../Outcome.js"
import { argsOf, callLike } from "../toolCall.js"
import { type Case, isObject, type Json, type JsonObject, type Request } from "../Vector.js"
import { requestIdOf } from "./command.js"
import { member, refused } from "./edit.js"
import { toolFailure } from "./session.js"

type Route = "api" | "link" | "vpc"

const routeOf = ({ vector }: Case): Route => vector.route as Route

const toolOf = (request: Request): Json | undefined =>
  request.form?.["Name"] ??
  request.query?.["tool"] ??
  (isObject(request.json) ? request.json["tool"] : undefined)

/** The texts that a tool answered in this line, in order. */
const texts = ({ vector }: Case, tool: string): ReadonlyArray<string> =>
  vector.requests.flatMap((request, index) => {
    if (toolOf(request) !== tool) return []
    const content = member(mcpResult(vector.responses[index]), "content")
    return Array.isArray(content) ? [String(member(content[0], "text") ?? "")] : []
  })

const encoder = new TextEncoder()

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64")

/** A tool that reads slices of files as base64. */
const servesFiles =
  (contents: (one: Case) => Readonly<Record<string, string>>) =>
  (recorded: Answers, one: Case): Answers => {
    const files = contents(one)
    return recorded.set("tool read_file", [
      (request) => {
        const { length, offset, path } = argsOf(request) ?? {}
        const bytes = encoder.encode(files[String(path)] ?? "")
        const slice = bytes.subarray(Number(offset), Number(offset) + Number(length))
        return onRoute(routeOf(one), toolResult(base64(slice)), "REQ-R")
      }
    ])
  }

const pathOf = (one: Case): string => String(one.vector.call.args[0])

const asked = (one: Case): string => String(member(one.vector.call.args[1], "format") ?? "text")

/** What one call reads at most. */
const chunk: Readonly<Record<Route, number>> = { api: 61440, vpc: 61440, link: 1024 * 1024 }

const readsWhole = (one: Case, path: string): JsonObject => ({
  path,
  offset: 0,
  length: chunk[routeOf(one)],
  format: "binary"
})

const oneRead = (requests: ReadonlyArray<Request>, one: Case): ReadonlyArray<Request> => {
  const [first] = requests
  return first === undefined ? [] : [callLike(first, "read_file", readsWhole(one, pathOf(one)))]
}

/** The failure that the tool reported when it was asked about the file. */
const refusedByTool = (text: string) => (recorded: Answers, one: Case) =>
  recorded.set("tool read_file", [onRoute(routeOf(one), toolResult(text, true), "REQ-0001")])

const failed = (one: Case, text: string): Outcome => ({
  _tag: "Failure",
  kind: "tool",
  requestId: requestIdOf(one),
  mentions: [text]
})

const missing = "Failed to get file status: /tmp/none, error: No such file or directory"

const several = ({ vector }: Case): ReadonlyArray<string> => {
  const [paths] = vector.call.args
  return Array.isArray(paths) ? paths.map(String) : []
}

const severalContents = (one: Case): Readonly<Record<string, string>> =>
  Object.fromEntries(several(one).map((path) => [path, `content of ${path}\n---\n`]))

/** A large write: made ready, written in parts beside the file, put in place; or thrown away. */
const staged =
  (last: ReadonlyArray<string>) =>
  (requests: ReadonlyArray<Request>, one: Case): ReadonlyArray<Request> => {
    const [first] = requests
    const args = first === undefined ? undefined : argsOf(first)
    if (first === undefined || args === undefined) return requests
    const path = pathOf(one)
    const slash = path.lastIndexOf("/") + 1
    const directory = `${path.slice(0, slash)}.${path.slice(slash)}.<random>.part/`
    const script = (...parts: ReadonlyArray<string>): Request =>
      callLike(first, "shell", { command: { $contains: [...parts] }, timeout_ms: 50000 }, "wuying_shell")
    return [
      script(path, "mkdir -p"),
      callLike(first, "write_file", { path: directory, content: args["content"] ?? "", mode: "overwrite" }),
      script(path.slice(slash), ...last)
    ]
  }

const runsScripts = (recorded: Answers, one: Case): Answers =>
  recorded.set("tool shell", [
    onRoute(routeOf(one), toolResult('{"stdout":"","stderr":"","exit_code":0,"traceId":""}'), "REQ-X")
  ])

export const fileSystem: ReadonlyArray<Deviation> = [
  {
    differs: "D8, D10 and D17",
    instead:
      "a file is read as bytes until a slice is not full, without asking for its size, and decoded once",
    ids: /^fs\.(apiTools\/1|read\/1|readFile\/[123]|readFile\.bytes\/[12])$/,
    requests: oneRead,
    answers: servesFiles((one) => {
      const [first = "", ...rest] = texts(one, "read_file")
      const content =
        asked(one) === "bytes" ? Buffer.from(first, "base64").toString("utf8") : [first, ...rest].join("")
      return { [pathOf(one)]: content }
    })
  },
  {
    differs: "D8 and D10",
    instead: "the content is asked for at once; what comes back is refused as before",
    ids: /^fs\.readFile\.bytes\/4$/,
    requests: oneRead,
    outcome: (expected, one) =>
      ({ ...expected, requestId: one.vector.route === "api" ? "REQ-0002" : requestIdOf(one) }) as Outcome
  },
  {
    differs: "D10",
    instead: "the session says that it is a directory, not a question before",
    ids: /^fs\.readFile\/6$/,
    requests: oneRead,
    outcome: (_, one) => failed(one, "is a directory"),
    answers: refusedByTool("is a directory")
  },
  {
    differs: "D10; and control plane 8, item 10, where the baseline ignores the mark of an error",
    instead: "the session says that the file is missing, not a question before",
    ids: /^fs\.readFile\/7$/,
    requests: oneRead,
    outcome: (_, one) => failed(one, missing),
    answers: refusedByTool(`Execution failed. Error code:-32602 Error message: ${missing}`)
  },
  {
    differs: "D29",
    instead: "each file is read by itself, and its content is exact",
    ids: /^fs\.readMultipleFiles\//,
    requests: (requests, one) => {
      const [first] = requests
      return first === undefined
        ? []
        : several(one).map((path) => callLike(first, "read_file", readsWhole(one, path)))
    },
    outcome: (_, one) => success(severalContents(one)),
    answers: servesFiles(severalContents)
  },
  {
    differs: "D7 and D17",
    instead: "what does not fit one call is written beside the file and then put in place",
    ids: /^fs\.writeFile\/(8|9)$/,
    routes: ["api", "vpc"],
    requests: staged(["wc -c", "rm -rf"]),
    answers: runsScripts
  },
  {
    differs: "D17",
    instead: "a part that fails leaves the file as it was, and nothing beside it",
    ids: /^fs\.writeFile\/12$/,
    routes: ["api", "vpc"],
    requests: staged(["rm -rf"]),
    answers: runsScripts
  },
  {
    differs: "D7: over a link everything is split as for the API",
    instead: "it fits one call, which is what fails",
    ids: /^fs\.writeFile\/12$/,
    routes: ["link"],
    versions: ["0.15.1"],
    answers: (recorded) => recorded.set("tool write_file", (recorded.get("tool write_file") ?? []).slice(-1))
  },
  {
    differs: "session core modules 3.1: paths are not checked",
    instead: "an empty path is refused",
    ids: /^fs\.createDirectory\/3$/,
    ...refused
  },
  {
    differs: "D9",
    instead: "times keep everything after the second colon",
    ids: /^fs\.getFileInfo\/1$/,
    outcome: (expected) => {
      const data = expected._tag === "Success" ? expected.data : undefined
      const fields = isObject(data) && isObject(data["$partly"]) ? data["$partly"] : {}
      return { ...expected, data: { $partly: { ...fields, modTime: "2026-01-05T10:05:00Z" } } } as Outcome
    }
  },
  {
    differs: "session core modules 3.4: spaces around names are lost",
    instead: "they are part of the name",
    ids: /^fs\.listDirectory\/2$/,
    outcome: () =>
      success([
        { name: "目录", isDirectory: true },
        { name: "a b.txt", isDirectory: false },
        { name: "  sp.txt  ", isDirectory: false }
      ])
  },
  {
    differs: "D28",
    instead: "no matches are an empty list",
    ids: /^fs\.searchFiles\/3$/,
    outcome: () => success([])
  },
  {
    differs: "control plane 8, item 10",
    instead: "a VPC answer marked as an error is one",
    ids: /^fs\.(createDirectory\/4|editFile\/5|getFileChange\/5|getFileInfo\/2|moveFile\/3|writeFile\/12)$/,
    routes: ["vpc"],
    outcome: (_, one) => toolFailure(one)
  },
  {
    differs: "session core modules 3.3: an empty text gives blank fields on some routes",
    instead: "an answer that describes nothing is a failure",
    ids: /^fs\.getFileInfo\/6$/,
    when: ({ vector }) => member(vector.result, "success") === true,
    outcome: (_, one) => ({ _tag: "Failure", kind: "service", requestId: requestIdOf(one) })
  }
]
