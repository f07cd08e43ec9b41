// @effect-diagnostics nodeBuiltinImport:off
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { SessionGit } from "@effect-agentbay/core"
import { Effect, FastCheck as fc, Option, Redacted } from "effect"
import { parseStatus } from "../../src/internal/git/parse.js"
import { reasonOf } from "../../src/internal/git/reasons.js"
import { type Answer, answer, failed, makeFakeSession, type Options } from "../support/FakeSession.js"
import { check } from "../support/properties.js"
import { leaksIn } from "../support/secrets.js"

/** The git of this machine, in a directory of the test. */
const withGit = (options: Options = {}) =>
  Effect.map(makeFakeSession(options), (session) => {
    const git = SessionGit.make(session.runtime)
    const at = (name: string) => path.join(session.root, name)
    const write = (name: string, content: string) =>
      Effect.sync(() => {
        fs.mkdirSync(path.dirname(at(name)), { recursive: true })
        fs.writeFileSync(at(name), content)
      })
    /** A repository with a user. */
    const repository = (name: string, branch = "main") =>
      Effect.gen(function* () {
        const { path: made } = yield* git.init(at(name), { initialBranch: branch })
        yield* git.configureUser(made, "Ann Ö", "ann@example.com")
        return made
      })
    return { ...session, git, at, write, repository }
  })

const scripted = (reply: Answer) => withGit({ intercept: () => Effect.succeed(reply) })

const wrapper = (stdout: string, stderr: string, exit_code: number) =>
  answer(JSON.stringify({ stdout, stderr, exit_code, traceId: "" }))

const reasonsOf = (effect: Effect.Effect<unknown, SessionGit.SessionGit.Failure>) =>
  Effect.map(Effect.flip(effect), (error) => (error._tag === "GitError" ? error.reason : error._tag))

describe("a repository", () => {
  it.scopedLive("from nothing to a history", () =>
    Effect.gen(function* () {
      const { git, repository, write } = yield* withGit()
      const repo = yield* repository("r")
      assert.deepStrictEqual(yield* git.log(repo), [])
      const before = yield* git.status(repo)
      assert.deepStrictEqual(Option.getOrNull(before.branch), "main")
      assert.isTrue(Option.isNone(before.commit))
      assert.deepStrictEqual(yield* git.listBranches(repo), [])
      yield* write("r/a.txt", "1")
      yield* git.add(repo)
      const { hash } = yield* git.commit(repo, "it's é\n\nbody 🌍\n- two")
      assert.match(hash, /^[0-9a-f]{40}$/)
      const [entry] = yield* git.log(repo)
      assert.deepInclude(entry, {
        hash,
        authorName: "Ann Ö",
        authorEmail: "ann@example.com",
        subject: "it's é",
        body: "body 🌍\n- two"
      })
      const after = yield* git.status(repo)
      assert.deepInclude(after, { isClean: true, isDetached: false, ahead: 0, behind: 0 })
      assert.strictEqual(Option.getOrNull(after.commit), hash)
      yield* git.commit(repo, "-m", { allowEmpty: true, authorName: "Bob", authorEmail: "bob@example.com" })
      const log = yield* git.log(repo, { maxCount: 1 })
      assert.deepStrictEqual(
        log.map(({ authorName, subject }) => [authorName, subject]),
        [["Bob", "-m"]]
      )
      assert.lengthOf(yield* git.log(repo, { revision: "HEAD~1" }), 1)
    })
  )

  it.scopedLive("names survive: spaces, arrows, quotes, tabs, line breaks, other alphabets", () =>
    Effect.gen(function* () {
      const { git, repository, write } = yield* withGit()
      const repo = yield* repository("re po's")
      const names = [
        "a -> b",
        'q"uote',
        "tab\tx",
        "line\nbreak",
        "ü 第三 🌍",
        "-rf",
        "back\\slash",
        " lead",
        "dir/x y"
      ]
      for (const name of names) yield* write(`re po's/${name}`, name)
      yield* git.add(repo, { files: names })
      const { files } = yield* git.status(repo)
      assert.deepStrictEqual(files.map((file) => file.path).sort(), [...names].sort())
      assert.isTrue(files.every((file) => file.index === "added" && file.isStaged && !file.isConflicted))
      yield* git.commit(repo, "names")
      fs.renameSync(path.join(repo, "a -> b"), path.join(repo, "c -> d"))
      yield* git.add(repo)
      const [renamed] = (yield* git.status(repo)).files
      assert.deepInclude(renamed, { path: "c -> d", index: "renamed" })
      assert.strictEqual(Option.getOrNull(renamed?.renamedFrom ?? Option.none()), "a -> b")
    })
  )

  it.scopedLive("branch names with dots and slashes; a detached head", () =>
    Effect.gen(function* () {
      const { git, repository } = yield* withGit()
      const repo = yield* repository("r", "release-1.2")
      const { hash } = yield* git.commit(repo, "x", { allowEmpty: true })
      yield* git.createBranch(repo, "feat/é.1")
      yield* git.createBranch(repo, "heads/main", { checkout: false })
      assert.deepStrictEqual(
        (yield* git.listBranches(repo)).map(({ commit, isCurrent, name }) => [name, isCurrent, commit]),
        [
          ["feat/é.1", true, hash],
          ["heads/main", false, hash],
          ["release-1.2", false, hash]
        ]
      )
      yield* git.checkoutBranch(repo, "release-1.2")
      assert.strictEqual(Option.getOrNull((yield* git.status(repo)).branch), "release-1.2")
      yield* git.deleteBranch(repo, "feat/é.1")
      yield* git.checkoutBranch(repo, hash)
      const detached = yield* git.status(repo)
      assert.deepInclude(detached, { isDetached: true })
      assert.isTrue(Option.isNone(detached.branch))
      assert.isFalse((yield* git.listBranches(repo)).some(({ isCurrent }) => isCurrent))
      // Where the short form "[detached HEAD abc1234]" names no branch.
      const next = yield* git.commit(repo, "y", { allowEmpty: true })
      assert.strictEqual(Option.getOrNull((yield* git.status(repo)).commit), next.hash)
    })
  )

  it.scopedLive("collisions: told by pull and by status, in whatever way both sides did it", () =>
    Effect.gen(function* () {
      const { git, at, repository, write } = yield* withGit()
      const repo = yield* repository("origin")
      yield* write("origin/both", "0\n")
      yield* write("origin/gone", "old content\nthat is moved\n")
      yield* git.add(repo)
      yield* git.commit(repo, "base")
      const { path: copy } = yield* git.clone(repo, { path: at("copy") })
      yield* git.configureUser(copy, "Cy", "cy@example.com")
      for (const [side, other] of [
        ["origin", "theirs"],
        ["copy", "ours"]
      ] as const) {
        yield* write(`${side}/both`, `${other}\n`)
        yield* write(`${side}/new`, `${other}\n`)
        fs.renameSync(at(`${side}/gone`), at(`${side}/gone-${other}`))
        yield* git.add(at(side))
        yield* git.commit(at(side), other)
      }
      const ahead = yield* git.status(copy)
      assert.deepInclude(ahead, { ahead: 1, behind: 0, isUpstreamGone: false })
      assert.strictEqual(Option.getOrNull(ahead.upstream), "origin/main")
      assert.strictEqual(yield* reasonsOf(git.pull(copy)), "Diverged")
      const conflict = yield* Effect.flip(git.pull(copy, { strategy: "merge" }))
      assert.deepInclude(conflict, { _tag: "GitError", reason: "Conflict", exitCode: 1 })
      assert.include(conflict._tag === "GitError" ? conflict.stdout : "", "CONFLICT")
      const status = yield* git.status(copy)
      assert.isTrue(status.hasConflicts)
      assert.deepStrictEqual(
        status.files.map(({ index, isConflicted, path: name, workTree }) => [
          name,
          index,
          workTree,
          isConflicted
        ]),
        [
          ["both", "unmerged", "unmerged", true],
          ["gone", "deleted", "deleted", true],
          ["gone-ours", "added", "unmerged", true],
          ["gone-theirs", "unmerged", "added", true],
          ["new", "added", "added", true]
        ]
      )
      assert.strictEqual(yield* reasonsOf(git.commit(copy, "no")), "Conflict")
      yield* git.reset(copy, { mode: "hard" })
      yield* write("copy/both", "local\n")
      assert.strictEqual(yield* reasonsOf(git.checkoutBranch(copy, "HEAD~1")), "LocalChanges")
      yield* git.restore(copy, { paths: ["both"] })
      assert.isTrue((yield* git.status(copy)).isClean)
      assert.include((yield* git.run(copy, ["diff", "--stat", "HEAD~1"])).stdout, "both")
    })
  )

  it.scopedLive("reset and restore: what is staged, what is not", () =>
    Effect.gen(function* () {
      const { git, repository, write } = yield* withGit()
      const repo = yield* repository("r")
      yield* write("r/a", "1")
      yield* git.add(repo)
      yield* git.commit(repo, "one")
      yield* write("r/a", "2")
      yield* git.add(repo, { files: ["a"] })
      yield* write("r/a", "3")
      assert.deepInclude((yield* git.status(repo)).files[0], { index: "modified", workTree: "modified" })
      yield* git.reset(repo, { paths: ["a"] })
      assert.deepInclude((yield* git.status(repo)).files[0], { index: "unmodified", workTree: "modified" })
      yield* git.add(repo)
      yield* git.restore(repo, { paths: ["a"], staged: true, worktree: true, source: "HEAD" })
      assert.isTrue((yield* git.status(repo)).isClean)
      yield* git.commit(repo, "two", { allowEmpty: true })
      yield* git.reset(repo, { mode: "soft", target: "HEAD~1" })
      assert.lengthOf(yield* git.log(repo), 1)
    })
  )

  it.scopedLive("remotes and settings", () =>
    Effect.gen(function* () {
      const { calls, git, repository } = yield* withGit()
      const repo = yield* repository("r")
      assert.isTrue(Option.isNone(yield* git.remoteGet(repo, "origin")))
      yield* git.remoteAdd(repo, "origin", "https://example.com/r.git")
      assert.strictEqual(yield* reasonsOf(git.remoteAdd(repo, "origin", "x")), "AlreadyExists")
      yield* git.remoteAdd(repo, "origin", "https://example.com/s.git", { overwrite: true })
      assert.strictEqual(Option.getOrNull(yield* git.remoteGet(repo, "origin")), "https://example.com/s.git")
      assert.isTrue(Option.isNone(yield* git.getConfig(repo, "no.such")))
      yield* git.setConfig(repo, "alias.x", "line one\n-- 'two' ")
      assert.strictEqual(Option.getOrNull(yield* git.getConfig(repo, "alias.x")), "line one\n-- 'two' ")
      // Settings are those of the repository unless told otherwise.
      const stored = calls
        .map(({ args }) => String(args.command))
        .filter((line) => line.includes("'alias.x' "))
      assert.isTrue(stored.every((line) => line.includes("'--local'")))
      assert.strictEqual(
        Option.getOrNull(yield* git.getConfig(repo, "user.name", { scope: "local" })),
        "Ann Ö"
      )
    })
  )
})

describe("failures are told apart", () => {
  it.scopedLive("by what git says", () =>
    Effect.gen(function* () {
      const { at, git, repository, write } = yield* withGit()
      const repo = yield* repository("r")
      yield* git.commit(repo, "x", { allowEmpty: true })
      yield* write("plain/file", "")
      yield* git.remoteAdd(repo, "gone", at("no-such"))
      yield* git.createBranch(repo, "side")
      yield* git.commit(repo, "on side", { allowEmpty: true })
      yield* git.checkoutBranch(repo, "main")
      const seen = yield* Effect.forEach(
        [
          git.status(at("plain")),
          git.status(at("nowhere")),
          git.checkoutBranch(repo, "not found 403"),
          git.checkoutBranch(repo, "CONFLICT"),
          git.deleteBranch(repo, "permission-denied"),
          git.add(repo, { files: ["fatal: not a git repository"] }),
          git.pull(repo, { remote: "gone", branch: "main" }),
          git.clone(at("no-such"), { path: at("c1") }),
          git.clone(repo, { path: at("c2"), branch: "nope" }),
          git.clone(repo, { path: at("plain") }),
          git.clone("https://127.0.0.1:9/x.git", { path: at("c3") }),
          git.createBranch(repo, "main"),
          git.deleteBranch(repo, "side"),
          git.commit(repo, "nothing"),
          git.log(repo, { revision: "nope" })
        ],
        reasonsOf
      )
      assert.deepStrictEqual(seen, [
        "NotARepository",
        "NotFound",
        "NotFound",
        "NotFound",
        "NotFound",
        "NotFound",
        "NotFound",
        "NotFound",
        "NotFound",
        "AlreadyExists",
        "Unreachable",
        "AlreadyExists",
        "NotMerged",
        "NothingToCommit",
        "NotFound"
      ])
      yield* write("r/.git/index.lock", "")
      assert.strictEqual(yield* reasonsOf(git.reset(repo)), "Locked")
      const { path: anonymous } = yield* git.init(at("anonymous"))
      yield* git.setConfig(anonymous, "user.useConfigOnly", "true")
      assert.strictEqual(
        yield* reasonsOf(git.commit(anonymous, "x", { allowEmpty: true })),
        "IdentityMissing"
      )
    })
  )

  it("words in names are not git's words", () => {
    const table: ReadonlyArray<readonly [number, string, string, string]> = [
      [127, "", "sh: 1: git: not found", "GitMissing"],
      [127, "", "bash: line 1: git: command not found", "GitMissing"],
      [1, "", "error: pathspec 'git: command not found' did not match any file(s) known to git", "NotFound"],
      [
        128,
        "",
        "fatal: unable to access 'https://h/403/': The requested URL returned error: 403",
        "Authentication"
      ],
      [128, "", "fatal: unable to access 'https://h/403/': Could not resolve host: h", "Unreachable"],
      [128, "", "fatal: repository 'https://h/x/' not found", "NotFound"],
      [
        128,
        "",
        "fatal: could not read Username for 'https://h': terminal prompts disabled",
        "Authentication"
      ],
      [
        128,
        "",
        "git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.",
        "Authentication"
      ],
      [1, "", "error: open(\"x\"): Permission denied\nerror: unable to index file 'x'", "Unknown"],
      [1, "CONFLICT (content): Merge conflict in a\nAutomatic merge failed", "From x", "Conflict"],
      [1, "", "error: branch 'CONFLICT (x' not found.", "NotFound"]
    ]
    for (const [code, stdout, stderr, reason] of table) {
      assert.strictEqual(reasonOf(code, stdout, stderr), reason, stderr)
    }
  })

  it.scoped("a session without git, of each generation; and it is asked again every time", () =>
    Effect.gen(function* () {
      for (const reply of [
        wrapper("", "sh: 1: git: not found\n", 127),
        failed("Execution failed. Error code:127 Error message: sh: 1: git: not found")
      ]) {
        const { calls, git } = yield* scripted(reply)
        assert.strictEqual(yield* reasonsOf(git.add("/r")), "GitMissing")
        assert.strictEqual(yield* reasonsOf(git.status("/r")), "GitMissing")
        assert.strictEqual(yield* reasonsOf(git.add("/r")), "GitMissing")
        assert.lengthOf(calls, 3)
      }
    })
  )

  it.scoped("git that is killed, and answers that are none", () =>
    Effect.gen(function* () {
      const killed = yield* scripted(failed("Execution failed. Error code:-1 Error message: [timeout]"))
      assert.strictEqual(yield* reasonsOf(killed.git.pull("/r")), "Timeout")
      for (const text of ["", "no base64!", "aGVsbG8="]) {
        const { git } = yield* scripted(wrapper(text, "", 0))
        assert.strictEqual(yield* reasonsOf(git.status("/r")), "Unreadable", text)
      }
      const { git } = yield* scripted(wrapper("[main abc1234] x\n", "", 0))
      assert.strictEqual(yield* reasonsOf(git.commit("/r", "m")), "Unreadable")
    })
  )
})

describe("nothing is read as an option", () => {
  it.scopedLive("by git itself", () =>
    Effect.gen(function* () {
      const { at, git, repository, write } = yield* withGit()
      const repo = yield* repository("-r")
      yield* write("-r/--all", "x")
      yield* git.add(repo, { files: ["--all"] })
      yield* git.commit(repo, "--amend")
      yield* git.setConfig(repo, "alias.y", "--global")
      assert.strictEqual(Option.getOrNull(yield* git.getConfig(repo, "alias.y")), "--global")
      yield* git.restore(repo, { paths: ["--all"] })
      const { path: copy } = yield* git.clone(repo, { path: at("--upload-pack=x") })
      assert.strictEqual((yield* git.log(copy))[0]?.subject, "--amend")
    })
  )

  it.scoped("and names that would be are refused", () =>
    Effect.gen(function* () {
      const { calls, git } = yield* scripted(answer(""))
      const url = "https://user:SECRETPASSWORD@example.com/r"
      const refused = [
        git.clone("--upload-pack=touch /tmp/x"),
        git.clone(url),
        git.clone("u", { branch: "-b" }),
        git.clone("u", { depth: 0 }),
        git.clone("u", { timeout: 0 }),
        git.init(""),
        git.init("/r", { initialBranch: "-x" }),
        git.add("", {}),
        git.add("/r", { files: [] }),
        git.commit("/r", " "),
        git.commit("/r", "m", { authorName: "" }),
        git.createBranch("/r", "a..b"),
        git.createBranch("/r", "--orphan"),
        git.checkoutBranch("/r", "-f"),
        git.deleteBranch("/r", ".hidden"),
        git.remoteAdd("/r", "-o", "u"),
        git.remoteAdd("/r", "origin", url),
        git.remoteGet("/r", "a b"),
        git.reset("/r", { target: "--hard" }),
        git.reset("/r", { mode: "hard", paths: ["a"] }),
        git.restore("/r", { paths: [] }),
        git.restore("/r", { paths: ["a"], source: "-s" }),
        git.pull("/r", { branch: "main" }),
        git.pull("/r", { remote: "--upload-pack=x" }),
        git.configureUser("/r", "", "e"),
        git.setConfig("/r", "--unset", "v"),
        git.getConfig("/r", "none"),
        git.log("/r", { revision: "--output=/tmp/x" }),
        git.run("/r", ["--exec-path=/tmp"])
      ]
      const errors = yield* Effect.forEach(refused, Effect.flip)
      assert.deepStrictEqual(
        errors.map((error) => error._tag).filter((tag) => tag !== "InvalidArgument"),
        []
      )
      assert.deepStrictEqual(leaksIn(errors.map(String).join()), [])
      assert.deepStrictEqual(calls, [])
    })
  )
})

describe("credentials", () => {
  const credentials = { username: "x-access-token", password: Redacted.make("pw-SECRETPASSWORD'\"$(id)") }

  it.scoped("travel beside the command, to one host", () =>
    Effect.gen(function* () {
      const { calls, git } = yield* scripted(
        wrapper(
          "",
          "remote: pw-SECRETPASSWORD'\"$(id) is wrong\nfatal: Authentication failed for 'https://u:SECRETURL@h/r'",
          128
        )
      )
      const error = yield* Effect.flip(git.clone("https://h.example:8443/r.git", { credentials }))
      assert.deepInclude(error, { _tag: "GitError", reason: "Authentication" })
      assert.deepStrictEqual(leaksIn(`${String(error)}${JSON.stringify(error)}`), [])
      const [call] = calls
      assert.deepStrictEqual(leaksIn(String(call?.args.command)), [])
      assert.include(String(call?.args.command), "'credential.https://h.example:8443.helper=")
      assert.deepInclude(call?.args.envs, { AGENTBAY_GIT_PASSWORD: "pw-SECRETPASSWORD'\"$(id)" })
    })
  )

  it.scoped("go nowhere in the clear", () =>
    Effect.gen(function* () {
      const { calls, git } = yield* scripted(answer(""))
      for (const url of [
        "http://example.com/r",
        "git@example.com:r",
        "ssh://h/r",
        "/r",
        "http://localhost.evil/r"
      ]) {
        const error = yield* Effect.flip(git.clone(url, { credentials }))
        assert.deepInclude(error, { _tag: "InvalidArgument", field: "credentials" })
      }
      const blank = yield* Effect.flip(
        git.clone("https://h/r", { credentials: { username: "u", password: "two\nlines" } })
      )
      assert.deepInclude(blank, { _tag: "InvalidArgument", field: "credentials.password" })
      assert.deepStrictEqual(calls, [])
    })
  )
})

describe("reading status", () => {
  it("any path, any state", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\0"))
    const letter = fc.constantFrom(".", "M", "A", "D", "T")
    const hash = "0".repeat(40)
    const record = fc.oneof(
      fc.tuple(name, letter, letter).map(([at, x, y]) => ({
        at,
        from: null,
        text: `1 ${x}${y} N... 100644 100644 100644 ${hash} ${hash} ${at}\0`
      })),
      fc.tuple(name, name).map(([at, from]) => ({
        at,
        from,
        text: `2 R. N... 100644 100644 100644 ${hash} ${hash} R100 ${at}\0${from}\0`
      })),
      fc.tuple(name, fc.constantFrom("UU", "AA", "DD", "AU", "UD")).map(([at, xy]) => ({
        at,
        from: null,
        text: `u ${xy} N... 100644 100644 100644 100644 ${hash} ${hash} ${hash} ${at}\0`
      })),
      name.map((at) => ({ at, from: null, text: `? ${at}\0` }))
    )
    check(
      fc.property(fc.array(record), (records) => {
        const status = parseStatus(
          `# branch.oid ${hash}\0# branch.head a.b/c\0${records.map(({ text }) => text).join("")}`
        )
        assert.deepStrictEqual(
          status?.files.map((file) => [file.path, Option.getOrNull(file.renamedFrom)]),
          records.map(({ at, from }) => [at, from])
        )
        assert.strictEqual(
          status?.hasConflicts,
          records.some(({ text }) => text.startsWith("u"))
        )
      })
    )
  })
})
