/**
 * The machine's answers to the questions of a Python worker.
 *
 * @since 0.1.0
 */
import { FileFailure } from "./fileFailure.js"
import type { MemoryFiles } from "./memoryFiles.js"
import { type DeviceNode, type FileNode, type MemoryNode, sizeOf } from "./memoryNode.js"

const types = { file: 0o100000, directory: 0o040000, symlink: 0o120000, other: 0o020000 } as const

const statusOf = (node: MemoryNode) => ({
  id: node.id,
  mode: types[node.kind] | node.mode,
  links: node.links,
  size: sizeOf(node),
  accessedMs: node.accessedMs,
  modifiedMs: node.modifiedMs
})

const EMPTY = new Uint8Array(0)

/**
 * Files operations by name, for one worker: paths are absolute, open files are numbers.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeFileOperations = (
  files: MemoryFiles
): ((operation: string, args: ReadonlyArray<unknown>, bytes: Uint8Array) => Uint8Array) => {
  const handles = new Map<number, FileNode | DeviceNode>()
  let lastHandle = 0
  const path = (args: ReadonlyArray<unknown>, index = 0) => String(args[index])
  const number = (args: ReadonlyArray<unknown>, index: number) => Number(args[index])
  const opened = (args: ReadonlyArray<unknown>): FileNode | DeviceNode => {
    const node = handles.get(Number(args[0]))
    if (node === undefined) throw new FileFailure("EINVAL", "read", "")
    return node
  }
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
  const done = (_: unknown): Uint8Array => EMPTY
  const kindBits = 0o170000

  const operations: Readonly<
    Record<string, (args: ReadonlyArray<unknown>, bytes: Uint8Array) => Uint8Array>
  > = {
    stat: (args) =>
      json(statusOf(typeof args[0] === "number" ? opened(args) : files.node(path(args), false))),
    open: (args) => {
      const node = args[1] === true ? files.create(path(args)) : files.open(path(args))
      if (args[2] === true) files.open(path(args))
      handles.set(++lastHandle, node)
      return json(lastHandle)
    },
    close: (args) => {
      handles.delete(number(args, 0))
      return EMPTY
    },
    read: (args) => files.readNode(opened(args), number(args, 1), number(args, 2)),
    write: (args, bytes) => done(files.writeNode(opened(args), number(args, 1), bytes)),
    truncate: (args) =>
      done(
        files.truncateNode(
          typeof args[0] === "number" ? opened(args) : files.create(path(args)),
          number(args, 1)
        )
      ),
    chmod: (args) => done(files.chmod(path(args), number(args, 1))),
    utimes: (args) => {
      const node = files.node(path(args))
      const [, accessed = node.accessedMs, modified = node.modifiedMs] = args
      return done(
        files.setTimes(path(args), Number(accessed ?? node.accessedMs), Number(modified ?? node.modifiedMs))
      )
    },
    mknod: (args) => {
      const mode = number(args, 1)
      if ((mode & kindBits) === types.directory) files.makeDirectory(path(args))
      else if ((mode & kindBits) === types.file)
        files.create(path(args), { exclusive: true, mode: mode & 0o777 })
      else throw new FileFailure("EPERM", "mknod", path(args))
      return EMPTY
    },
    rename: (args) => done(files.rename(path(args), path(args, 1))),
    unlink: (args) => {
      if (files.node(path(args), false).kind === "directory")
        throw new FileFailure("EISDIR", "unlink", path(args))
      return done(files.remove(path(args)))
    },
    rmdir: (args) => {
      if (files.node(path(args), false).kind !== "directory")
        throw new FileFailure("ENOTDIR", "rmdir", path(args))
      return done(files.remove(path(args)))
    },
    readdir: (args) => json([".", "..", ...files.list(path(args)).map(([name]) => name)]),
    symlink: (args) => done(files.symlink(path(args), path(args, 1))),
    readlink: (args) => json(files.readlink(path(args)))
  }

  return (operation, args, bytes) => {
    const perform = operations[operation]
    if (perform === undefined) throw new FileFailure("EINVAL", operation, "")
    return perform(args, bytes)
  }
}
