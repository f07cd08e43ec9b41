/** The browser and its operator. */
import { by, pinned, type Section } from "./defect.js"

const browser: Section = {
  title: "Browser",
  defects: [
    pinned(
      "synchronous-initialize",
      "`initialize` always returns false and leaves a promise behind; Python's fails with a NameError when no option is given.",
      "One operation, with or without an option, that has started the browser when it succeeds.",
      by(
        "core/session/SessionBrowser.test.ts",
        "starting > sends the defaults, and the constant path of the profile"
      )
    ),
    pinned(
      "initialize-errors-swallowed",
      "Failures become false, and the service's code and message are ignored; starting again with another option returns true and does nothing.",
      "Typed failures with code and request id; another option for a browser that runs is one of them.",
      by(
        "core/session/SessionBrowser.test.ts",
        "starting > keeps the code of a refusal, whatever port comes with it, and no password",
        "starting > is a typed failure when the service names no port, and can be tried again",
        "starting > twice with the same option is one start; with another one a failure that says so"
      )
    ),
    pinned(
      "no-attach",
      "The browser of a session that was found again can only be used by starting it once more.",
      "`attach` takes up the one that runs.",
      by("core/session/SessionBrowser.test.ts", "a browser that runs already > is taken up without a start"),
      by(
        "testing/client/browserContract.ts",
        "…, browser > a session found by its id takes up the browser that runs"
      )
    ),
    pinned(
      "destroy-ignores-result",
      "Destroying ignores what the tool says, and 0.10 goes on as if the browser ran.",
      "A refusal is a failure, and the handle knows what is left.",
      by(
        "core/session/SessionBrowser.test.ts",
        "ending > does not hide that the tool said no",
        "ending > needs a browser that is initialized, and forgets it",
        "ending > that did not arrive leaves it running"
      )
    ),
    pinned(
      "browser-options-unchecked",
      "A plain object is not checked; `persistentPath` is ignored; the list of proxies may hold one; a proxy's default depends on how it was built.",
      "Every option is checked and named when it is refused, also the path and a second proxy; a proxy has one default.",
      by(
        "core/session/SessionBrowser.test.ts",
        "starting > refuses … before anything is sent",
        "starting > a proxy: …"
      )
    ),
    pinned(
      "browser-option-order",
      "0.19 changed the order of the positional arguments of the options.",
      "Options have names.",
      by("core/session/SessionBrowser.test.ts", "starting > sends every option in the form of the service")
    ),
    pinned(
      "endpoint-asked-every-time",
      "Each look at the endpoint is a request, and its failure is wrapped twice.",
      "It is asked for once; a failure is one, and asked for again.",
      by(
        "core/session/SessionBrowser.test.ts",
        "the endpoint > is asked for once and is a secret",
        "the endpoint > that does not come is one typed failure, and is asked for again"
      )
    ),
    pinned(
      "page-scripts-not-run",
      "The script that collects a fingerprint never runs, so that every fingerprint is the default; neither does the one that loads pictures before a screenshot.",
      "Both run in the page.",
      by(
        "core/session/BrowserFingerprint.test.ts",
        "reading the fingerprint of a browser > runs the collector in the page"
      ),
      by(
        "core/session/SessionBrowser.screenshot.test.ts",
        "a picture of a page > shows what loads late, and leaves the page as it was"
      ),
      by(
        "testing/server/playwrightPage.test.ts",
        "a page of Playwright > shows the fingerprint of its browser"
      )
    ),
    pinned(
      "screenshot-changes-page",
      "A screenshot leaves the page scrolled and in another viewport; an option beats the parameter of the same meaning.",
      "The page is as before, also after a failure; there is one `fullPage`.",
      by(
        "core/session/SessionBrowser.screenshot.test.ts",
        "a picture of a page > in another viewport gives the first one back",
        "a picture of a page > that fails is typed, says nothing secret, and leaves the page as it was",
        "a picture of a page > of the viewport scrolls nowhere"
      ),
      by(
        "testing/server/playwrightPage.test.ts",
        "a page of Playwright > is pictured as a whole, and left as it was"
      )
    )
  ]
}

const operator: Section = {
  title: "Operator of the browser",
  defects: [
    pinned(
      "pending-is-failed",
      "A task that runs and one that failed are the same error, so that failures are waited for until the limit; a start that fails loses its reason.",
      "Three states: pending, done, failed. A start that is refused keeps its words.",
      by(
        "core/session/BrowserOperator.tasks.test.ts",
        "tasks > one look: pending, done, failed",
        "tasks > clear words of a failure end the wait: …",
        "words of a task > that speak of patience never end a wait, whatever else they say",
        "tasks > a start that is refused keeps its reason"
      )
    ),
    pinned(
      "error-text-is-result",
      "Navigation and pictures return the text of an error as if it were a result; a picture is a data URL or bare base64.",
      "A refusal is a failure; a picture is bytes with a media type, in whichever form it comes.",
      by(
        "core/session/BrowserOperator.test.ts",
        "what comes back > a page that does not load is a failure, not a text",
        "what comes back > a picture: …",
        "what comes back > no picture: …"
      )
    ),
    pinned(
      "raw-parse-errors",
      "Answers that do not fit throw errors of the parser. An observation cannot be acted on, or loses its selector.",
      "Typed failures; `act` takes an observation as it is.",
      by(
        "core/session/BrowserOperator.test.ts",
        "what comes back > an extraction is the decoded value, and what does not fit a typed failure",
        "what comes back > observations, with arguments as they are or as JSON text, and none",
        "what is sent > an observation with its selector"
      )
    ),
    pinned(
      "wrong-page-silently",
      "When a page cannot be found another one is used.",
      "A failure, and nothing is sent.",
      by(
        "core/session/BrowserOperator.test.ts",
        "a page of Playwright > … is a failure, and no other page is used instead"
      ),
      by(
        "testing/server/playwrightPage.test.ts",
        "a page of Playwright > is the one that the operator uses, though another one is in front"
      )
    ),
    pinned(
      "units-confused",
      "Times are seconds for agents and pages and milliseconds for screens, shell and browser; one is documented as both.",
      "A time is a `Duration`; each call writes its own unit.",
      by(
        "core/session/BrowserOperator.test.ts",
        "what is sent > every option in its unit",
        "what comes back > a picture: …"
      ),
      by("core/contract/tools.test.ts", "every tool > budgets are those of the arguments, in their unit"),
      by(
        "core/transport/toolTransport.deadlines.test.ts",
        "the deadline of a tool call > seconds and milliseconds are not mixed up"
      )
    )
  ]
}

export const sections: ReadonlyArray<Section> = [browser, operator]
