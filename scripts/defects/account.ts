/** Creating, finding and ending sessions. */
import { by, pinned, type Section } from "./defect.js"

const creating: Section = {
  title: "Creating a session",
  defects: [
    pinned(
      "replay-cannot-be-disabled",
      "`enableBrowserReplay: false` is turned back into true.",
      "Three answers: `true` and `false` are sent as given, and nothing where nothing was said.",
      by(
        "core/account/create.request.test.ts",
        "the request that creates a session > enableBrowserReplay … sends EnableRecord …"
      ),
      by("core/session/SessionBrowser.test.ts", "starting > records as the session was created: …")
    ),
    pinned(
      "found-session-stops-recording",
      "The browser of a session that was found by its id is started without recording.",
      "Recording is left to the service where nobody said anything.",
      by(
        "core/session/SessionBrowser.test.ts",
        "starting > of a session that was found by its id leaves recording to the service"
      )
    ),
    pinned(
      "mapping-policy-dropped",
      "The constructors of sync policies drop the mapping of paths.",
      "It is kept, at creation and when a policy is completed with defaults.",
      by(
        "core/account/create.request.test.ts",
        "the request that creates a session > keeps the mapping of a policy"
      ),
      by(
        "core/storage/policies.test.ts",
        "a sync policy > completed keeps what it was given, the mapping too"
      )
    ),
    pinned(
      "setup-failures-hidden",
      "Contexts that fail or never arrive, settings of a device and its simulation are only logged: the session is returned as if everything were there.",
      "Each is a typed failure, and the session is deleted. Who wants the session in any case does not wait.",
      by(
        "core/account/create.contexts.test.ts",
        "what goes wrong with contexts is a failure, and the session is deleted > Failed names the transfer and what the service says",
        "what goes wrong with contexts is a failure, and the session is deleted > Timeout names what was still running",
        "what goes wrong with contexts is a failure, and the session is deleted > NotStarted names what never appeared"
      ),
      by(
        "core/account/mobile.test.ts",
        "creating an Android session > a setting that cannot be applied is a failure that says why",
        "creating an Android session > a simulation that fails is a failure, too, and leaves no session"
      )
    ),
    pinned(
      "wait-by-context-only",
      "Waiting at creation knows contexts but not paths: one context at two paths counts as done when the first is. The caller learns neither of failures nor of the deadline.",
      "Each mount is waited for by context and path.",
      by(
        "core/account/create.contexts.test.ts",
        "creating a session waits for its contexts > one context at two paths is two transfers"
      )
    ),
    pinned(
      "parameters-mutated",
      "The caller's parameters are changed, so that a second session gets the mounts of the first.",
      "They are only read.",
      by(
        "core/account/create.request.test.ts",
        "the request that creates a session > does not touch the caller's parameters, which can be used again"
      )
    ),
    pinned(
      "parameters-ignored",
      "`isVpc`, the policy under its other name, and unknown parameters are accepted and ignored.",
      "A parameter is honoured or refused by name, before anything is sent.",
      by(
        "core/account/create.request.test.ts",
        "the request that creates a session > carries the parameters of both generations",
        "parameters that are refused before anything is sent > … names …"
      )
    ),
    pinned(
      "plain-objects-skip-validation",
      "Plain objects as parameters or options skip the checks of the classes; fields that the classes do not know are lost.",
      "There is one form, an object, and it is always checked.",
      by(
        "core/account/create.request.test.ts",
        "parameters that are refused before anything is sent > … names …"
      ),
      by("core/session/SessionBrowser.test.ts", "starting > refuses … before anything is sent")
    ),
    pinned(
      "skills-not-sent",
      "Skills that a session shall load are never sent.",
      "They are sent by name; names that would be ignored are refused.",
      by(
        "core/account/skills.test.ts",
        "creating a session with skills > sends the names it was given",
        "creating a session with skills > names that would be ignored are refused"
      )
    ),
    pinned(
      "own-contexts-leak",
      "0.10: every session makes contexts for recording and transfer that nobody deletes.",
      "None is made.",
      by(
        "core/account/create.request.test.ts",
        "the request that creates a session > makes no contexts of its own that nobody deletes"
      )
    ),
    pinned(
      "labels-crash",
      "Labels that are no texts make the check itself throw.",
      "A typed refusal that names the label, at creation and later.",
      by("core/session/labelsAndLinks.test.ts", "labels > are refused before anything is sent: … #…"),
      by(
        "core/account/create.request.test.ts",
        "parameters that are refused before anything is sent > … names …"
      )
    )
  ]
}

const living: Section = {
  title: "Finding, pausing and ending sessions",
  defects: [
    pinned(
      "found-session-incomplete",
      "What a session that was found by its id has depends on the language: token or tools or both, never the link.",
      "All that the service tells, and the route that follows from it.",
      by(
        "core/account/find.test.ts",
        "getting a session > is one request and restores all that the service says",
        "getting a session > without a link its tools are called over the API, with one over the link"
      )
    ),
    pinned(
      "pause-fails-at-first-look",
      "Pausing and resuming fail when the first look still shows the old state.",
      "The old state is borne for half a minute.",
      by(
        "core/session/state.test.ts",
        "Session.… > bears the old state for a while",
        "Session.… > but not for ever: half a minute later it is a Conflict"
      )
    ),
    pinned(
      "id-of-last-look",
      "Pausing, resuming and clearing return the request id of the last look.",
      "They return the id of the request that began it.",
      by(
        "core/session/state.test.ts",
        "Session.… > waits for the state, and returns the id of the request that started it"
      ),
      by(
        "core/storage/clearing.test.ts",
        "clearing a context > gives up after a minute with the id of the request that started it"
      )
    ),
    pinned(
      "end-of-deletion-unknown",
      "Go alone knows every state in which a session has ended.",
      "Each of them, and not being found any more, is the end.",
      by(
        "core/account/delete.test.ts",
        "deleting a session > ends it with the current action and asks until it has ended",
        "deleting a session > a session that cannot be found any more has ended"
      )
    ),
    pinned(
      "status-filter-dropped",
      "Go: pages before the one asked for are fetched without the filter by state.",
      "Every page carries every filter.",
      by("core/account/list.test.ts", "a page of sessions > n costs n requests, each with the filter")
    ),
    pinned(
      "port-zero",
      "Of two methods for the same link one accepts port 0; later versions check no port at all.",
      "One operation; ports are 1 to 65535.",
      by("core/session/labelsAndLinks.test.ts", "links > with an impossible port or protocol send nothing")
    )
  ]
}

export const sections: ReadonlyArray<Section> = [creating, living]
