/** Files of a session, and their way to the program and back. */
import { by, pinned, type Section } from "./defect.js"

const files: Section = {
  title: "Files",
  defects: [
    pinned(
      "write-chunks-by-characters",
      "Content is cut by characters, not by what it takes on the wire: text that is not ASCII exceeds the limit of a message, and characters are cut in two. Go cuts UTF-8 sequences.",
      "It is cut by encoded size at the borders of code points.",
      by(
        "core/session/encodedSize.test.ts",
        "splitText > joins to the original; no piece is empty, too large or cuts a code point"
      ),
      by(
        "core/session/SessionFileSystem.content.test.ts",
        "any content, any size, any route > texts of every width over …",
        "any content, any size, any route > the worst bytes for a URL"
      )
    ),
    pinned(
      "read-chunks-decoded-apart",
      "Each part of a text is decoded by itself: a character on the border of two is destroyed.",
      "Bytes are joined and decoded once; what is not UTF-8 is not read as text.",
      by(
        "core/session/SessionFileSystem.content.test.ts",
        "any content, any size, any route > texts of every width over …",
        "small files > content that is not UTF-8 is not read as text"
      )
    ),
    pinned(
      "info-cut-at-second-colon",
      "Everything after a second colon is dropped: times, paths of Windows. Python makes numbers of file names.",
      "Lines are split at their first colon, and each key has its type.",
      by(
        "core/contract/tools.test.ts",
        "texts of the file system > file information keeps everything after the first colon"
      ),
      by(
        "core/session/fileInfo.test.ts",
        "parseFileInfo > reads every key",
        "parseFileInfo > keeps names that look like numbers, and fills in what is missing from the path"
      )
    ),
    pinned(
      "size-zero-reads-empty",
      "Files without a size, as in `/proc`, read as empty; a file that changes meanwhile is torn.",
      "A file is read until a part comes short.",
      by(
        "core/session/SessionFileSystem.content.test.ts",
        "files that are not what they seem > a file of size 0 that has content",
        "files that are not what they seem > a real one",
        "files that are not what they seem > a file that grows while it is read is read to its new end",
        "files that are not what they seem > a file that shrinks ends where it ends"
      )
    ),
    pinned(
      "sequential-chunks",
      "Parts are read and written one after the other; one that fails throws away what was read, or leaves half a file.",
      "Some at a time, repeated where they are lost, written aside and moved into place.",
      by(
        "core/session/SessionFileSystem.content.test.ts",
        "large transfers > some calls at once, never more than allowed",
        "large transfers > one lost part is asked for again",
        "large transfers > a failure in the middle leaves everything as it was: …",
        "large transfers > an interruption in the middle, too: …"
      )
    ),
    pinned(
      "no-binary-no-recursive",
      "No bytes can be written; nothing is deleted or copied with what is in it; there is no question whether a file exists.",
      "Bytes everywhere, `remove` with `recursive`, `copy`, `exists`, and `stat` with size and times.",
      by("core/session/SessionFileSystem.content.test.ts", "any content, any size, any route > bytes over …"),
      by(
        "core/session/SessionFileSystem.entries.test.ts",
        "remove > a directory only when asked for",
        "copy > files and trees",
        "stat and exists > tell what is there from what is not",
        "stat and exists > describe what is there"
      )
    ),
    pinned(
      "no-match-is-a-match",
      "The sentence that nothing was found is returned as a path.",
      "An empty list.",
      by("core/contract/tools.test.ts", "texts of the file system > no match is an empty list"),
      by("core/session/SessionFileSystem.entries.test.ts", "search > finding nothing is an empty list")
    ),
    pinned(
      "several-files-by-separators",
      "Several files come as one text that is cut at separators, which blanks, colons and content that looks like one break.",
      "Each is read by itself, with an outcome of its own.",
      by("core/session/SessionFileSystem.content.test.ts", "several files > each has its own outcome")
    ),
    pinned(
      "watch-leaks-and-spins",
      "Watching has no least interval, leaks a listener with every look, does not await callbacks, goes on for ever after failures, and prints.",
      "A stream with its own pace: failures that may pass are waited out ever more slowly and not for ever, others end it, and it ends with its consumer.",
      by(
        "core/session/SessionFileSystem.entries.test.ts",
        "changes > come one by one, look after look, from the baseline on",
        "changes > a look that failed on its way is repeated, ever more slowly",
        "changes > until patience ends",
        "changes > end at once when …",
        "changes > end when nobody listens any more"
      )
    ),
    pinned(
      "unreadable-changes-are-none",
      "An answer about changes that cannot be read is a success without changes.",
      "A failure.",
      by(
        "core/contract/tools.test.ts",
        "texts of the file system > changes that cannot be read are a failure, not an absence of changes"
      ),
      by(
        "core/session/SessionFileSystem.entries.test.ts",
        "changes > an answer that cannot be read is no silence"
      )
    ),
    pinned(
      "dry-run-without-preview",
      "A dry run of an edit returns no preview, though the tool writes one.",
      "The preview, as the tool wrote it.",
      by(
        "core/session/SessionFileSystem.entries.test.ts",
        "edit > shows the preview of a dry run as the tool wrote it"
      )
    )
  ]
}

const transfer: Section = {
  title: "File transfer",
  defects: [
    pinned(
      "object-deleted-early",
      "An upload deletes its object right after asking for the copy when no transfer is listed yet, possibly before anybody has fetched it.",
      "The object is deleted when the copy has ended, and not before.",
      by(
        "core/session/SessionFileTransfer.upload.test.ts",
        "upload, when something goes wrong > the object is deleted only when the copy has ended"
      )
    ),
    pinned(
      "rejected-copy-ignored",
      "A refused copy is ignored; the row of an earlier one makes it a success.",
      "The refusal is the failure, and rows of earlier copies do not count.",
      by(
        "core/session/SessionFileTransfer.upload.test.ts",
        "upload, when something goes wrong > a rejected copy is a failure, whatever an older row says",
        "upload, when something goes wrong > a row of an earlier copy of the same path does not end a later one"
      ),
      by("core/session/SessionContext.test.ts", "a transfer on demand > that is refused is not waited for")
    ),
    pinned(
      "failed-without-message-runs-on",
      "A transfer that failed without a message counts as still running.",
      "`Failed` is an end.",
      by(
        "core/session/SessionFileTransfer.upload.test.ts",
        "upload, when something goes wrong > Failed without a message is a failure, at once"
      )
    ),
    pinned(
      "whole-file-in-memory",
      "The whole file is in memory; there is no deadline, no second attempt, no going on where it broke, no real progress, and a broken download overwrites the local file.",
      "Streams in constant memory, with progress, attempts, ranges, checksums, and a file that appears when it is complete.",
      by(
        "core/session/SessionFileTransfer.upload.test.ts",
        "upload > progress is told by phase, with every piece",
        "upload > content type and length are sent when they are given, and only then",
        "upload, when something goes wrong > what passes is tried again from the beginning, with a fresh URL",
        "upload, when something goes wrong > a connection that stands still is given up; a slow source is not"
      ),
      by(
        "core/session/SessionFileTransfer.download.test.ts",
        "download over connections that break > goes on where it broke, with a fresh URL, and only if nothing changed",
        "download > the session's own checksum is compared",
        "download > a sink that has enough ends the download"
      ),
      by(
        "node/FileTransfer.test.ts",
        "local files > a download that fails leaves the local file as it was, and nothing beside it"
      )
    ),
    pinned(
      "transfer-status-invented",
      "HTTP status, ETag and the words of the storage are made up or lost.",
      "What the storage said, in results and in failures, without the URL.",
      by(
        "core/session/SessionFileTransfer.upload.test.ts",
        "upload > travels through the object store and the transfer directory, and is moved into place",
        "upload, when something goes wrong > a refusal tells status, code and request id, never the URL, and is not repeated"
      )
    )
  ]
}

export const sections: ReadonlyArray<Section> = [files, transfer]
