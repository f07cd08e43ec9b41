import type { AgentBayError, FileSystemTools, SessionFileSystem } from "@effect-agentbay/core"
import type { Effect, Either, Option, Sink, Stream } from "effect"
import { expect, test } from "tstyche"

declare const files: SessionFileSystem.SessionFileSystem.Service

type WithoutFile =
  | AgentBayError.InvalidArgument
  | AgentBayError.SessionError
  | AgentBayError.VpcUnavailable
  | AgentBayError.ToolError

type Failure = WithoutFile | AgentBayError.FileError

test("every operation fails with exactly these, and needs nothing", () => {
  expect<SessionFileSystem.SessionFileSystem.Failure>().type.toBe<Failure>()
  expect(files.readFile("/a")).type.toBe<Effect.Effect<Uint8Array, Failure>>()
  expect(files.readFileString("/a")).type.toBe<Effect.Effect<string, Failure>>()
  expect(files.writeFile("/a", new Uint8Array())).type.toBe<Effect.Effect<void, Failure>>()
  expect(files.exists("/a")).type.toBe<Effect.Effect<boolean, Failure>>()
  expect(files.stat("/a")).type.toBe<Effect.Effect<SessionFileSystem.FileInfo, Failure>>()
  expect(files.edit("/a", [])).type.toBe<Effect.Effect<Option.Option<string>, Failure>>()
})

test("a file that cannot be read is data among several", () => {
  expect(files.readFilesString(["/a"])).type.toBe<
    Effect.Effect<ReadonlyMap<string, Either.Either<string, AgentBayError.FileError>>, WithoutFile>
  >()
})

test("streams and sinks are typed alike", () => {
  expect(files.stream("/a")).type.toBe<Stream.Stream<Uint8Array, Failure>>()
  expect(files.sink("/a")).type.toBe<Sink.Sink<void, Uint8Array, never, Failure>>()
})

test("watching can also fail by the live channel", () => {
  expect(files.changes("/a", { mode: "push" })).type.toBe<
    Stream.Stream<
      FileSystemTools.FileChange,
      Failure | AgentBayError.ChannelError | AgentBayError.ChannelUnavailable
    >
  >()
  expect(files.getChanges("/a")).type.toBe<
    Effect.Effect<ReadonlyArray<FileSystemTools.FileChange>, Failure>
  >()
  expect(files.changes).type.not.toBeCallableWith("/a", { mode: "often" })
})

test("options", () => {
  expect(files.writeFile("/a", new Uint8Array(), { mode: "create_new", concurrency: 8 })).type.toBe<
    Effect.Effect<void, Failure>
  >()
  expect(files.writeFile).type.not.toBeCallableWith("/a", "text")
  expect(files.writeFileString).type.not.toBeCallableWith("/a", "text", { mode: "w" })
  expect(files.remove).type.not.toBeCallableWith("/a", { recursive: 1 })
})
