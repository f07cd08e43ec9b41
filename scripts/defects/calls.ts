/** How calls travel, and how their failures come back. */
import { by, noMeaning, pinned, type Section } from "./defect.js"

const answers: Section = {
  title: "Answers",
  defects: [
    pinned(
      "data-before-envelope",
      "A refusal without data becomes a sentence about an empty or invalid answer; Python and Go never look whether the service said no. Code, message and request id are lost.",
      "The envelope is read first. Every refusal is a `SessionError` with reason, code, HTTP status, message and request id.",
      by(
        "core/transport/controlPlane.failures.test.ts",
        "a refusal with HTTP status 200 > … (…) is …",
        "a refusal by HTTP status > … with … is …",
        "a body that is not the protocol's > … is …"
      ),
      by(
        "core/transport/toolTransport.routes.test.ts",
        "the API route > a refusal beside data is a refusal",
        "the API route > Data … is a failure that keeps the request id"
      )
    ),
    pinned(
      "empty-text-is-envelope",
      "An empty text of a tool is replaced by the JSON of the whole answer: an empty file reads as JSON, a list is no list, a picture has a bogus URL.",
      "An empty text is a text. Where it cannot be one (a URL, a picture) it is a failure.",
      by(
        "core/transport/toolAnswer.test.ts",
        "a tool's answer > an empty text is a text",
        "a tool's answer > an empty text beside a blob stays the text"
      ),
      by("core/session/SessionFileSystem.content.test.ts", "small files > nothing is something: empty files"),
      by(
        "core/session/SessionComputer.test.ts",
        "what comes back > no windows, no applications: a list of nothing, also from a service that says nothing"
      )
    ),
    pinned(
      "empty-object-is-success",
      "An answer of a direct route without data counts as success with nothing in it; one that is not JSON loses the id of the request; the token travels twice.",
      "It is a failure that says what is missing, with the id of the request. The token is sent where the service may look for it, and shown nowhere.",
      by(
        "core/transport/toolAnswer.test.ts",
        "the body of a direct call > …: …",
        "a tool's answer > … is never a success"
      ),
      by(
        "core/transport/directRoutes.test.ts",
        "a failure on the … route > … is …, with the id of the request"
      )
    ),
    pinned(
      "error-flag-ignored-in-vpc",
      "0.10: inside a VPC a tool that says no is a success; later versions nest and read its answer differently.",
      "One decoder for all routes; the flag always counts, in every nesting.",
      by(
        "core/transport/toolTransport.routes.test.ts",
        "what a tool of the contract answers > an error is a ToolError with the tool's words"
      ),
      by(
        "core/transport/toolAnswer.test.ts",
        "a tool's answer > an error",
        "the body of a direct call > the wrappings of older gateways are read"
      )
    ),
    pinned(
      "data-as-text",
      "`Data` that comes as JSON text is not looked into, though Python and Go do.",
      "An object and its JSON text read alike.",
      by(
        "core/contract/answers.test.ts",
        "where official clients disagree > Data may be an object or JSON text"
      ),
      by("core/contract/wire.test.ts", "answers > a value and JSON text of it read alike")
    ),
    pinned(
      "soft-refusal-is-success",
      "Setting and reading labels, and asking for a link, report success when the service says no with HTTP 200, in every language.",
      "A refusal is a failure, whatever the HTTP status; an answer without what was asked for is one, too.",
      by("core/transport/controlPlane.failures.test.ts", "a refusal with HTTP status 200 > … (…) is …"),
      by(
        "core/transport/controlPlane.failures.test.ts",
        "a body that is not the protocol's > an answer that says nothing is no success, also where no data is expected"
      ),
      by(
        "core/session/labelsAndLinks.test.ts",
        "links > without a URL are a failure",
        "labels > that cannot be read are a failure"
      )
    ),
    pinned(
      "success-read-differently",
      "A missing success flag is a success in TypeScript and a failure in Python.",
      "A missing flag is decided by the data; one that cannot be read decides nothing.",
      by("core/contract/answers.test.ts", "where official clients disagree > Success may be missing"),
      by(
        "core/transport/controlPlane.failures.test.ts",
        "a body that is not the protocol's > a member of a wrong type decides nothing: the code and the status do"
      )
    ),
    pinned(
      "unreadable-tool-list",
      "A tool list that cannot be read is an empty list with success, and a transport failure is thrown where other calls return it.",
      "Both are the same typed failure.",
      by(
        "core/session/operations.test.ts",
        "the tool list > that cannot be read, or a blank image, is a failure"
      ),
      by(
        "core/contract/answers.test.ts",
        "an answer of a wrong form is a failure that keeps the request id > …: …"
      )
    ),
    pinned(
      "booleans-capitalised",
      "Python: booleans are written with a capital letter.",
      "They are written as the service documents them, and read in any capitalisation.",
      by("core/contract/wire.test.ts", "parameters > booleans are true or false, in any capitalisation")
    )
  ]
}

const failures: Section = {
  title: "Failures",
  defects: [
    pinned(
      "errors-are-sentences",
      "Failures are texts in result objects: a missing tool, a deadline, the network and the task itself cannot be told apart; a request id is lost when something is thrown.",
      "Closed, tagged errors with reason, operation, session, tool, request id, phase and cause.",
      by(
        "core/transport/directRoutes.test.ts",
        "a failure on the … route > … is …, with the id of the request"
      ),
      by(
        "core/transport/controlPlane.failures.test.ts",
        "a connection that could not be made, or broke > …: nothing was sent"
      ),
      by(
        "core/session/SessionComputer.test.ts",
        "what comes back > a refusal is a failure that names the operation and the tool"
      )
    ),
    pinned(
      "thrown-or-returned",
      "Some methods throw, their siblings return failures, and arguments are refused in either way; Go returns nothing and no request id.",
      "One channel: every operation fails with errors that its type names, and throws nothing.",
      by("core/types/Session.tst.ts", "operations of the handle fail with exactly these, and need nothing"),
      by(
        "core/session/SessionComputer.test.ts",
        "what is sent > nothing for what cannot be meant, and the argument is named"
      ),
      by("core/session/SessionAgent.test.ts", "what is sent > nothing for what cannot be")
    ),
    pinned(
      "no-cancellation-no-retry",
      "A call cannot be cancelled, has no time of its own and is never repeated; long synchronous tools die of the HTTP limit of a minute.",
      "Interrupting a fiber aborts its request; every call has one deadline, longer than the work it asks for; an explicit policy says what is repeated.",
      by(
        "core/transport/toolTransport.deadlines.test.ts",
        "the deadline of a tool call > …: interrupting the caller aborts the request",
        "the deadline of a tool call > …: … that are given win over everything",
        "the deadline of a tool call > …: a command of 10 minutes gets more than 10 minutes"
      ),
      by(
        "core/transport/retries.test.ts",
        "what is repeated > an idempotent action, after a failure that may pass, as the schedule says",
        "what is repeated > never an action that may have had its effect"
      )
    ),
    pinned(
      "work-limit-equals-http-limit",
      "Code may run as long as the HTTP request may last, so that the answer never arrives in time; a tool called by name has no time at all.",
      "The request outlasts the work; `callMcpTool` takes a time, and refuses one that is none.",
      by(
        "core/transport/toolTransport.deadlines.test.ts",
        "the deadline of a tool call > seconds and milliseconds are not mixed up",
        "the deadline of a tool call > …: a command of half an hour gets more than that"
      ),
      by(
        "core/session/operations.test.ts",
        "any tool by name > with a wrong name, arguments or time sends nothing"
      )
    )
  ]
}

const silence: Section = {
  title: "What is sent and shown",
  defects: [
    pinned(
      "key-in-url",
      "The API key stands in the URL of two actions, where logs and proxies keep it.",
      "It is in the body of every action.",
      by(
        "core/transport/controlPlane.request.test.ts",
        "the request of an action > …: the api key is in the form and never in the URL"
      )
    ),
    pinned(
      "prints-to-outputs",
      "Go and Python print arguments, progress, raw answers and presigned URLs; TypeScript and Python print what an agent says while they wait.",
      "Nothing is printed. What an agent says is a stream, and progress a function of the caller's.",
      by(
        "testing/quiet.test.ts",
        "a client > writes nothing to any output: what it has to say goes to the logger of the program"
      ),
      by("core/account/secrets.test.ts", "a whole program gives no credential away (promise 5) > …, …")
    ),
    pinned(
      "global-log-context",
      "The logger keeps the last request id for the whole process and prints it on unrelated lines; a level meant for the host program silences it.",
      "No logger of its own, no global state: request ids are attributes of the span of their call, and members of its failure.",
      by(
        "core/transport/telemetry.test.ts",
        "the span of an action > has a stable name, kind and attributes"
      ),
      by(
        "testing/quiet.test.ts",
        "a client > writes nothing to any output: what it has to say goes to the logger of the program"
      )
    ),
    pinned(
      "telemetry-without-consent",
      "Python: statistics with the user's instructions are sent to the vendor, and cannot be switched off.",
      "Nothing is sent but what the program asks for.",
      by(
        "testing/quiet.test.ts",
        "a client > sends nothing but what the program asked for: no statistics, no words of the user elsewhere"
      )
    ),
    pinned(
      "hard-dependencies",
      "Playwright is installed with the SDK; a private copy of Zod meets the one of the program in public types; types of an agent module lead to a path that consumers do not have.",
      "Nothing but Effect. Pages are handed in by the program, whatever made them, and schemas are those of Effect.",
      by(
        "core/dependencies.test.ts",
        "what is installed with a client > is nothing but Effect, of which a program has its own copy",
        "what is installed with a client > on Node is an HTTP client, a WebSocket and a reader of .env files: no browser, no schemas of another library"
      )
    ),
    pinned(
      "framework-unescaped",
      "A framework's name with a quotation mark makes the statistics of a session invalid JSON.",
      "JSON is written by an encoder.",
      by(
        "core/account/create.request.test.ts",
        "the request that creates a session > carries the parameters of both generations"
      )
    ),
    pinned(
      "link-option-spelling",
      "Python and Go: the option of a link has another name in the model than on the wire.",
      "One name, the one of the wire.",
      by("core/session/labelsAndLinks.test.ts", "links > are asked for with what is given, and redacted")
    ),
    pinned(
      "env-file-cannot-override",
      "A `.env` file that the program names does not win over one that was found.",
      "The named file is read instead; code wins over the environment, which wins over the file.",
      by(
        "node/DotEnv.test.ts",
        "where the file comes from > a given one is read instead of a discovered one, for every variable",
        "precedence > code wins over the environment, which wins over the file; presence counts, not content"
      )
    ),
    pinned(
      "endpoint-not-configurable",
      "0.19 and later can only talk to the vendor's endpoint of a region.",
      "Any host, port, path and protocol, from code or from the environment.",
      by(
        "core/config/AgentBayConfig.test.ts",
        "the endpoint > any host, port and path gives one absolute URL that ends in a slash"
      ),
      by(
        "core/transport/controlPlane.request.test.ts",
        "the request of an action > goes below the path of the endpoint"
      )
    ),
    pinned(
      "link-rule-ignores-tools",
      "0.19 and later: file operations go over the link when there is one, whether or not the session lists their tool there.",
      "One rule for every call: the link needs URL, token and a server for the tool; else the API.",
      by("core/transport/toolTransport.routes.test.ts", "which route a call takes > …: …")
    ),
    noMeaning(
      "docs-contradict-code",
      "Guides show methods, fields, units and limits that the code does not have, and hints about what replaces a method name methods that do not exist.",
      "it is about pages of others; the examples of ours are compiled by `pnpm check docs`"
    ),
    noMeaning(
      "java-generation",
      "Java: lacks actions and filters, and has parameters of its own.",
      "there is no Java here; the service's side of those parameters is understood by the local cloud"
    )
  ]
}

export const sections: ReadonlyArray<Section> = [answers, failures, silence]
