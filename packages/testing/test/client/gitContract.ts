/** Git in a session: with the real git where sessions are real processes. */
import { assert, describe, it } from "@effect/vitest"
import type { SessionGit } from "@effect-agentbay/core/SessionGit"
import { Effect, Option, Redacted, Schedule } from "effect"
import { TestCloud } from "../../src/TestCloud.js"
import { makeHarness, routes, type Subject } from "./harness.js"

/** A server for repositories below `/home/wuying/served`, which asks for a password. It prints its port. */
const server = `
import base64, http.server, os, subprocess
ALLOWED = "Basic " + base64.b64encode(b"bot:pw-S3CRET'$x").decode()
class Handler(http.server.BaseHTTPRequestHandler):
    def serve(self):
        if self.headers.get("Authorization") != ALLOWED:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        environment = dict(os.environ, GIT_PROJECT_ROOT="/home/wuying/served", GIT_HTTP_EXPORT_ALL="1",
            PATH_INFO=path, QUERY_STRING=query, REQUEST_METHOD=self.command, REMOTE_USER="bot",
            CONTENT_TYPE=self.headers.get("Content-Type", ""), CONTENT_LENGTH=str(length),
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""))
        answer = subprocess.run(["git", "http-backend"], input=self.rfile.read(length), env=environment,
            stdout=subprocess.PIPE).stdout
        head, _, body = answer.partition(b"\\r\\n\\r\\n")
        headers = [line.split(": ", 1) for line in head.decode().split("\\r\\n")]
        status = next((int(v.split()[0]) for k, v in headers if k == "Status"), 200)
        self.send_response(status)
        for key, value in headers:
            if key != "Status": self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = serve
    def log_message(self, *_): pass
httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
open("/tmp/port", "w").write(str(httpd.server_port))
httpd.serve_forever()
`

const reasonOf = (effect: Effect.Effect<unknown, SessionGit.Failure>) =>
  Effect.map(Effect.flip(effect), (error) => (error._tag === "GitError" ? error.reason : String(error)))

const withProcesses = <E>(name: string, subject: Subject<E>) => {
  const { withSession } = makeHarness(subject)

  for (const route of routes) {
    describe(`git ${name}, ${route} route`, () => {
      it.live("clones, commits, collides, resolves", () =>
        withSession(route, ({ fileSystem, git }) =>
          Effect.gen(function* () {
            const { path: origin } = yield* git.init("origin", { initialBranch: "release-1.2" })
            yield* git.configureUser(origin, "Ann Ö", "ann@example.com", { scope: "global" })
            yield* fileSystem.writeFileString('/home/wuying/origin/ü -> "b"\t.txt', "0\n")
            yield* git.add(origin)
            const first = yield* git.commit(origin, "erster – 第一")
            const { path: copy } = yield* git.clone(`file:///home/wuying/${origin}`, { path: "/tmp/copy it" })
            assert.deepStrictEqual(
              (yield* git.log(copy)).map(({ authorName, hash, subject: said }) => [hash, said, authorName]),
              [[first.hash, "erster – 第一", "Ann Ö"]]
            )
            for (const at of [`/home/wuying/${origin}`, copy]) {
              yield* fileSystem.writeFileString(`${at}/ü -> "b"\t.txt`, `${at}\n`)
              yield* git.add(at)
              yield* git.commit(at, "change")
            }
            assert.strictEqual(yield* reasonOf(git.pull(copy, { strategy: "merge" })), "Conflict")
            const status = yield* git.status(copy)
            assert.strictEqual(Option.getOrNull(status.branch), "release-1.2")
            assert.deepStrictEqual(
              status.files.map(({ isConflicted, path }) => [path, isConflicted]),
              [['ü -> "b"\t.txt', true]]
            )
            yield* git.add(copy)
            const merged = yield* git.commit(copy, "both")
            assert.deepInclude(yield* git.status(copy), { isClean: true, ahead: 2, behind: 0 })
            yield* git.checkoutBranch(copy, merged.hash)
            assert.isTrue((yield* git.status(copy)).isDetached)
            assert.strictEqual(yield* reasonOf(git.status("/tmp")), "NotARepository")
          })
        )
      )

      it.live("branches, remotes, settings, what is staged and what is not", () =>
        withSession(route, ({ fileSystem, git }) =>
          Effect.gen(function* () {
            const { path: bare } = yield* git.init("/tmp/bare -x.git", { bare: true, initialBranch: "main" })
            const { path: repo } = yield* git.init("/tmp/repo", { initialBranch: "main" })
            yield* git.configureUser(repo, "Ann", "ann@example.com")
            yield* git.setConfig(repo, "notes.weiß.text", "a\nb ")
            assert.strictEqual(Option.getOrNull(yield* git.getConfig(repo, "notes.weiß.text")), "a\nb ")
            assert.strictEqual(Option.getOrNull(yield* git.getConfig(repo, "user.email")), "ann@example.com")
            assert.isTrue(Option.isNone(yield* git.getConfig(repo, "user.name", { scope: "global" })))
            yield* fileSystem.writeFileString("/tmp/repo/é.txt", "1")
            yield* git.add(repo, { files: ["é.txt"] })
            const { hash } = yield* git.commit(repo, "one")
            yield* git.remoteAdd(repo, "origin", bare)
            assert.strictEqual(Option.getOrNull(yield* git.remoteGet(repo, "origin")), bare)
            yield* git.run(repo, ["push", "--set-upstream", "origin", "main"])
            yield* git.createBranch(repo, "feature/1.2")
            assert.deepStrictEqual(
              (yield* git.listBranches(repo)).map(({ commit, isCurrent, name }) => [name, isCurrent, commit]),
              [
                ["feature/1.2", true, hash],
                ["main", false, hash]
              ]
            )
            yield* fileSystem.writeFileString("/tmp/repo/é.txt", "2")
            yield* git.add(repo)
            yield* git.reset(repo)
            assert.strictEqual((yield* git.status(repo)).files[0]?.workTree, "modified")
            yield* git.restore(repo, { paths: ["é.txt"] })
            assert.strictEqual(yield* fileSystem.readFileString("/tmp/repo/é.txt"), "1")
            yield* git.checkoutBranch(repo, "main")
            yield* git.deleteBranch(repo, "feature/1.2")
            assert.strictEqual(yield* reasonOf(git.checkoutBranch(repo, "feature/1.2")), "NotFound")
            yield* git.pull(repo)
            assert.deepInclude(yield* git.status(repo), { isClean: true, ahead: 0, behind: 0 })
          })
        )
      )

      it.live("credentials open a remote, and stay nowhere", () =>
        withSession(route, ({ command, fileSystem, git }) =>
          Effect.scoped(
            Effect.gen(function* () {
              const cloud = yield* TestCloud
              const { path: made } = yield* git.init("made")
              yield* git.configureUser(made, "Ann", "ann@example.com", { scope: "global" })
              yield* git.commit(made, "one", { allowEmpty: true })
              yield* git.clone(`/home/wuying/${made}`, { path: "served/r.git" })
              yield* fileSystem.writeFileString("/tmp/server.py", server)
              yield* command.startScoped("exec python3 /tmp/server.py")
              const port = yield* fileSystem.readFileString("/tmp/port").pipe(
                Effect.filterOrFail(
                  (text) => text !== "",
                  () => "empty" as const
                ),
                Effect.retry(Schedule.intersect(Schedule.spaced("100 millis"), Schedule.recurs(100)))
              )
              const url = `http://127.0.0.1:${port}/r.git`
              const credentials = { username: "bot", password: Redacted.make("pw-S3CRET'$x") }
              assert.strictEqual(yield* reasonOf(git.clone(url, { path: "/tmp/none" })), "Authentication")
              const wrong = { username: "bot", password: "other-S3CRET" }
              assert.strictEqual(
                yield* reasonOf(git.clone(url, { path: "/tmp/wrong", credentials: wrong })),
                "Authentication"
              )
              const { path } = yield* git.clone(url, { path: "/tmp/mine", credentials })
              assert.strictEqual((yield* git.log(path))[0]?.subject, "one")
              yield* git.pull(path, { credentials })
              assert.strictEqual(yield* reasonOf(git.pull(path)), "Authentication")
              assert.strictEqual(Option.getOrNull(yield* git.remoteGet(path, "origin")), url)
              const { stdout } = yield* command.run(
                "grep -rl S3CRET /tmp/mine /home/wuying/.git* 2>/dev/null"
              )
              assert.strictEqual(stdout, "")
              assert.notInclude(JSON.stringify(yield* cloud.journal), "other-S3CRET")
            })
          )
        )
      )
    })
  }
}

const inMemory = <E>(name: string, subject: Subject<E>) => {
  const { withSession } = makeHarness(subject)

  for (const route of routes) {
    describe(`git ${name}, ${route} route`, () => {
      it.live("there is none, and every operation says so", () =>
        withSession(route, ({ git }) =>
          Effect.gen(function* () {
            const seen = yield* Effect.forEach(
              [git.init("/tmp/r"), git.status("/tmp/r"), git.clone("https://example.com/r.git")],
              reasonOf
            )
            assert.deepStrictEqual(seen, ["GitMissing", "GitMissing", "GitMissing"])
          })
        )
      )

      it.live("a test can say what it answers", () =>
        withSession(route, ({ git }) =>
          Effect.gen(function* () {
            const cloud = yield* TestCloud
            const hash = "a".repeat(40)
            yield* cloud.scriptTool("shell", () =>
              Effect.succeed(JSON.stringify({ stdout: `[main a] m\n${hash}\n`, stderr: "", exit_code: 0 }))
            )
            const credentials = { username: "u", password: "pw-S3CRET" }
            assert.deepStrictEqual(yield* git.commit("/r", "m"), { hash })
            yield* git.clone("https://example.com/r.git", { credentials })
            assert.notInclude(JSON.stringify(yield* cloud.journal), "S3CRET")
          })
        )
      )
    })
  }
}

export const gitContract = <E>(name: string, subject: Subject<E>) =>
  subject.machine === "memory" ? inMemory(name, subject) : withProcesses(name, subject)
