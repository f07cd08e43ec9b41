/** Contexts, their transfers, and what is stored in them. */
import { by, pinned, type Section } from "./defect.js"

const transfers: Section = {
  title: "Contexts and their transfers",
  defects: [
    pinned(
      "sync-success-without-transfer",
      "Synchronising reports success when the question about its state fails, or when no transfer is listed yet.",
      "A failed question is a failure; the transfer must appear, within ten seconds unless told otherwise, and must not be one that an earlier wait has seen.",
      by(
        "core/session/SessionContext.test.ts",
        "asking how transfers stand > an error is an error, not an empty list",
        "a transfer on demand > that never appears is a failure, after ten seconds",
        "a transfer on demand > survives a look that fails for a moment, not one that is refused",
        "a transfer that an earlier sync saw finished does not end a later one > while it is still listed"
      ),
      by(
        "core/account/create.contexts.test.ts",
        "creating a session waits for its contexts > and a transfer that is not listed yet has not ended",
        "what goes wrong with contexts is a failure, and the session is deleted > a status that cannot be read is a failure, not the end of the wait"
      )
    ),
    pinned(
      "wait-flags-do-not-wait",
      "Flags about waiting do not control it: one wait is followed by another, and nobody can say how long both may take.",
      "One deadline, which covers everything.",
      by(
        "core/session/SessionContext.test.ts",
        "a transfer on demand > that does not end in time says which",
        "what is refused before anything is sent > startSync does not wait, and returns the id of its request"
      ),
      by(
        "core/account/create.contexts.test.ts",
        "the deadline covers the wait for the first sight of a transfer, too"
      )
    ),
    pinned(
      "sync-mode-assumed",
      "Go: a transfer without a direction is an upload.",
      "The direction is the service's choice unless one is given.",
      by(
        "core/session/SessionContext.test.ts",
        "a transfer on demand > of everything names no context and leaves the mode to the service"
      )
    ),
    pinned(
      "context-without-path",
      "Python and 0.10 send a context without a path, which means nothing.",
      "Both or neither.",
      by("core/session/SessionContext.test.ts", "what is refused before anything is sent > …")
    ),
    pinned(
      "context-get-twice",
      "Looking a context up costs two requests and loses its dates; it cannot be looked up by id.",
      "One request, by name or by id, with dates.",
      by(
        "core/storage/contexts.test.ts",
        "a context > is found by name or by id with one request, dates included"
      )
    )
  ]
}

const browserContexts: Section = {
  title: "Browser contexts and extensions",
  defects: [
    pinned(
      "profile-everything-or-cookies",
      "A browser context keeps the whole profile in TypeScript and cookies only in Python and Go; guides promise storage and cache for all.",
      "Three sizes: `minimal`, `standard` (the default, with storage) and `everything`.",
      by("core/storage/policies.test.ts", "a browser context > mounts the profile with the cookies and more")
    ),
    pinned(
      "cleanup-deletes-users-context",
      "Cleaning up extensions deletes a context that the user had before.",
      "Only a context that was made for them is deleted.",
      by(
        "core/storage/extensions.test.ts",
        "opening extensions > cleanup deletes the context it made, never one that was named"
      )
    ),
    pinned(
      "extension-constructor-sends",
      "The constructor of the extension service sends requests.",
      "Opening is an operation; before it nothing is sent.",
      by("core/storage/extensions.test.ts", "opening extensions > costs one request, and none before")
    ),
    pinned(
      "extension-list-ends-at-hundred",
      "Only the first hundred extensions are listed, and their original names are lost.",
      "A stream of all of them, whose ids keep the name of the archive.",
      by("core/storage/extensions.test.ts", "extensions in a store > are listed beyond the first hundred"),
      by(
        "core/storage/extensions.test.ts",
        "storing an extension > uploads the bytes, and keeps the name of the file"
      ),
      by(
        "core/storage/extensionIds.test.ts",
        "ids of extensions > are file names that keep the name of the archive, whatever it is"
      )
    ),
    pinned(
      "extension-upload-error",
      "A failed upload prints a URL that is not there instead of the reason; updating does not look whether the file is an archive.",
      "The reason without the URL, nothing left behind, and the same check for both.",
      by(
        "core/storage/extensions.test.ts",
        "storing an extension > an upload that fails says why, without the URL, and leaves nothing behind",
        "storing an extension > what is no ZIP archive is refused before anything is sent, on update too"
      )
    )
  ]
}

export const sections: ReadonlyArray<Section> = [transfers, browserContexts]
