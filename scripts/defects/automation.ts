/** Desktops and Android devices. */
import { by, pinned, type Section } from "./defect.js"

const desktop: Section = {
  title: "Desktop",
  defects: [
    pinned(
      "empty-screenshot-url",
      "0.10: `computer.screenshot()` is always an empty URL with success; later it is one on phones.",
      "An answer that is no URL is a failure.",
      by(
        "core/session/screenshots.test.ts",
        "a session without a link > an answer that is no URL is never a success"
      ),
      by("core/session/SessionMobile.test.ts", "pictures > an empty link is a failure, not a picture"),
      by(
        "core/session/SessionUi.test.ts",
        "pictures > screenshot and screenshotUrl: an answer that is no URL is never a success"
      )
    ),
    pinned(
      "screenshot-is-a-url",
      "A screenshot is a URL that expires, and nothing fetches it.",
      "Bytes with their media type, whichever way the session has; the URL, redacted, for those who want it.",
      by(
        "core/session/screenshots.test.ts",
        "a session without a link > answers with a URL, from which the picture is fetched without any credential of ours",
        "a session with a link > sends the picture itself, in the format asked for",
        "a session without a link > gives the URL alone as a secret"
      )
    ),
    pinned(
      "picture-failure-loses-id",
      "A picture that cannot be decoded loses its request id; Python throws where everything else returns.",
      "One typed failure with the request id.",
      by(
        "core/session/screenshots.test.ts",
        "a session with a link > whatever is wrong with a picture is one failure, which keeps the request id"
      )
    ),
    pinned(
      "window-title-missing",
      "Windows have no title in some releases and an undefined one in others, because its key was renamed; so have windows inside others.",
      "Every window has a title, whichever key it comes with.",
      by(
        "core/session/SessionComputer.test.ts",
        "what comes back > every window has a title, in lists and inside others, whichever name it has"
      ),
      by(
        "core/session/SessionWindow.test.ts",
        "lists of windows > …: the windows of every generation, with those inside them"
      )
    ),
    pinned(
      "active-window-is-a-list",
      "The active window is typed as a list, returns one window, and nothing or an empty list otherwise.",
      "An `Option` of a window; a real failure is one.",
      by(
        "core/session/SessionComputer.test.ts",
        "what comes back > the active window is one window, or none"
      ),
      by(
        "core/session/SessionWindow.test.ts",
        "one window > getActiveWindow: has a time of its own, takes an object or a list of one, and knows none"
      )
    ),
    pinned(
      "missing-numbers-become-zero",
      "Missing coordinates become 0, and a missing or zero display factor becomes 1, with success; malformed values are not noticed.",
      "Missing or malformed coordinates are a failure; a display factor that the service does not tell is none.",
      by(
        "core/session/SessionComputer.test.ts",
        "what comes back > a missing, null or malformed number is a failure, never 0 or 1 with success",
        "what comes back > cursor and screen"
      )
    ),
    pinned(
      "cursor-is-a-text",
      "Python: the position of the cursor is the text of the tool, though documented as a mapping.",
      "Two numbers.",
      by("core/session/SessionComputer.test.ts", "what comes back > cursor and screen")
    ),
    pinned(
      "release-not-normalised",
      "Names of keys are normalised for pressing and not for releasing, so that a key stays down; in Go never.",
      "One table for both, and `withKeysHeld`, which releases whatever happens.",
      by(
        "core/session/SessionComputer.test.ts",
        "what is sent > keyboard: what is pressed is released under the same names"
      ),
      by(
        "core/session/KeyName.test.ts",
        "names of keys > are written alike for pressing and releasing, and for no other tool"
      ),
      by(
        "core/session/heldKeys.test.ts",
        "keys held while something runs > are released when it is interrupted"
      )
    ),
    pinned(
      "no-key-constants",
      "There are no constants for keys; Python's guides use removed ones.",
      "`KeyName` and `KeyCode`, typed, by every spelling.",
      by("core/session/KeyName.test.ts", "names of keys > cover the tables of the service"),
      by(
        "core/session/KeyCode.test.ts",
        "key codes > are 289, each once",
        "key codes > are found by every spelling of their names"
      )
    )
  ]
}

const mobile: Section = {
  title: "Android",
  defects: [
    pinned(
      "apps-in-two-shapes",
      "Installed applications have other members on phones than on desktops, and other ones than their type says.",
      "One shape.",
      by("core/session/SessionMobile.test.ts", "applications > are typed the same as on a desktop"),
      by(
        "core/session/SessionApplication.test.ts",
        "installed applications > getInstalledApps: have the shape they have on session.computer and session.mobile"
      )
    ),
    pinned(
      "format-refused-late",
      "An unsupported format of the user interface is refused after the tool has run; bounds in brackets cannot be read.",
      "It is refused before anything is sent; bounds are rectangles, in whatever form they come.",
      by(
        "core/session/SessionMobile.test.ts",
        "the user interface > an unknown format is refused before the tool runs"
      ),
      by(
        "core/session/uiElements.test.ts",
        "bounds > are read in every form in which the service writes them"
      )
    ),
    pinned(
      "ui-timeouts-differ",
      "The same tools look for two, three or five seconds, by method and language; installed applications are looked for in other places by module.",
      "One time for both tools of a module, which the caller can change; the places are documented and can be chosen.",
      by(
        "core/session/SessionMobile.test.ts",
        "the user interface > one time to look for elements, whichever are asked for"
      ),
      by(
        "core/session/SessionUi.test.ts",
        "elements > …: looks for two seconds, or as long as it is told, and asks for no format"
      ),
      by(
        "core/session/SessionApplication.test.ts",
        "installed applications > getInstalledApps: those on the desktop, without those of the system, unless told otherwise"
      )
    ),
    pinned(
      "adb-url-is-a-command",
      "What is called the URL for adb is the text of a shell command.",
      "Host, port and command.",
      by("core/session/adb.test.ts", "the address for adb > is a host, a port and a command, not a URL")
    ),
    pinned(
      "setting-failure-ignored",
      "Go ignores a command of a setting that failed, and Python's methods return nothing.",
      "The failure of any step is a failure.",
      by(
        "core/session/SessionMobile.test.ts",
        "configuration > a setting that cannot be applied is a failure, and ends the rest",
        "configuration > no step of a setting fails unheard"
      )
    ),
    pinned(
      "names-become-commands",
      "Names of packages and paths are pasted into shell text without quotes: one can end a here-document and become a command, and `$&` in a name corrupts it.",
      "They are checked, and quoted all the same.",
      by(
        "core/account/mobile.test.ts",
        "the commands of a mobile configuration > let nothing in that a shell would interpret",
        "the commands of a mobile configuration > quote names, so that none can become a command, not even one that ends a here-document"
      ),
      by(
        "core/session/SessionMobile.test.ts",
        "applications > only a package can be stopped, not a command",
        "configuration > bad input is refused, naming the field"
      )
    ),
    pinned(
      "unset-settings-applied",
      "A resolution lock that was not mentioned is taken off; Go restarts the user interface every time.",
      "What is not set is not touched.",
      by(
        "core/account/mobile.test.ts",
        "the commands of a mobile configuration > touch nothing that is not set"
      ),
      by("core/session/SessionMobile.test.ts", "configuration > what is not set is not touched")
    ),
    pinned(
      "simulation-has-one-second",
      "The command that simulates a device has one second, which it probably exceeds.",
      "Ten seconds, for every command of the configuration; more when told.",
      by(
        "core/account/mobile.test.ts",
        "creating an Android session > runs the settings, waits for the contexts, then simulates, each with ten seconds"
      ),
      by(
        "core/session/SessionMobile.test.ts",
        "configuration > one time for every command, unless told otherwise"
      )
    ),
    pinned(
      "simulation-mode-ignored",
      "Python: every mode but the first is silently applied as the first.",
      "Each mode has its option, at creation and later.",
      by(
        "core/account/mobile.test.ts",
        "the commands of a mobile configuration > simulate a device only when everything for it is given"
      ),
      by(
        "core/session/SessionMobile.test.ts",
        "configuration > simulation: the mode becomes the right option"
      )
    ),
    pinned(
      "extra-configs-spelling",
      "Settings at creation are sent in three spellings and never checked; Python leaves out the simulation.",
      "One spelling, with everything, checked before a session exists.",
      by(
        "core/account/create.request.test.ts",
        "the request that creates a session > lists mounts in the order of the official clients, each policy as JSON text"
      ),
      by(
        "core/account/mobile.test.ts",
        "creating an Android session > a simulation without a description is refused before a session exists"
      )
    ),
    pinned(
      "simulation-path-differs",
      "A description stored by one language is not found by another, because of a slash too many.",
      "It is found wherever any of them puts it, and stored without the blank segment.",
      by("core/storage/mobileSimulation.test.ts", "finding a description > written …"),
      by(
        "core/account/mobile.test.ts",
        "the commands of a mobile configuration > simulate a device only when everything for it is given"
      )
    ),
    pinned(
      "interface-restart-races",
      "The user interface is killed for a setting, and the next call meets a screen without it; the first failure ends the rest without a word of what was applied.",
      "The setting returns when the user interface is there again; a failure ends the rest, and the documentation says that what came before stays.",
      by(
        "core/session/SessionMobile.test.ts",
        "configuration > a user interface that was stopped is waited for",
        "configuration > a setting that cannot be applied is a failure, and ends the rest"
      )
    )
  ]
}

export const sections: ReadonlyArray<Section> = [desktop, mobile]
