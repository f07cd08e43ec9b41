/** Git in a session. */
import { Option } from "effect"
import type { GitStatus, SessionGit } from "../../../../src/session/SessionGit.js"
import {
  type Mappings,
  mapping,
  nothing,
  object,
  optional,
  optionalNumber,
  optionalText,
  partly,
  text
} from "../Mapping.js"
import { success } from "../Outcome.js"
import type { Json, JsonObject } from "../Vector.js"

const texts = (value: Json | undefined): ReadonlyArray<string> | undefined =>
  optional(value, (list) => (Array.isArray(list) ? list.map(text) : []))

const isTrue = (value: Json | undefined): boolean | undefined => optional(value, (flag) => flag === true)

const common = (options: JsonObject) => ({ timeout: optionalNumber(options["timeoutMs"]) })

const scoped = (options: JsonObject) => ({
  ...common(options),
  scope: optionalText(options["scope"]) as "local" | "global" | undefined
})

/** Operations without a result: our call from the arguments, the last of which are options. */
const act = (
  call: (
    git: SessionGit.Service,
    args: ReadonlyArray<string>,
    options: JsonObject
  ) => ReturnType<SessionGit.Service["add"]>
) =>
  mapping({
    call: ({ session }, args) =>
      call(
        session.git,
        args.filter((argument) => typeof argument === "string"),
        object(args.at(-1))
      ),
    ...nothing
  })

const status = (found: GitStatus) => ({
  ...Option.match(found.branch, { onNone: () => ({}), onSome: (currentBranch) => ({ currentBranch }) }),
  ahead: found.ahead,
  behind: found.behind,
  detached: found.isDetached,
  isClean: found.isClean,
  hasStaged: found.hasStaged,
  hasUntracked: found.hasUntracked,
  hasConflicts: found.hasConflicts,
  paths: found.files.map(({ path, renamedFrom }) => [path, Option.getOrNull(renamedFrom)])
})

const pathOf = {
  read: ({ path }: { readonly path: string }) => success({ path }),
  recorded: (result: JsonObject) => success(result)
}

/** What may be absent is recorded as a bare value. */
const maybe = {
  read: (value: Option.Option<string>) => success(Option.getOrNull(value)),
  recorded: (result: JsonObject) => success(result["result"] ?? null)
}

export const git: Mappings = {
  "session.git clone": mapping({
    call: ({ session }, [url, given]) => {
      const options = object(given)
      return session.git.clone(text(url), {
        ...common(options),
        path: optionalText(options["path"]),
        branch: optionalText(options["branch"]),
        depth: optionalNumber(options["depth"])
      })
    },
    ...pathOf
  }),
  "session.git init": mapping({
    call: ({ session }, [path, given]) => {
      const options = object(given)
      return session.git.init(text(path), {
        ...common(options),
        initialBranch: optionalText(options["initialBranch"]),
        bare: isTrue(options["bare"])
      })
    },
    ...pathOf
  }),
  "session.git add": act((git, [at = ""], options) =>
    git.add(at, { ...common(options), files: texts(options["files"]), all: isTrue(options["all"]) })
  ),
  "session.git commit": mapping({
    call: ({ session }, [at, message, given]) => {
      const options = object(given)
      return session.git.commit(text(at), text(message), {
        ...common(options),
        authorName: optionalText(options["authorName"]),
        authorEmail: optionalText(options["authorEmail"]),
        allowEmpty: isTrue(options["allowEmpty"])
      })
    },
    read: ({ hash }) => success({ commitHash: hash }),
    recorded: (result) => success(result)
  }),
  "session.git status": mapping({
    call: ({ session }, [at]) => session.git.status(text(at)),
    read: (found) => success(status(found)),
    recorded: ({ files, ...result }) =>
      success(
        partly({
          ...Object.fromEntries(
            [
              "currentBranch",
              "ahead",
              "behind",
              "detached",
              "isClean",
              "hasStaged",
              "hasUntracked",
              "hasConflicts"
            ].map((name) => [name, result[name]])
          ),
          paths: (files as ReadonlyArray<JsonObject>).map(({ path, renamedFrom = null }) => [
            path,
            renamedFrom
          ])
        })
      )
  }),
  "session.git log": mapping({
    call: ({ session }, [at, given]) =>
      session.git.log(text(at), { maxCount: optionalNumber(object(given)["maxCount"]) }),
    read: (entries) =>
      success({ entries: entries.map(({ body: _, subject: message, ...rest }) => ({ ...rest, message })) }),
    recorded: ({ entries }) =>
      success({
        entries: (entries as ReadonlyArray<JsonObject>).map(({ message: _, ...rest }) => partly(rest))
      })
  }),
  "session.git listBranches": mapping({
    call: ({ session }, [at]) => session.git.listBranches(text(at)),
    read: (branches) =>
      success({
        branches: branches.map(({ isCurrent, name }) => ({ name, isCurrent })),
        current: branches.find(({ isCurrent }) => isCurrent)?.name ?? ""
      }),
    recorded: (result) => success(result)
  }),
  "session.git createBranch": act((git, [at = "", branch = ""], options) =>
    git.createBranch(at, branch, { ...common(options), checkout: isTrue(options["checkout"]) })
  ),
  "session.git checkoutBranch": act((git, [at = "", branch = ""], options) =>
    git.checkoutBranch(at, branch, common(options))
  ),
  "session.git deleteBranch": act((git, [at = "", branch = ""], options) =>
    git.deleteBranch(at, branch, { ...common(options), force: isTrue(options["force"]) })
  ),
  "session.git remoteAdd": act((git, [at = "", name = "", url = ""], options) =>
    git.remoteAdd(at, name, url, {
      ...common(options),
      fetch: isTrue(options["fetch"]),
      overwrite: isTrue(options["overwrite"])
    })
  ),
  "session.git remoteGet": mapping({
    call: ({ session }, [at, name]) => session.git.remoteGet(text(at), text(name)),
    ...maybe
  }),
  "session.git reset": act((git, [at = ""], options) =>
    git.reset(at, {
      ...common(options),
      mode: optionalText(options["mode"]) as "hard" | undefined,
      target: optionalText(options["target"]),
      paths: texts(options["paths"])
    })
  ),
  "session.git restore": act((git, [at = ""], options) =>
    git.restore(at, {
      ...common(options),
      paths: texts(options["paths"]) ?? [],
      staged: isTrue(options["staged"]),
      worktree: isTrue(options["worktree"]),
      source: optionalText(options["source"])
    })
  ),
  "session.git pull": act((git, [at = ""], options) =>
    git.pull(at, {
      ...common(options),
      remote: optionalText(options["remote"]),
      branch: optionalText(options["branch"])
    })
  ),
  "session.git configureUser": act((git, [at = "", name = "", email = ""], options) =>
    git.configureUser(at, name, email, scoped(options))
  ),
  "session.git setConfig": act((git, [at = "", key = "", value = ""], options) =>
    git.setConfig(at, key, value, scoped(options))
  ),
  "session.git getConfig": mapping({
    call: ({ session }, [at, key, given]) =>
      session.git.getConfig(text(at), text(key), scoped(object(given))),
    ...maybe
  })
}
