import type { Deviation } from "../Deviation.js"
import { onRoute, toolResult } from "../FakeService.js"
import { partly } from "../Mapping.js"
import { success } from "../Outcome.js"
import { argsOf, withArgs } from "../toolCall.js"
import type { Request } from "../Vector.js"
import { refused } from "./edit.js"

/** The last command line, which is the operation's own. */
const lastLine =
  (change: (line: string) => string) =>
  (requests: ReadonlyArray<Request>): ReadonlyArray<Request> =>
    requests.map((sent, index) => {
      const args = argsOf(sent)
      return args === undefined || index < requests.length - 1
        ? sent
        : withArgs(sent, { ...args, command: change(String(args["command"])) })
    })

const everyLine =
  (change: (line: string) => string) =>
  (requests: ReadonlyArray<Request>): ReadonlyArray<Request> =>
    requests.map((sent) => {
      const args = argsOf(sent)
      return args === undefined ? sent : withArgs(sent, { ...args, command: change(String(args["command"])) })
    })

const inRepository = "git -C '/home/wuying/p'"

const read = (rest: string): string => `{ ${inRepository} ${rest}; printf '\\n%s' "$?"; } | base64`

/** What a shell says of a command that ended well with this output. */
const printing = (stdout: string) =>
  new Map([
    [
      "tool shell",
      [onRoute("link", toolResult(JSON.stringify({ stdout, stderr: "", exit_code: 0, traceId: "" })), "")]
    ]
  ])

/** What git prints and how it ends, as it comes through `base64`. */
const encoded = (stdout: string, exitCode = 0, stderr = "") => {
  const text = Buffer.from(`${stdout}\n${exitCode}`).toString("base64")
  return new Map([
    [
      "tool shell",
      [onRoute("link", toolResult(JSON.stringify({ stdout: text, stderr, exit_code: 0, traceId: "" })), "")]
    ]
  ])
}

const hash = (letter: string): string => letter.repeat(40)

const zero = hash("0")
const modes = "N... 100644 100644 100644"
const notFirst = `# branch.oid ${hash("1")}\0`

const statuses: Readonly<Record<string, string>> = {
  "git.status/1": [
    `${notFirst}# branch.head main`,
    "# branch.upstream origin/main",
    "# branch.ab +1 -2",
    `1 M. ${modes} ${zero} ${zero} staged.txt`,
    `1 .M ${modes} ${zero} ${zero} work.txt`,
    `1 MM ${modes} ${zero} ${zero} both.txt`,
    "? new.txt",
    `2 R. ${modes} ${zero} ${zero} R100 new name.txt`,
    "old.txt",
    `1 A. ${modes} ${zero} ${zero} add.txt`,
    `1 .D ${modes} ${zero} ${zero} gone.txt`,
    `u UU ${modes} 100644 ${zero} ${zero} ${zero} conflict.txt`,
    ""
  ].join("\0"),
  "git.status/2": `${notFirst}# branch.head main\0`,
  "git.status/3": "# branch.oid (initial)\0# branch.head trunk\0? a\0"
}

const reads: Readonly<Record<string, string>> = {
  "git.log/1": [
    [hash("1"), "1111111", "A", "a@b", "2026-01-05T10:00:00+08:00", "first", ""],
    [hash("2"), "2222222", "Ö", "o@b", "2026-01-06T10:00:00Z", 'sécond: "x"', ""]
  ]
    .map((fields) => `${fields.join("\0")}\0`)
    .join(""),
  "git.log/2": "",
  "git.listBranches/1": `refs/heads/dev\0 \0${hash("1")}\0\0\nrefs/heads/main\0*\0${hash("1")}\0\0\n`
}

const logLine = "'log' '-z' '--no-show-signature' '--format=%H%x00%h%x00%an%x00%ae%x00%aI%x00%s%x00%b'"

export const git: ReadonlyArray<Deviation> = [
  {
    differs:
      "newer features 17, defect 42: whether there is git is asked before the first operation, and remembered",
    instead: "the operation itself finds out",
    ids: /^git\.(?!missing|getConfig\/2)/,
    when: ({ vector }) => vector.call.then === undefined,
    requests: (requests) => requests.slice(1),
    answers: (recorded) =>
      new Map(Array.from(recorded, ([key, queue]) => [key, key === "tool shell" ? queue.slice(1) : queue]))
  },
  {
    differs:
      "newer features 17, defect 42: whether there is git is asked before the first operation, and remembered",
    instead: "the operation itself finds out, also the second time",
    ids: /^git\.cachedVersion\//,
    requests: (requests) => requests.slice(-1),
    answers: (recorded) => new Map(Array.from(recorded, ([key, queue]) => [key, queue.slice(-1)]))
  },
  {
    differs:
      "newer features 17, defect 42: whether there is git is asked before the first operation, and remembered",
    instead: "the operation itself finds out",
    ids: /^git\.missing\//,
    requests: lastLine(() => read("'status' '--porcelain=v2' '--branch' '-z'"))
  },
  {
    differs: "newer features 17, defect 42: a URL, a branch, a remote or a key may be read as an option",
    instead: "-- stands before it, or behind a revision",
    ids: /^git\.(clone\/[1235]|init|createBranch|checkoutBranch|cachedVersion|deleteBranch|remoteAdd|reset\/[12]|configureUser|setConfig)/,
    requests: everyLine((line) =>
      line
        .replace(/ (?=('https:|'git@)[^ ]* ('[^']*)?'$)/, (space) =>
          line.includes("'clone'") ? " '--' " : space
        )
        .replace(/'init'( '--initial-branch' 'main' '--bare')?/, "$& '--'")
        .replace(/('checkout'( '-b')? '[^']*')$/, "$1 '--'")
        .replace(/'branch'( '-[dD]')?/, "$& '--'")
        .replace(/'remote' 'add'( '-f')?/, "$& '--'")
        .replace(/'set-url'|'fetch'/g, "$& '--'")
        .replace(/'reset'( '--hard' 'HEAD~1')?$/, "$& '--'")
        .replace(/'--(global|local)'/, "$& '--'")
    )
  },
  {
    differs: "newer features 14.2: a remote that is added and fetched is fetched twice",
    instead: "once, whether it was there or not",
    ids: /^git\.remoteAdd\/4$/,
    requests: lastLine((line) => line.replace(" '-f'", ""))
  },
  {
    differs: "newer features 17, defect 43: settings are those of the user",
    instead: "settings are those of the repository, unless told otherwise",
    ids: /^git\.(configureUser\/1|setConfig\/1)$/,
    requests: everyLine((line) => line.replace("'--global'", "'--local'"))
  },
  {
    differs:
      "newer features 17, defects 39 and 41: names in quotes, and bytes that a shell's answer may lose",
    instead: "the form for programs, through base64; the value that counts, whoever set it",
    ids: /^git\.getConfig\/1/,
    requests: lastLine((line) =>
      read(line.slice(inRepository.length + 1).replace("'--global' '--get'", "'--null' '--get' '--'"))
    ),
    answers: () => encoded("A B\0")
  },
  {
    differs: "newer features 14.2: a key that cannot be is asked for all the same",
    instead: "it is refused",
    ids: /^git\.getConfig\/2$/,
    ...refused
  },
  {
    differs: "newer features 17, defect 41: bytes that a shell's answer may lose",
    instead: "through base64",
    ids: /^git\.remoteGet\//,
    requests: lastLine((line) =>
      read(line.slice(inRepository.length + 1).replace("'get-url'", "'get-url' '--'"))
    ),
    answers: (_, { vector }) =>
      vector.id.endsWith("/1")
        ? encoded("https://example.com/r.git\n")
        : encoded("", 2, "error: No such remote 'x'\n")
  },
  {
    differs:
      "newer features 17, defects 39 and 41: quoted paths, arrows in names, bytes that a shell's answer may lose",
    instead: "the form for programs, through base64",
    ids: /^git\.status\//,
    requests: lastLine(() => read("'status' '--porcelain=v2' '--branch' '-z'")),
    answers: (recorded, { vector }) => {
      const text = statuses[vector.id]
      return text === undefined ? recorded : encoded(text)
    }
  },
  {
    differs: "newer features 17, defect 41: bytes that a shell's answer may lose",
    instead: "fields that end with NUL, through base64",
    ids: /^git\.(log|listBranches)\//,
    requests: lastLine((line) =>
      read(
        line.includes("'log'")
          ? `${logLine}${line.includes("'--max-count'") ? " '--max-count' '5'" : ""} '--'`
          : "'for-each-ref' '--format=%(refname)%00%(HEAD)%00%(objectname)%00%(upstream:short)%00' 'refs/heads/'"
      )
    ),
    answers: (_, { vector }) => encoded(reads[vector.id] ?? "")
  },
  {
    differs: "newer features 17, defect 40: the hash is looked for in a sentence, and short",
    instead: "git is asked for the full one",
    ids: /^git\.commit\/[125]$/,
    requests: lastLine((line) => `${line} && ${inRepository} 'rev-parse' 'HEAD'`),
    outcome: () => success(partly({ commitHash: hash("a") })),
    answers: () => printing(`[main abc1234] x\n${hash("a")}\n`)
  },
  {
    differs: "newer features 17, defect 40: the hash is looked for in a sentence, and short",
    instead: "git is asked for the full one, when there is a commit",
    ids: /^git\.commit\/3$/,
    requests: lastLine((line) => `${line} && ${inRepository} 'rev-parse' 'HEAD'`)
  },
  {
    differs: "newer features 14.2: a password in a URL is stored with the remote",
    instead: "it is refused: credentials have a place of their own",
    ids: /^git\.clone\/4$/,
    ...refused
  }
]
