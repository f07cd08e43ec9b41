/**
 * The machine's files as the shell wants to see them.
 *
 * @since 0.1.0
 */

import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import type {
  BufferEncoding,
  CpOptions,
  FileContent,
  FsStat,
  IFileSystem,
  MkdirOptions,
  RmOptions
} from "just-bash"
import { FileFailure } from "./fileFailure.js"
import type { MemoryFiles } from "./memoryFiles.js"
import { type MemoryNode, sizeOf } from "./memoryNode.js"
import { absolute, join, normalize } from "./memoryPaths.js"
import type { Pipe } from "./pipe.js"
import type { Process } from "./processes.js"
import { isName } from "./processSyntax.js"
import * as Redirections from "./redirections.js"

/** Stands for every command of the shell. */
const program = "/usr/bin/bash"

type EncodingOption = { readonly encoding?: BufferEncoding | null } | BufferEncoding | undefined

const encodingOf = (option: EncodingOption): BufferEncoding =>
  (typeof option === "string" ? option : option?.encoding) ?? "utf8"

const invalid = () => {
  throw new FileFailure("EINVAL", "write", "")
}

const bytesOf = (content: FileContent, option: EncodingOption): Uint8Array => {
  if (typeof content !== "string") return content
  switch (encodingOf(option)) {
    case "ascii":
    case "binary":
    case "latin1":
      return Uint8Array.from(content, (character) => character.charCodeAt(0))
    case "base64":
      return Either.getOrElse(Encoding.decodeBase64(content), invalid)
    case "hex":
      return Either.getOrElse(Encoding.decodeHex(content), invalid)
    default:
      return new TextEncoder().encode(content)
  }
}

/** Strings are built in pieces because an engine limits how many arguments one call takes. */
const latin1 = (bytes: Uint8Array): string => {
  let text = ""
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192))
  }
  return text
}

const textOf = (bytes: Uint8Array, option: EncodingOption): string => {
  switch (encodingOf(option)) {
    case "ascii":
    case "binary":
    case "latin1":
      return latin1(bytes)
    case "base64":
      return Encoding.encodeBase64(bytes)
    case "hex":
      return Encoding.encodeHex(bytes)
    default:
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
  }
}

const statOf = (node: MemoryNode): FsStat => ({
  // Scripts test and read the null device like any file.
  isFile: node.kind === "file" || node.kind === "other",
  isDirectory: node.kind === "directory",
  isSymbolicLink: node.kind === "symlink",
  mode: node.mode,
  size: sizeOf(node),
  mtime: new Date(node.modifiedMs),
  dev: 1,
  ino: node.id,
  identity: `memory:${node.id}`
})

const copy = (files: MemoryFiles, source: string, destination: string, recursive: boolean): void => {
  const node = files.node(source, false, "cp")
  switch (node.kind) {
    case "symlink": {
      if (files.find(destination) !== undefined) files.remove(destination)
      files.symlink(node.target, destination)
      return
    }
    case "directory": {
      if (!recursive) throw new FileFailure("EISDIR", "cp", source)
      const target = normalize(destination)
      if (`${target}/`.startsWith(`${normalize(source)}/`)) throw new FileFailure("EINVAL", "cp", source)
      files.makeDirectory(destination, { recursive: true })
      for (const [name] of files.list(source))
        copy(files, join(source, name), join(destination, name), recursive)
      return
    }
    default: {
      const isNew = files.find(destination) === undefined
      files.write(destination, files.read(source))
      if (isNew) files.chmod(destination, node.mode)
    }
  }
}

/**
 * Named pipes, and the process that reads and writes them, if it is one.
 *
 * @since 0.1.0
 * @category models
 */
export interface Pipes {
  readonly at: (path: string) => Pipe | undefined
  readonly process: Process | undefined
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  files: MemoryFiles,
  pipes: Pipes,
  onRefusal: (failure: FileFailure) => void
): IFileSystem => {
  const { process } = pipes
  const promised = async <A>(operation: () => A): Promise<A> => operation()
  const onWait = process?.onWait ?? (() => undefined)
  /** A pipe gives what was written to it; opening it waits for a writer. */
  const read = async (path: string): Promise<Uint8Array> =>
    (await pipes.at(path)?.some(onWait)) ?? files.read(path)
  const write = (path: string, bytes: Uint8Array, mode?: "append"): void => {
    // A process that was killed in the middle of a command writes nothing any more.
    if (process !== undefined && !process.isAlive()) return
    const target = Redirections.unmarked(path)
    const pipe = pipes.at(target)
    if (pipe === undefined) files.write(target, bytes, mode)
    else pipe.write(bytes)
  }
  const refusalOf = (path: string): FileFailure | undefined => {
    try {
      files.assertCreatable(path)
      return undefined
    } catch (failure) {
      if (failure instanceof FileFailure) return failure
      throw failure
    }
  }
  return {
    readFile: async (path, options) => textOf(await read(path), options),
    readFileBuffer: read,
    writeFile: (path, content, options) => promised(() => write(path, bytesOf(content, options))),
    appendFile: (path, content, options) => promised(() => write(path, bytesOf(content, options), "append")),
    exists: (path) =>
      promised(() => {
        const target = Redirections.unmarked(path)
        return (
          isName(path) ||
          files.find(target) !== undefined ||
          (Redirections.isMarked(path) && refusalOf(target) !== undefined)
        )
      }),
    stat: (path) =>
      promised(() => {
        const target = Redirections.unmarked(path)
        if (isName(path)) return statOf(files.node(program))
        const refusal = Redirections.isMarked(path) ? refusalOf(target) : undefined
        if (refusal !== undefined) {
          onRefusal(refusal)
          throw refusal
        }
        return statOf(files.node(target))
      }),
    lstat: (path) =>
      promised(() => statOf(isName(path) ? files.node(program) : files.node(path, false, "lstat"))),
    mkdir: (path: string, options?: MkdirOptions) =>
      promised(() => files.makeDirectory(path, { recursive: options?.recursive === true })),
    readdir: (path) => promised(() => files.list(path).map(([name]) => name)),
    readdirWithFileTypes: (path) =>
      promised(() =>
        files.list(path).map(([name, node]) => {
          const { isDirectory, isFile, isSymbolicLink } = statOf(node)
          return { name, isDirectory, isFile, isSymbolicLink }
        })
      ),
    rm: (path: string, options?: RmOptions) =>
      promised(() => {
        try {
          files.remove(path, { recursive: options?.recursive === true })
        } catch (failure) {
          if (options?.force === true && failure instanceof FileFailure && failure.code === "ENOENT") return
          throw failure
        }
      }),
    cp: (source: string, destination: string, options?: CpOptions) =>
      promised(() => copy(files, source, destination, options?.recursive === true)),
    mv: (source, destination) => promised(() => files.rename(source, destination)),
    resolvePath: (base, path) => normalize(absolute(base, path)),
    getAllPaths: () => ["/", ...files.walk("/").map(([path]) => path)],
    chmod: (path, mode) => promised(() => files.chmod(path, mode)),
    symlink: (target, path) => promised(() => files.symlink(target, path)),
    link: (existing, path) => promised(() => files.link(existing, path)),
    readlink: (path) => promised(() => files.readlink(path)),
    realpath: (path) => promised(() => files.realpath(path)),
    utimes: (path, accessed, modified) =>
      promised(() => files.setTimes(path, accessed.getTime(), modified.getTime()))
  }
}
