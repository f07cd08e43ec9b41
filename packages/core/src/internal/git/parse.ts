/** Reading what git writes for programs: fields end with NUL, names are not quoted. */
import * as Option from "effect/Option"
import type { GitBranch, GitChange, GitCommit, GitFile, GitStatus } from "../../session/SessionGit.js"

const changes: Readonly<Record<string, GitChange>> = {
  ".": "unmodified",
  M: "modified",
  T: "typeChanged",
  A: "added",
  D: "deleted",
  R: "renamed",
  C: "copied",
  U: "unmerged"
}

const changeOf = (letter: string | undefined): GitChange => changes[letter ?? ""] ?? "modified"

const file = (
  path: string,
  [index, workTree]: readonly [GitChange, GitChange],
  isConflicted = false,
  renamedFrom?: string
): GitFile => ({
  path,
  index,
  workTree,
  isConflicted,
  isStaged: !isConflicted && index !== "unmodified" && index !== "untracked",
  renamedFrom: Option.fromNullable(renamedFrom)
})

/** The text behind the first `count` fields that spaces part: a path, with whatever spaces it has. */
const behind = (record: string, count: number): string => {
  let at = 0
  for (let index = 0; index < count; index++) at = record.indexOf(" ", at) + 1
  return record.slice(at)
}

const columns = (record: string): readonly [GitChange, GitChange] => [
  changeOf(record[2]),
  changeOf(record[3])
]

/** `git status --porcelain=v2 --branch -z`; undefined when it is something else. */
export const parseStatus = (text: string): GitStatus | undefined => {
  const headers = new Map<string, string>()
  const files: Array<GitFile> = []
  const records = text.split("\0")
  for (let index = 0; index < records.length; index++) {
    const record = records[index] ?? ""
    switch (record[0]) {
      case undefined:
        break
      case "#": {
        const [name = "", value = ""] = [record.slice(2, record.indexOf(" ", 2)), behind(record, 2)]
        headers.set(name, value)
        break
      }
      case "1":
        files.push(file(behind(record, 8), columns(record)))
        break
      case "2":
        index += 1
        files.push(file(behind(record, 9), columns(record), false, records[index]))
        break
      case "u":
        files.push(file(behind(record, 10), columns(record), true))
        break
      case "?":
        files.push(file(record.slice(2), ["untracked", "untracked"]))
        break
      default:
        return undefined
    }
  }
  const head = headers.get("branch.head")
  if (head === undefined) return undefined
  const [, ahead = "0", behindBy = "0"] = /^\+(\d+) -(\d+)$/.exec(headers.get("branch.ab") ?? "") ?? []
  const upstream = headers.get("branch.upstream")
  return {
    branch: head === "(detached)" ? Option.none() : Option.some(head),
    commit: Option.filter(Option.fromNullable(headers.get("branch.oid")), (id) => id !== "(initial)"),
    isDetached: head === "(detached)",
    upstream: Option.fromNullable(upstream),
    isUpstreamGone:
      upstream !== undefined && !headers.has("branch.ab") && headers.get("branch.oid") !== "(initial)",
    ahead: Number(ahead),
    behind: Number(behindBy),
    files,
    isClean: files.length === 0,
    hasStaged: files.some(({ isStaged }) => isStaged),
    hasUntracked: files.some(({ index }) => index === "untracked"),
    hasConflicts: files.some(({ isConflicted }) => isConflicted)
  }
}

/** Records of `size` fields; undefined when some field is missing. */
const recordsOf = (text: string, size: number): ReadonlyArray<ReadonlyArray<string>> | undefined => {
  const fields = text.split("\0")
  if (fields.pop() !== "" || fields.length % size !== 0) return undefined
  return Array.from({ length: fields.length / size }, (_, index) =>
    fields.slice(index * size, (index + 1) * size)
  )
}

export const logFormat = "%H%x00%h%x00%an%x00%ae%x00%aI%x00%s%x00%b"

export const parseLog = (text: string): ReadonlyArray<GitCommit> | undefined =>
  recordsOf(text, 7)?.map(
    ([hash = "", shortHash = "", authorName = "", authorEmail = "", date = "", subject = "", body = ""]) => ({
      hash,
      shortHash,
      authorName,
      authorEmail,
      date,
      subject,
      body: body.trimEnd()
    })
  )

/** Lines end with NUL too, so that the end of a name is certain. */
export const branchFormat = "%(refname)%00%(HEAD)%00%(objectname)%00%(upstream:short)%00"

const heads = "refs/heads/"

export const parseBranches = (text: string): ReadonlyArray<GitBranch> | undefined => {
  const records = recordsOf(text.replaceAll("\0\n", "\0"), 4)
  return records?.every(([name]) => name?.startsWith(heads)) === true
    ? records.map(([name = "", head, commit = "", upstream]) => ({
        name: name.slice(heads.length),
        isCurrent: head === "*",
        commit,
        upstream: Option.filter(Option.fromNullable(upstream), (text) => text !== "")
      }))
    : undefined
}

/** The hash that `git rev-parse` prints behind whatever came before it. */
export const parseHash = (text: string): string | undefined =>
  /(?:^|\n)([0-9a-f]{40}(?:[0-9a-f]{24})?)\n?$/.exec(text)?.[1]
