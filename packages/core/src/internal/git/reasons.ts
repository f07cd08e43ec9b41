/** What git's English messages mean. */
import type { GitError } from "../../AgentBayError.js"

/**
 * In order. Every pattern begins with what git itself writes before or at the start of a line: names of files and
 * branches, which it repeats, may contain any words.
 */
const reasons: ReadonlyArray<readonly [GitError["reason"], RegExp]> = [
  ["NotARepository", /^fatal: not a git repository/m],
  [
    "Authentication",
    /^fatal: (Authentication failed for |could not read (Username|Password) for |unable to access '.*': The requested URL returned error: 40[137]\b)|^remote: (Invalid username or |HTTP Basic: Access denied|Permission to .* denied to )|^\S+: Permission denied \(|^Host key verification failed/m
  ],
  [
    "NotFound",
    /^(fatal|error): (Remote branch .* not found in upstream |[Rr]epository '.*' (not found|does not exist)|'.*' does not appear to be a git repository|[Cc]ouldn't find remote ref |No such remote|pathspec '.*' did not match |invalid reference: |bad revision |ambiguous argument '.*': |[Uu]nknown revision |could not resolve (?!host)|branch '.*' not found|cannot change to '.*': (No such file|Not a directory)|Failed to resolve '.*' as a valid |'.*' is not a commit |Not a valid object name|unable to access '.*': The requested URL returned error: 404\b|path '.*' (does not exist|exists on disk))/m
  ],
  [
    "Unreachable",
    /^(fatal|ssh): (unable to access |connect to host |unable to connect to |[Cc]ould not resolve host|Could not read from remote repository)|^fatal: the remote end hung up/m
  ],
  [
    "Conflict",
    /^CONFLICT \(|^Automatic merge failed|^error: (Committing|Pulling|Merging|Rebasing|Cherry-picking) is not possible because you have unmerged|^error: (you need to resolve your current index first|could not apply )|^fatal: (Exiting because of an unresolved conflict|You have not concluded your merge)|^error: path '.*' is unmerged|^\S.*: needs merge$/m
  ],
  [
    "LocalChanges",
    /^error: (Your local changes to the following files|The following untracked working tree files) would be |^error: Entry '.*' (not uptodate|would be overwritten)|^error: cannot pull with rebase: /m
  ],
  ["Diverged", /^fatal: (Need to specify how to reconcile|Not possible to fast-forward)/m],
  [
    "AlreadyExists",
    /^(fatal|error): (destination path '.*' already exists|(a|A) branch named '.*' already exists|remote .* already exists)/m
  ],
  ["NotMerged", /^error: [Tt]he branch '.*' is not fully merged/m],
  [
    "IdentityMissing",
    /^(\*\*\* Please tell me who you are|Author identity unknown|fatal: (empty ident name|unable to auto-detect email))/m
  ],
  ["NothingToCommit", /^(nothing (added )?to commit|no changes added to commit)/m],
  ["Locked", /^fatal: Unable to create '.*\.lock': File exists/m]
]

const missing = /\bgit: (command )?not found\b/

export const reasonOf = (exitCode: number, stdout: string, stderr: string): GitError["reason"] => {
  if (exitCode === 127 && missing.test(`${stderr}\n${stdout}`)) return "GitMissing"
  // Commits and merges tell on standard output what stopped them.
  const said = `${stderr}\n${stdout}`
  return reasons.find(([, words]) => words.test(said))?.[0] ?? "Unknown"
}
