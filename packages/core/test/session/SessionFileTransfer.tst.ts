import type { AgentBayError, SessionFileTransfer } from "@effect-agentbay/core"
import type { Effect, Option, Sink, Stream } from "effect"
import { expect, test } from "tstyche"

declare const transfer: SessionFileTransfer.SessionFileTransfer.Service
declare const bytes: Uint8Array
declare const sink: Sink.Sink<number, Uint8Array, never, "sink broke">

class Disk {
  readonly _tag = "Disk"
}

declare const stream: Stream.Stream<Uint8Array, "stream broke", Disk>
declare const opened: Effect.Effect<Stream.Stream<Uint8Array, "stream broke">, "not opened", Disk>

type Failure =
  | AgentBayError.FileTransferError
  | AgentBayError.FileError
  | AgentBayError.InvalidArgument
  | AgentBayError.SessionError
  | AgentBayError.VpcUnavailable
  | AgentBayError.ToolError

test("bytes in memory add no failure and need nothing", () => {
  expect(transfer.upload("/tmp/a", bytes)).type.toBe<
    Effect.Effect<SessionFileTransfer.UploadResult, Failure>
  >()
})

test("what a source fails with and needs is kept", () => {
  expect(transfer.upload("/tmp/a", stream)).type.toBe<
    Effect.Effect<SessionFileTransfer.UploadResult, Failure | "stream broke", Disk>
  >()
  expect(transfer.upload<"stream broke" | "not opened", Disk>("/tmp/a", opened)).type.toBe<
    Effect.Effect<SessionFileTransfer.UploadResult, Failure | "stream broke" | "not opened", Disk>
  >()
})

test("a download fails with exactly these, and with what its sink fails with", () => {
  expect(transfer.download("/tmp/a")).type.toBe<Stream.Stream<Uint8Array, Failure>>()
  expect(transfer.downloadTo("/tmp/a", sink)).type.toBe<
    Effect.Effect<SessionFileTransfer.DownloadResult<number>, Failure | "sink broke">
  >()
})

test("one file's failure is data, that of the list is not", () => {
  expect(
    transfer.uploadDirectory(
      "/tmp",
      {} as Stream.Stream<SessionFileTransfer.UploadEntry<"stream broke">, "list broke", Disk>
    )
  ).type.toBe<
    Stream.Stream<
      SessionFileTransfer.EntryResult<
        Option.Option<SessionFileTransfer.UploadResult>,
        | AgentBayError.FileTransferError
        | AgentBayError.FileError
        | AgentBayError.InvalidArgument
        | "stream broke"
      >,
      Failure | "list broke",
      Disk
    >
  >()
})

test("texts are not bytes", () => {
  expect(transfer.upload).type.not.toBeCallableWith("/tmp/a", "text")
})
