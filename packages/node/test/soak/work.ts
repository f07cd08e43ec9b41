/** Pieces of work in a session, each of which compares what comes out byte by byte. */
import type { Session } from "@effect-agentbay/core/Session"
import type { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Option, Random, Stream } from "effect"
import type { OperationName } from "../../../testing/test/reliability/operations.js"

/** What came out is not what it had to be. */
export class Wrong {
  readonly _tag = "Wrong"
  constructor(readonly what: string) {}
}

export interface Work {
  readonly name: string
  /** The classes of operations whose promises say what it may fail with. */
  readonly classes: ReadonlyArray<OperationName>
  readonly run: (session: Session.Service, cloud: TestCloud.Service) => Effect.Effect<void, unknown>
}

const randomBytes = (most: number): Effect.Effect<Uint8Array> =>
  Effect.gen(function* () {
    const length = yield* Random.nextIntBetween(0, most)
    let state = yield* Random.nextIntBetween(1, 2 ** 31)
    return Uint8Array.from({ length }, () => {
      // xorshift: fast, and every byte of it repeatable.
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state & 255
    })
  })

const letters = "abcdefghijklmnopqrstuvwxyz äöü €\n"

const randomText = (most: number): Effect.Effect<string> =>
  Effect.map(randomBytes(most), (bytes) =>
    Array.from(bytes, (byte) => letters[byte % letters.length] ?? "").join("")
  )

const name = Effect.map(Random.nextIntBetween(0, 2 ** 40), (number) => number.toString(36))

const same = (what: string, actual: Uint8Array, expected: Uint8Array): Effect.Effect<void, Wrong> =>
  Buffer.compare(actual, expected) === 0
    ? Effect.void
    : Effect.fail(new Wrong(`${what}: ${actual.length} bytes instead of ${expected.length}, or other ones`))

const collected = <E>(stream: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(stream), (pieces) => Buffer.concat([...pieces]))

/** Past the client, where no fault is. */
const machineOf = (session: Session.Service, cloud: TestCloud.Service) =>
  Effect.flatten(cloud.machine(session.sessionId))

const contentOf = (session: Session.Service, cloud: TestCloud.Service, path: string) =>
  Effect.flatMap(machineOf(session, cloud), (machine) => Effect.option(machine.read(path, 0, 0)))

/** Runs work that leaves a mark, and checks that it did so once, or after a failure at most once. */
const markedOnce = <E>(
  session: Session.Service,
  cloud: TestCloud.Service,
  path: string,
  run: Effect.Effect<unknown, E>
) =>
  Effect.gen(function* () {
    const exit = yield* Effect.either(run)
    const found = yield* contentOf(session, cloud, path)
    const marks = Option.match(found, { onNone: () => 0, onSome: (bytes) => bytes.length })
    if (marks > 1 || (exit._tag === "Right" && marks !== 1)) {
      return yield* Effect.fail(new Wrong(`ran ${marks} times: ${path}`))
    }
    return yield* exit
  })

const command: Work = {
  name: "command",
  classes: ["command"],
  run: (session, cloud) =>
    Effect.flatMap(name, (id) => {
      const path = `/tmp/ran-${id}`
      return markedOnce(session, cloud, path, session.command.run(`printf x >> ${path}`))
    })
}

const file: Work = {
  name: "file",
  classes: ["writeFile", "writeBinaryFile", "writeLargeFile", "readFile", "readLargeFile"],
  run: ({ fileSystem }) =>
    Effect.gen(function* () {
      const path = `/tmp/file-${yield* name}`
      const isText = yield* Random.nextBoolean
      const content = isText ? Buffer.from(yield* randomText(200_000)) : yield* randomBytes(150_000)
      yield* fileSystem.writeFile(path, content)
      yield* same("file", yield* fileSystem.readFile(path), content)
    })
}

const unbroken: Work = {
  name: "file kept",
  classes: ["writeFile", "writeBinaryFile", "writeLargeFile"],
  run: (session, cloud) =>
    Effect.gen(function* () {
      const path = `/tmp/kept-${yield* name}`
      const before = yield* randomBytes(1_000)
      const after = yield* randomBytes(200_000)
      const machine = yield* machineOf(session, cloud)
      yield* machine.write(path, before, "overwrite")
      const exit = yield* Effect.either(session.fileSystem.writeFile(path, after))
      const found = Option.getOrElse(yield* contentOf(session, cloud, path), () => new Uint8Array(0))
      const isNew = Buffer.compare(found, after) === 0
      const isOld = Buffer.compare(found, before) === 0
      if (!isNew && (exit._tag === "Right" || !isOld)) {
        return yield* Effect.fail(new Wrong(`half-written: ${path}`))
      }
      return yield* exit
    })
}

const processEcho: Work = {
  name: "process with stdin",
  classes: ["processStart", "processOutput"],
  run: ({ command }) =>
    Effect.scoped(
      Effect.gen(function* () {
        const input = yield* randomBytes(120_000)
        const process = yield* command.startScoped("cat; exit 7")
        const middle = Math.floor(input.length / 2)
        yield* Stream.run(Stream.make(input.subarray(0, middle), input.subarray(middle)), process.stdin)
        yield* same("process", yield* collected(process.stdout), input)
        const { exitCode } = yield* process.wait
        if (exitCode !== 7) return yield* Effect.fail(new Wrong(`exit code ${exitCode}`))
      })
    )
}

const processOnce: Work = {
  name: "process once",
  classes: ["processStart"],
  run: (session, cloud) =>
    Effect.flatMap(name, (id) => {
      const path = `/tmp/started-${id}`
      const start = session.command.start(`printf x >> ${path}`, { commandId: id, stdin: "none" })
      return markedOnce(
        session,
        cloud,
        path,
        Effect.flatMap(start, ({ wait }) => wait)
      )
    })
}

const transfer: Work = {
  name: "transfer",
  classes: ["upload", "download", "transferCopy", "transferPoll", "command", "list"],
  run: ({ fileTransfer }) =>
    Effect.gen(function* () {
      const path = `/home/wuying/transfer-${yield* name}`
      const content = yield* randomBytes(1_500_000)
      yield* fileTransfer.upload(path, content)
      yield* same("transfer", yield* collected(fileTransfer.download(path)), content)
    })
}

export const works: ReadonlyArray<Work> = [command, file, unbroken, processEcho, processOnce, transfer]
