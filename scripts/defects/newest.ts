/** What belongs to features of the newest generation that ours does not have yet. */
import { by, notYet, pinned, type Section } from "./defect.js"

const webSocket = "WebSocket of a session"
const streaming = "streamed code and agents over the WebSocket"
const pty = "terminals"
const git = "git"
const lifecycle = "life of a session and its contexts"

export const sections: ReadonlyArray<Section> = [
  {
    title: "WebSocket",
    defects: [
      notYet(
        "reconnect-dies",
        "Reconnecting ends with the first attempt that fails; a later `connect` may never settle.",
        webSocket
      ),
      notYet("malformed-frame-fails-all", "One malformed frame fails every call that waits.", webSocket),
      notYet(
        "callback-errors-escape",
        "What a callback of the program throws escapes into the socket.",
        webSocket
      ),
      notYet(
        "close-leaves-waiters",
        "Python: closing leaves those who wait hanging, and calls whose time is up leave their entry behind.",
        webSocket
      ),
      notYet(
        "close-then-no-reconnect",
        "After closing the client never reconnects by itself; closing while connecting leaks the socket.",
        webSocket
      ),
      notYet(
        "five-minute-streams",
        "Go: every stream ends after five minutes, and a slow callback holds up all others.",
        webSocket
      ),
      notYet(
        "cancellation-not-told",
        "The service is not told that nobody waits any more; late frames are taken for pushes.",
        webSocket
      ),
      notYet("dead-peer-unnoticed", "TypeScript and Go: a dead peer is never noticed.", webSocket),
      notYet(
        "stale-token-on-reconnect",
        "Token and URL are not renewed before reconnecting, or after a pause.",
        webSocket
      ),
      notYet("wait-end-without-time", "Waiting for the end of a stream has no time limit.", webSocket),
      notYet(
        "watch-push-degrades",
        "Pushed changes of files come twice or not at all, need the exact path, are not subscribed to again, and every failure silently becomes polling.",
        webSocket
      ),
      pinned(
        "unregister-closes-socket",
        "Removing the browser's callback closes the socket that everything shares, or does not remove it; a registration that fails is only false.",
        "Notifications are a stream: ending it ends that listener only. Where they cannot be heard the stream fails, and says why.",
        by(
          "core/session/BrowserNotification.test.ts",
          "notifications > reach everybody who listens; who stops listening closes nothing",
          "what the browser is told > needs a live channel, and says what is missing"
        )
      )
    ]
  },
  {
    title: "Streams of code and agents",
    defects: [
      notYet("mime-data-misplaced", "Rich results are read from other members by language.", streaming),
      pinned(
        "stream-error-unreachable",
        "An error that is a text cannot be reached; callbacks get another shape by language.",
        "An error that is a text ends the stream with its words; one that is an object is an event of one shape.",
        by(
          "core/session/AgentStream.test.ts",
          "honest failures of a task that is followed > an error of the server is none of time: it says what the server said",
          "honest failures of a task that is followed > an error on the way is an event, and fails the task even when the agent says that it finished"
        )
      ),
      pinned(
        "streaming-needs-socket",
        "Asking for a stream where there is no WebSocket fails, instead of falling back.",
        "It fails with what is missing, or takes the other form when told to, in the same events.",
        by(
          "core/session/AgentStream.test.ts",
          "without a live channel > says what is missing, or asks for the task in the same form when told to"
        )
      ),
      pinned(
        "error-event-lost",
        "An error event never reaches the result of an agent, or only in some languages.",
        "It is an event of the stream, and fails the task unless told otherwise, with what the agent has produced.",
        by(
          "core/session/AgentStream.test.ts",
          "honest failures of a task that is followed > an error on the way is an event, and fails the task even when the agent says that it finished"
        )
      ),
      pinned(
        "stream-failure-is-timeout",
        "Every failed stream is called a timeout, and a real timeout a failure; the id of the task is empty.",
        "A failure is called what it is. A task that outruns its time is terminated, and the failure says whether that was confirmed.",
        by(
          "core/session/AgentStream.test.ts",
          "honest failures of a task that is followed > an error of the server is none of time: it says what the server said",
          "honest failures of a task that is followed > a lost connection says so, and the task is terminated by its tool",
          "honest failures of a task that is followed > a task that outruns its time is terminated, and the failure says whether that was confirmed",
          "a task that is followed > tells everything that the agent thinks, says and does, in order, and the result"
        )
      )
    ]
  },
  {
    title: "Terminals",
    defects: [
      notYet(
        "kill-leaves-wait",
        "Ending a terminal by its id leaves `wait` hanging, as does a lost connection; nothing attaches again.",
        pty
      ),
      notYet(
        "early-output-lost",
        "Output before the answer to the creation is lost; lists have no sizes; failures of input and resizing are invisible; state is polled.",
        pty
      ),
      notYet("closed-client-cached", "The module keeps a socket that may have been closed.", pty)
    ]
  },
  {
    title: "Life of a session",
    defects: [
      notYet(
        "timeout-in-two-units",
        "One field for the end of an idle session has two units, and plain objects skip its check.",
        lifecycle
      ),
      notYet(
        "mounts-lost",
        "Mounted contexts are lost when parameters are given as an instance of their class.",
        lifecycle
      ),
      notYet(
        "contexts-without-rows-stall",
        "A context that never gets a row among the transfers holds up the creation for three minutes.",
        lifecycle
      ),
      notYet(
        "no-unbind",
        "Contexts cannot be unbound; binding does not wait until they are there, and hides that it failed.",
        lifecycle
      ),
      notYet(
        "undecodable-environment",
        "An answer about the environment that cannot be decoded is a success.",
        "environment of a session"
      )
    ]
  },
  {
    title: "Git",
    defects: [
      notYet("conflicts-on-stdout", "Conflicts are looked for on the wrong output.", git),
      notYet(
        "git-errors-misclassified",
        "Words in the middle of a message decide: a missing branch or host becomes a missing git.",
        git
      ),
      notYet(
        "quoted-paths",
        "Quoted paths, names with arrows and some conflicts are misread; Go cuts branch names at a dot.",
        git
      ),
      notYet(
        "commit-hash-not-found",
        "The hash of a commit is not found on a detached head or unusual branches, and is short or long by chance.",
        git
      ),
      notYet(
        "control-bytes-as-separators",
        "Separators are control bytes, which the shell tool may drop.",
        git
      ),
      notYet(
        "option-injection",
        "Values of the user can become options of git; Go remembers for ever that git was missing.",
        git
      ),
      notYet("global-configuration", "Settings are global unless told otherwise.", git)
    ]
  }
]
