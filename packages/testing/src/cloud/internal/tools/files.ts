/** Tools that move whole files and directories. */
import * as Effect from "effect/Effect"
import type { FileStat, Machine } from "../../../machine/Machine.js"
import { noted } from "../fileChanges.js"
import { fileFailure, type ToolHandlers, yes } from "./handler.js"

/** Cut characters read as replacement characters, as at any byte offset; a byte order mark stays. */
export const textOf = (content: Uint8Array): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(content)

/** Several times as fast as a loop over the bytes, and nobody wants to measure the cloud. */
const base64Of = ({ buffer, byteLength, byteOffset }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64")

const encoder = new TextEncoder()

/** What a link leads to decides; one that leads nowhere is listed as a file. */
const lineOf = (machine: Machine, { kind, path }: FileStat) => {
  const found =
    kind === "symlink"
      ? Effect.match(machine.stat(path), { onFailure: () => kind, onSuccess: (target) => target.kind })
      : Effect.succeed(kind)
  return Effect.map(found, (known) => ({
    name: path.slice(path.lastIndexOf("/") + 1),
    isDirectory: known === "directory"
  }))
}

export const fileHandlers: ToolHandlers<
  | "create_directory"
  | "delete_file"
  | "move_file"
  | "list_directory"
  | "read_file"
  | "read_multiple_files"
  | "write_file"
> = {
  create_directory: ({ path }, { machine }) =>
    machine.makeDirectory(path).pipe(Effect.mapError(fileFailure("create directory", path)), Effect.as(yes)),

  delete_file: ({ path }, { machine }) =>
    machine.remove(path).pipe(Effect.mapError(fileFailure("delete file", path)), Effect.as(yes)),

  move_file: ({ destination, source }, { machine }) =>
    machine
      .move(source, destination)
      .pipe(Effect.mapError(fileFailure(`move file to ${destination}`, source)), Effect.as(yes)),

  list_directory: ({ path }, { machine }) =>
    machine.list(path).pipe(
      Effect.mapError(fileFailure("list directory", path)),
      Effect.flatMap((entries) => Effect.forEach(entries, (entry) => lineOf(machine, entry)))
    ),

  read_file: ({ format, length, offset, path }, { machine }) =>
    machine.read(path, offset ?? 0, length ?? 0).pipe(
      Effect.map((content) => (format === "binary" ? base64Of(content) : textOf(content))),
      Effect.mapError(fileFailure("read file", path))
    ),

  read_multiple_files: ({ paths }, { machine }) =>
    Effect.map(
      Effect.forEach(paths, (path) =>
        Effect.match(machine.read(path, 0, 0), {
          onFailure: (error) => `${path}: Error - ${error.detail}\n`,
          onSuccess: (content) => `${path}:\n${textOf(content).replace(/([^\n])$/, "$1\n")}`
        })
      ),
      (blocks) => blocks.join("\n---\n")
    ),

  write_file: ({ content, mode, path }, session) =>
    noted(session, path, session.machine.write(path, encoder.encode(content), mode ?? "overwrite")).pipe(
      Effect.mapError(fileFailure("write file", path)),
      Effect.as(yes)
    )
}
