/** What belongs to features of the newest generation. */
import { by, pinned, type Section } from "./defect.js"

export const sections: ReadonlyArray<Section> = [
  {
    title: "WebSocket",
    defects: [
      pinned(
        "reconnect-dies",
        "Reconnecting ends with the first attempt that fails; a later `connect` may never settle.",
        "While anything is subscribed it tries again, with growing waits; without, when it is needed next.",
        by(
          "testing/client/liveChannel.test.ts",
          "a live channel in trouble > reconnects with growing waits while anything is subscribed, and says every state",
          "a live channel in trouble > without a subscription a lost connection is not made again before it is needed"
        )
      ),
      pinned(
        "malformed-frame-fails-all",
        "One malformed frame fails every call that waits.",
        "It fails the request it belongs to, as far as that can be told, and no other.",
        by(
          "testing/client/liveChannel.test.ts",
          "a live channel in trouble > a malformed frame fails its own invocation and no other"
        )
      ),
      pinned(
        "callback-errors-escape",
        "What a callback of the program throws escapes into the socket.",
        "There are streams in place of callbacks: whoever consumes one fails alone.",
        by(
          "testing/client/liveChannel.test.ts",
          "a live channel in trouble > a consumer that fails takes nobody along"
        )
      ),
      pinned(
        "close-leaves-waiters",
        "Python: closing leaves those who wait hanging, and calls whose time is up leave their entry behind.",
        "Closing fails everyone who waits; a call whose time is up is forgotten.",
        by(
          "testing/client/liveChannel.test.ts",
          "a live channel in trouble > closing fails everyone who waits",
          "a live channel in trouble > a call has a deadline, by default of thirty seconds, and a stream one when asked to"
        )
      ),
      pinned(
        "close-then-no-reconnect",
        "After closing the client never reconnects by itself; closing while connecting leaks the socket.",
        "Closing is for good, and says so to whoever comes later; a connection in the making is given up.",
        by(
          "testing/client/liveChannel.test.ts",
          "a live channel in trouble > a message leaves with exactly four members, and closing is for good"
        ),
        by(
          "core/session/SessionSocket.test.ts",
          "SessionSocket > closing while it connects leaves no connection, and says so to who waits"
        )
      ),
      pinned(
        "five-minute-streams",
        "Go: every stream ends after five minutes, and a slow callback holds up all others.",
        "A stream ends when its request does, or at the time that was asked for; a slow consumer fails alone.",
        by(
          "testing/client/liveChannel.test.ts",
          "a live channel in trouble > a request may be answered for hours, and is told when nobody listens any more",
          "a live channel in trouble > a consumer that is too slow fails by itself, after what fitted; others receive everything"
        )
      ),
      pinned(
        "cancellation-not-told",
        "The service is not told that nobody waits any more; late frames are taken for pushes.",
        "The service is told where it knows a message for it; late frames are dropped.",
        by(
          "testing/client/liveChannel.test.ts",
          "a live channel in trouble > a request may be answered for hours, and is told when nobody listens any more",
          "a live channel in trouble > aliases and text data are read; late frames of what was given up are no pushes"
        )
      ),
      pinned(
        "dead-peer-unnoticed",
        "TypeScript and Go: a dead peer is never noticed.",
        "A missing pong is a loss within 40 seconds.",
        by(
          "testing/client/liveChannel.test.ts",
          "a live channel in trouble > notices a dead peer by its missing pong, and fails what is in flight"
        )
      ),
      pinned(
        "stale-token-on-reconnect",
        "Token and URL are not renewed before reconnecting, or after a pause.",
        "A refused token is read anew, with the URL, once per connection.",
        by(
          "testing/client/liveChannel.test.ts",
          "a live channel in trouble > a refused token is refreshed once; one that stays refused is an error that names the status, not the token"
        )
      ),
      pinned(
        "wait-end-without-time",
        "Waiting for the end of a stream has no time limit.",
        "A call has a time limit, streamed code one after its own, and any stream when asked to.",
        by(
          "testing/client/liveChannel.test.ts",
          "a live channel in trouble > a call has a deadline, by default of thirty seconds, and a stream one when asked to"
        )
      ),
      pinned(
        "watch-push-degrades",
        "Pushed changes of files come twice or not at all, need the exact path, are not subscribed to again, and every failure silently becomes polling.",
        "One stream: subscribed to on each connection anew, then a look catches up; what comes both ways is told once; any spelling of the path fits. It polls only while the channel is lost, or where there is none or no pushes, and says so.",
        by(
          "core/session/watching.test.ts",
          "pushes and reports become one > what comes both ways is told once, whichever comes first",
          "watching over a live channel > takes what is pushed for this place, in whatever spelling, and nothing else",
          "watching over a live channel > subscribes again on each connection, and looks",
          "watching over a live channel > a server that says it does not push is polled from then on, and that is said",
          "watching over a live channel > with `push` that is a failure, and so is a session without a live channel"
        ),
        by(
          "testing/client/watching.test.ts",
          "watching files in virtual time > random edits while connections are cut at random: all are told, each once",
          "watching files in virtual time > a server that is silent is asked again, and told that nobody listens",
          "watching files in virtual time > a channel that is refused is a failure, not silence"
        ),
        by(
          "testing/client/watchContract.ts",
          "watching files … > whoever stops watching unsubscribes, once nobody else watches the same",
          "watching files … > random edits while connections are cut at random: all are told, each once"
        )
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
      pinned(
        "mime-data-misplaced",
        "Rich results are read from other members by language.",
        "Values are found in their bundle or beside it, whatever the language.",
        by(
          "core/session/channelOrder.test.ts",
          "a value of code > is found in its bundle or beside it, in every language"
        )
      ),
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
      pinned(
        "kill-leaves-wait",
        "Ending a terminal by its id leaves `wait` hanging, as does a lost connection; nothing attaches again.",
        "`wait` ends when the terminal is killed from anywhere, with a typed error when the connection is lost; `attach` leads back.",
        by(
          "testing/client/ptyContract.ts",
          "terminals … > what it shows is seen by everyone attached; a scope that closes kills it, or keeps it",
          "terminals … > a lost connection is an error, the terminal goes on, and attaching leads back to it"
        )
      ),
      pinned(
        "early-output-lost",
        "Output before the answer to the creation is lost; lists have no sizes; failures of input and resizing are invisible; state is polled.",
        "Listening begins before the request leaves; nothing is polled; what is typed into a terminal that has ended fails.",
        by(
          "core/session/channelOrder.test.ts",
          "a terminal > has what it showed before the answer to its creation, even its end"
        ),
        by(
          "testing/client/ptyContract.ts",
          "terminals … > a shell echoes what is typed, keeps its directory, and ends with a status"
        )
      ),
      pinned(
        "closed-client-cached",
        "The module keeps a socket that may have been closed.",
        "The next request opens a new connection.",
        by(
          "testing/client/ptyContract.ts",
          "terminals … > a lost connection is an error, the terminal goes on, and attaching leads back to it"
        )
      )
    ]
  },
  {
    title: "Life of a session",
    defects: [
      pinned(
        "timeout-in-two-units",
        "One field for the end of an idle session has two units, and plain objects skip its check.",
        "Durations; the unit is chosen when they are sent, none is rounded, and what it cannot say is refused.",
        by(
          "core/account/lifetime.test.ts",
          "when a session ends by itself > seconds without a maximum, minutes with one",
          "when a session ends by itself > no time is rounded, and none changes its unit",
          "when a session ends by itself > what cannot be sent as it is, is refused"
        )
      ),
      pinned(
        "mounts-lost",
        "Mounted contexts are lost when parameters are given as an instance of their class.",
        "Parameters are plain values, which one schema checks and one place sends.",
        by("core/account/lifetime.test.ts", "mounts at creation > travel beside contexts, as what they are"),
        by(
          "testing/client/bindingContract.ts",
          "bindings …, … route > what one session writes into a mounted context, the others have"
        )
      ),
      pinned(
        "contexts-without-rows-stall",
        "A context that never gets a row among the transfers holds up the creation for three minutes.",
        'After ten seconds it is taken for one that has nothing to transfer, and the session names it; with `contextsWithoutTransfer: "fail"` it is a typed failure.',
        by(
          "core/account/create.contexts.test.ts",
          "a context for which the service lists no transfer > is taken after ten seconds for one that has nothing to transfer, and named",
          "a context for which the service lists no transfer > does not end the wait for the others",
          "what goes wrong with contexts is a failure, and the session is deleted > NotStarted names what never appeared"
        )
      ),
      pinned(
        "no-unbind",
        "Contexts cannot be unbound; binding does not wait until they are there, and hides that it failed.",
        "The service has no unbinding. Binding waits until all are listed, mounts included, and their files have come; what does not is a typed failure.",
        by(
          "core/session/SessionContext.bind.test.ts",
          "binding contexts to a session that runs > waits until they are listed and their files have come",
          "binding contexts to a session that runs > two paths of one context are two",
          "binding contexts to a session that runs > what is never listed, and what never ends, are failures",
          "binding contexts to a session that runs > mounts are waited for until they are listed"
        )
      ),
      pinned(
        "undecodable-environment",
        "An answer about the environment that cannot be decoded is a success.",
        "It is a failure.",
        by(
          "core/session/SessionEnv.test.ts",
          "environment > an answer that cannot be read is a failure, not an empty environment"
        )
      )
    ]
  },
  {
    title: "Git",
    defects: [
      pinned(
        "conflicts-on-stdout",
        "Conflicts are looked for on the wrong output.",
        "Both outputs are read, and `status` names the files.",
        by(
          "core/session/SessionGit.test.ts",
          "a repository > collisions: told by pull and by status, in whatever way both sides did it"
        )
      ),
      pinned(
        "git-errors-misclassified",
        "Words in the middle of a message decide: a missing branch or host becomes a missing git.",
        "Whole messages of git decide, wherever names and URLs end.",
        by(
          "core/session/SessionGit.test.ts",
          "failures are told apart > by what git says",
          "failures are told apart > words in names are not git's words"
        )
      ),
      pinned(
        "quoted-paths",
        "Quoted paths, names with arrows and some conflicts are misread; Go cuts branch names at a dot.",
        "Paths are read as git stores them, between zero bytes; every state of a conflict is one; names of branches are whole.",
        by(
          "core/session/SessionGit.test.ts",
          "a repository > names survive: spaces, arrows, quotes, tabs, line breaks, other alphabets",
          "a repository > branch names with dots and slashes; a detached head",
          "reading status > any path, any state"
        )
      ),
      pinned(
        "commit-hash-not-found",
        "The hash of a commit is not found on a detached head or unusual branches, and is short or long by chance.",
        "The full hash, asked of git after the commit.",
        by(
          "core/session/SessionGit.test.ts",
          "a repository > branch names with dots and slashes; a detached head"
        )
      ),
      pinned(
        "control-bytes-as-separators",
        "Separators are control bytes, which the shell tool may drop.",
        "What git prints travels as Base64, so the shell tool never sees a zero byte.",
        by(
          "core/session/SessionGit.test.ts",
          "a repository > names survive: spaces, arrows, quotes, tabs, line breaks, other alphabets",
          "failures are told apart > git that is killed, and answers that are none"
        )
      ),
      pinned(
        "option-injection",
        "Values of the user can become options of git; Go remembers for ever that git was missing.",
        "Values that begin with a hyphen are refused, or stand behind `--`; git is asked every time.",
        by(
          "core/session/SessionGit.test.ts",
          "nothing is read as an option > by git itself",
          "nothing is read as an option > and names that would be are refused",
          "failures are told apart > a session without git, of each generation; and it is asked again every time"
        )
      ),
      pinned(
        "global-configuration",
        "Settings are global unless told otherwise.",
        "They are those of the repository.",
        by("core/session/SessionGit.test.ts", "a repository > remotes and settings")
      )
    ]
  }
]
