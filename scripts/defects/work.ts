/** Commands, code, agents and object storage. */
import { by, pinned, type Section } from "./defect.js"

const commands: Section = {
  title: "Commands and code",
  defects: [
    pinned(
      "one-second-commands",
      "A command has one second in TypeScript and Go, fifty in Python, and guides say otherwise; longer times are silently reduced.",
      "Fifty seconds unless told otherwise, and any time as given.",
      by(
        "core/session/SessionCommand.test.ts",
        "what is sent > the command, 50 seconds, and nothing else",
        "what is sent > any positive time as given, in whole milliseconds"
      )
    ),
    pinned(
      "exit-code-lost",
      "A command that ends with another code than 0 is a success without a message, or a text without a code.",
      "Output and exit code are data, in every form in which the service tells them; `orFail` makes a failure of them.",
      by("core/contract/tools.test.ts", "texts of the shell > an error keeps its exit code in every form"),
      by(
        "core/session/SessionCommand.test.ts",
        "what comes back > the service's object, whatever the exit code",
        "orFail > fails with what the command said"
      )
    ),
    pinned(
      "json-output-lost",
      "Output that happens to be JSON is taken for the wrapper of the service and lost.",
      "Only an object with the members of the wrapper is one; everything else is output.",
      by(
        "core/contract/tools.test.ts",
        "texts of the shell > any other text is the output of a command that succeeded"
      ),
      by("core/session/SessionCommand.test.ts", "what comes back > a JSON object that the command printed"),
      by("core/session/SessionCode.test.ts", "what comes back > output that is no wrapper: …")
    ),
    pinned(
      "tracebacks-lost",
      "Code that fails without a named error has an empty message; tracebacks are never handed out, and the name is always the same. Python reads no structured errors at all.",
      "Name, message and traceback, from wherever the service puts them.",
      by(
        "core/session/SessionCode.test.ts",
        "exceptions are data > named in executionError",
        "exceptions are data > derived from stderr when executionError is empty",
        "exceptions are data > of the first generation"
      )
    )
  ]
}

const agents: Section = {
  title: "Agents",
  defects: [
    pinned(
      "terminate-hides-error",
      "Terminating parses the empty data of a failed call and hides what went wrong.",
      "What the tool says is kept, also when it is no JSON.",
      by(
        "core/session/SessionAgent.waiting.test.ts",
        "terminating > keeps what the tool says, also when it is no JSON"
      )
    ),
    pinned(
      "task-without-id",
      "Python: a task that has no id in the answer has been started successfully. An answer with nothing but an error is a success.",
      "`NotStarted`, with what the service said.",
      by(
        "core/session/SessionAgent.test.ts",
        "what starting says > an answer without an id is no task that has begun",
        "what starting says > an answer that is only an error is no success of the mobile agent"
      )
    ),
    pinned(
      "output-not-decoded",
      "Structured output is asked for, and comes back as a text that nobody looks at.",
      "It is decoded with the Schema that asked for it; what does not fit is a failure that has the text.",
      by(
        "core/session/SessionAgent.test.ts",
        "structured output > is the value, from text or from JSON",
        "structured output > that does not fit is a failure which has the text"
      )
    ),
    pinned(
      "missing-status-polls",
      "A missing status becomes a misspelt one that is no end: the wait goes on until its time is up.",
      "An unknown or missing status is `unknown`, with its text, and the wait has an end in any case.",
      by(
        "core/session/SessionAgent.waiting.test.ts",
        "waiting > a status that is missing or unknown is no end, and no wait without one"
      ),
      by("core/session/SessionAgent.test.ts", "how a task stands > every word for a status")
    ),
    pinned(
      "agent-error-dropped",
      "What computer and browser agents say and what went wrong with them is dropped; a failed task is a general sentence.",
      "Product, error and everything said, of every agent.",
      by("core/session/SessionAgent.test.ts", "how a task stands > product, error and stream of every agent"),
      by(
        "core/session/SessionAgent.waiting.test.ts",
        "waiting > ends with what the agent says is wrong, whichever agent it is"
      )
    ),
    pinned(
      "status-query-hidden",
      "Python: a question about the state that fails is a general message.",
      "It is the failure of the wait, as it came.",
      by("core/session/SessionAgent.waiting.test.ts", "waiting > a look that fails is not lost"),
      by(
        "core/session/SessionAgent.test.ts",
        "how a task stands > an answer that is no JSON object is a failure"
      )
    ),
    pinned(
      "agent-wait-bounds",
      "A time below three seconds never looks at all; confirming a termination takes up to half a minute more than allowed, and the browser agent does not confirm it.",
      "It looks at least once, does not wait longer than told, and says whether the task is known to have stopped.",
      by(
        "core/session/SessionAgent.waiting.test.ts",
        "waiting > looks even when the time is shorter than the interval",
        "terminating > waits until the task has gone",
        "terminating > does not wait longer than told",
        "run > says when the end could not be confirmed, within a bounded time"
      )
    ),
    pinned(
      "timeout-status-differs",
      "Time that is up is `timeout` or `failed`, by agent and language; in some the task goes on, and nobody stops asking.",
      "Always the reason `Timeout`; `run` terminates the task, `wait` leaves it alone.",
      by(
        "core/session/SessionAgent.waiting.test.ts",
        "run > terminates a task whose time is up, of every agent, and says so",
        "waiting > leaves the task alone when the time is up, and says what it did last"
      )
    ),
    pinned(
      "progress-by-printing",
      "Progress is printed, for the mobile agent only; who loses the id of a task has lost the task.",
      "A stream of what happens, a task that can be found again by its id, and none that is lost to an interruption.",
      by(
        "core/session/SessionAgent.waiting.test.ts",
        "progress > tells each thing once and ends with the result",
        "run > does not lose a task that is being started when it is interrupted",
        "waiting > an end that was seen stays known when the service has forgotten it"
      )
    ),
    pinned(
      "agent-names-confused",
      "`agent.browser` and `browser.agent` are two things.",
      "The second is `browser.operator`.",
      by("testing/client/browserContract.ts", "…, browser, … route > acts in words and on what it observed"),
      by(
        "testing/client/agentContract.ts",
        "agents … > start the browser, and produce values that fit a Schema"
      )
    ),
    pinned(
      "agent-defaults-differ",
      "Vision is on, off or has to be given, and arguments have another order, by language.",
      "Options by name, with the defaults of TypeScript, whatever the agent.",
      by(
        "core/session/SessionAgent.test.ts",
        "what is sent > tasks in the form of each agent",
        "what is sent > the Schema of the output as the text of a JSON Schema document"
      )
    )
  ]
}

const storage: Section = {
  title: "Object storage",
  defects: [
    pinned(
      "oss-failure-text-is-success",
      "The text of a failure counts as success except when credentials are set; Go ignores failures altogether.",
      "Flag and text are both read, and what cannot be understood is no success.",
      by(
        "core/session/SessionOss.test.ts",
        "what counts as success > no failure that is told as a plain text",
        "what counts as success > nothing that is marked as an error",
        "what counts as success > any text about credentials that does not tell of a failure"
      )
    )
  ]
}

export const sections: ReadonlyArray<Section> = [commands, agents, storage]
