/**
 * A POSIX file system in memory: inodes, hard and symbolic links, permission bits of the one user, times from a
 * clock that is handed in. Every operation is synchronous, so that an interpreter can call it from inside a run.
 *
 * The shell's own in-memory file system was not enough: it takes its times from the host, replaces a symbolic link
 * when a file is written through it, creates missing parents silently, and cannot be called synchronously.
 *
 * @since 0.1.0
 */
import { type FileCode, FileFailure } from "./fileFailure.js"
import type { DeviceNode, DirectoryNode, FileNode, MemoryNode, NodeFields } from "./memoryNode.js"
import { join, partsOf } from "./memoryPaths.js"

interface Located {
  readonly parent: DirectoryNode
  readonly name: string
  readonly node: MemoryNode | undefined
  /** The directories from the root down to `parent`. */
  readonly ancestors: ReadonlyArray<DirectoryNode>
  readonly canonical: string
}

const READ = 0o400
const WRITE = 0o200
const SEARCH = 0o100
const MAX_LINKS_FOLLOWED = 40
const LONGEST_NAME = 255
const EMPTY = new Uint8Array(0)

/**
 * The bytes a file system may hold before writes fail with ENOSPC.
 *
 * @since 0.1.0
 * @category constants
 */
export const CAPACITY_BYTES: number = 1024 ** 3

const byName = (left: readonly [string, MemoryNode], right: readonly [string, MemoryNode]): number =>
  left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0

/**
 * @since 0.1.0
 * @category models
 */
export class MemoryFiles {
  private readonly root: DirectoryNode
  private nextId = 1
  private used = 0
  /** They are told of every change, in the middle of it. */
  readonly listeners = new Set<() => void>()

  constructor(private readonly now: () => number) {
    this.root = this.newDirectory(0o755)
  }

  /** Bytes in all files; a file with several names counts once. */
  get usedBytes(): number {
    return this.used
  }

  /** The node behind a path, links followed unless `follow` is false. */
  node(path: string, follow = true, operation = "stat"): MemoryNode {
    return this.require(this.locate(path, follow, operation), operation, path)
  }

  find(path: string, follow = true): MemoryNode | undefined {
    try {
      return this.locate(path, follow, "stat").node
    } catch (failure) {
      if (failure instanceof FileFailure) return undefined
      throw failure
    }
  }

  realpath(path: string): string {
    const located = this.locate(path, true, "realpath")
    this.require(located, "realpath", path)
    return located.canonical
  }

  /** The entries of a directory sorted by name (code units), links not followed. */
  list(path: string): ReadonlyArray<readonly [string, MemoryNode]> {
    const node = this.node(path, true, "scandir")
    if (node.kind !== "directory") throw new FileFailure("ENOTDIR", "scandir", path)
    this.allow(node, READ, "scandir", path)
    return [...node.entries].sort(byName)
  }

  /** Everything below a directory, parents before children, as pairs of full path and node. */
  walk(path: string): Array<readonly [string, MemoryNode]> {
    const found: Array<readonly [string, MemoryNode]> = []
    const pending: Array<readonly [string, MemoryNode]> = []
    const expand = (base: string, entries: ReadonlyArray<readonly [string, MemoryNode]>) => {
      for (let index = entries.length - 1; index >= 0; index--) {
        const entry = entries[index]
        if (entry !== undefined) pending.push([join(base, entry[0]), entry[1]])
      }
    }
    expand(path, this.list(path))
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      found.push(next)
      if (next[1].kind === "directory") {
        this.allow(next[1], READ, "scandir", next[0])
        expand(next[0], [...next[1].entries].sort(byName))
      }
    }
    return found
  }

  /** A file that can be read. Devices read as empty. */
  open(path: string): FileNode | DeviceNode {
    const node = this.node(path, true, "open")
    if (node.kind === "directory") throw new FileFailure("EISDIR", "read", path)
    if (node.kind === "symlink") throw new FileFailure("ELOOP", "open", path)
    this.allow(node, READ, "open", path)
    return node
  }

  /** A file that can be written, made when it is not there (its parents are not). */
  create(
    path: string,
    options: { readonly exclusive?: boolean; readonly mode?: number } = {}
  ): FileNode | DeviceNode {
    if (path.endsWith("/")) throw new FileFailure("EISDIR", "open", path)
    const located = this.locate(path, options.exclusive !== true, "open")
    const node = located.node
    if (node === undefined) {
      this.allow(located.parent, WRITE, "open", path)
      const made = this.newFile(options.mode ?? 0o644)
      this.put(located.parent, located.name, made)
      return made
    }
    if (options.exclusive === true) throw new FileFailure("EEXIST", "open", path)
    if (node.kind === "directory") throw new FileFailure("EISDIR", "open", path)
    if (node.kind === "symlink") throw new FileFailure("ELOOP", "open", path)
    this.allow(node, WRITE, "open", path)
    return node
  }

  /** Fails as `create` would, without making anything. */
  assertCreatable(path: string): void {
    const { node, parent } = this.locate(path, true, "open")
    if (node?.kind !== "directory") this.allow(node ?? parent, WRITE, "open", path)
  }

  /** A copy of at most `length` bytes from byte `offset`; without `length`, to the end. */
  readNode(node: FileNode | DeviceNode, offset = 0, length?: number): Uint8Array {
    if (node.kind === "other") return EMPTY
    node.accessedMs = this.now()
    const end = length === undefined ? node.size : Math.min(node.size, offset + length)
    return offset >= end ? EMPTY : node.bytes.slice(offset, end)
  }

  /** Writes at a byte position; a gap before it reads as zeros. */
  writeNode(node: FileNode | DeviceNode, position: number, content: Uint8Array): void {
    if (node.kind === "other" || content.length === 0) return
    const end = position + content.length
    if (end > node.size) this.resize(node, end)
    node.bytes.set(content, position)
    this.rewritten(node)
  }

  truncateNode(node: FileNode | DeviceNode, size: number): void {
    if (node.kind === "other") return
    this.resize(node, size)
    this.rewritten(node)
  }

  read(path: string): Uint8Array {
    return this.readNode(this.open(path))
  }

  write(path: string, content: Uint8Array, mode: "overwrite" | "append" | "create_new" = "overwrite"): void {
    const node = this.create(path, { exclusive: mode === "create_new" })
    if (node.kind === "other") return
    if (mode !== "append") this.truncateNode(node, 0)
    this.writeNode(node, node.size, content)
  }

  makeDirectory(path: string, options: { readonly recursive?: boolean } = {}): void {
    if (options.recursive === true) this.makeParents(path)
    const located = this.locate(path, options.recursive === true, "mkdir")
    if (located.node !== undefined) {
      if (options.recursive === true && located.node.kind === "directory") return
      throw new FileFailure("EEXIST", "mkdir", path)
    }
    this.allow(located.parent, WRITE, "mkdir", path)
    this.put(located.parent, located.name, this.newDirectory(0o755))
  }

  /** Makes what is missing between the root and the last name. */
  makeParents(path: string): void {
    let prefix = ""
    for (const part of partsOf(path).slice(0, -1)) {
      prefix = `${prefix}/${part}`
      const existing = this.locate(prefix, true, "mkdir").node
      if (existing === undefined) this.makeDirectory(prefix)
      else if (existing.kind !== "directory") throw new FileFailure("ENOTDIR", "mkdir", path)
    }
  }

  /** Removes a name; a directory only when it is empty, or with everything in it when `recursive`. */
  remove(path: string, options: { readonly recursive?: boolean } = {}): void {
    const { name, node, parent } = this.locate(path, false, "rm")
    if (node === undefined) throw new FileFailure("ENOENT", "rm", path)
    if (node === this.root) throw new FileFailure("EPERM", "rm", path)
    this.allow(parent, WRITE, "rm", path)
    if (node.kind === "directory" && node.entries.size > 0) {
      if (options.recursive !== true) throw new FileFailure("ENOTEMPTY", "rm", path)
      this.empty(node, path)
    }
    this.drop(parent, name, node)
  }

  /** rename(2): replaces a file with a file, an empty directory with a directory. */
  rename(source: string, destination: string): void {
    const from = this.locate(source, false, "rename")
    const moved = this.require(from, "rename", source)
    const to = this.locate(destination, false, "rename")
    if (moved === this.root) throw new FileFailure("EPERM", "rename", source)
    if (to.node === moved) return
    if (moved.kind === "directory" && to.ancestors.includes(moved))
      throw new FileFailure("EINVAL", "rename", source)
    if (to.node !== undefined) {
      if (moved.kind === "directory") {
        if (to.node.kind !== "directory") throw new FileFailure("ENOTDIR", "rename", destination)
        if (to.node.entries.size > 0) throw new FileFailure("ENOTEMPTY", "rename", destination)
      } else if (to.node.kind === "directory") {
        throw new FileFailure("EISDIR", "rename", destination)
      }
    }
    this.allow(from.parent, WRITE, "rename", source)
    this.allow(to.parent, WRITE, "rename", destination)
    if (to.node !== undefined) this.drop(to.parent, to.name, to.node)
    from.parent.entries.delete(from.name)
    to.parent.entries.set(to.name, moved)
    from.parent.modifiedMs = to.parent.modifiedMs = this.now()
    this.changed()
  }

  symlink(target: string, path: string): void {
    const { name, parent } = this.vacant(path, "symlink")
    this.put(parent, name, { ...this.fields(0o777), kind: "symlink", target })
  }

  link(existing: string, path: string): void {
    const node = this.node(existing, false, "link")
    if (node.kind === "directory") throw new FileFailure("EPERM", "link", existing)
    const { name, parent } = this.vacant(path, "link")
    this.put(parent, name, node)
  }

  readlink(path: string): string {
    const node = this.node(path, false, "readlink")
    if (node.kind !== "symlink") throw new FileFailure("EINVAL", "readlink", path)
    return node.target
  }

  chmod(path: string, mode: number): void {
    this.node(path, true, "chmod").mode = mode & 0o7777
  }

  setTimes(path: string, accessedMs: number, modifiedMs: number): void {
    const node = this.node(path, true, "utime")
    node.accessedMs = accessedMs
    node.modifiedMs = modifiedMs
    this.changed()
  }

  device(path: string): void {
    const { name, parent } = this.vacant(path, "mknod")
    this.put(parent, name, { ...this.fields(0o666), kind: "other" })
  }

  private rewritten(node: FileNode): void {
    node.modifiedMs = this.now()
    node.revision += 1
    this.changed()
  }

  private changed(): void {
    for (const listener of this.listeners) listener()
  }

  private fields(mode: number): NodeFields {
    const now = this.now()
    return { id: this.nextId++, mode, links: 0, createdMs: now, modifiedMs: now, accessedMs: now }
  }

  private newFile(mode: number): FileNode {
    return { ...this.fields(mode), kind: "file", bytes: EMPTY, size: 0, revision: 0 }
  }

  private newDirectory(mode: number): DirectoryNode {
    return { ...this.fields(mode), kind: "directory", entries: new Map() }
  }

  private put(parent: DirectoryNode, name: string, node: MemoryNode): void {
    parent.entries.set(name, node)
    parent.modifiedMs = this.now()
    node.links += 1
    this.changed()
  }

  private drop(parent: DirectoryNode, name: string, node: MemoryNode): void {
    parent.entries.delete(name)
    parent.modifiedMs = this.now()
    node.links -= 1
    this.changed()
    // A file that is still open stays readable through its node, but occupies the disk no longer.
    if (node.kind === "file" && node.links === 0) this.used -= node.size
  }

  private empty(directory: DirectoryNode, path: string): void {
    this.allow(directory, WRITE, "rm", path)
    for (const [name, node] of [...directory.entries]) {
      if (node.kind === "directory") this.empty(node, join(path, name))
      this.drop(directory, name, node)
    }
  }

  private resize(node: FileNode, size: number): void {
    const growth = size - node.size
    if (node.links > 0) {
      if (this.used + growth > CAPACITY_BYTES) throw new FileFailure("ENOSPC", "write", "")
      this.used += growth
    }
    if (size > node.bytes.length) {
      // Doubling keeps a file that is appended to line by line linear in its size.
      const bytes = new Uint8Array(node.size === 0 ? size : Math.max(size, 2 * node.size))
      bytes.set(node.bytes.subarray(0, node.size))
      node.bytes = bytes
    } else {
      node.bytes.fill(0, size, node.size)
    }
    node.size = size
  }

  private vacant(path: string, operation: string): Located {
    const located = this.locate(path, false, operation)
    if (located.node !== undefined) throw new FileFailure("EEXIST", operation, path)
    this.allow(located.parent, WRITE, operation, path)
    return located
  }

  private require(located: Located, operation: string, path: string): MemoryNode {
    if (located.node === undefined) throw new FileFailure("ENOENT", operation, path)
    return located.node
  }

  private allow(node: MemoryNode, bit: number, operation: string, path: string): void {
    if ((node.mode & bit) === 0) throw new FileFailure("EACCES", operation, path)
  }

  /**
   * Walks a path from the root. A missing last name is no failure (`node` is undefined then); a missing or
   * unsearchable directory on the way is.
   */
  private locate(path: string, follow: boolean, operation: string): Located {
    const fail = (code: FileCode) => new FileFailure(code, operation, path)
    if (path === "") throw fail("ENOENT")
    if (path.includes("\u0000")) throw fail("EINVAL")
    const pending = partsOf(path).reverse()
    let directories: Array<DirectoryNode> = [this.root]
    let names: Array<string> = []
    let links = 0
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (part === "..") {
        if (names.pop() !== undefined) directories.pop()
        continue
      }
      const directory = directories[directories.length - 1] ?? this.root
      this.allow(directory, SEARCH, operation, path)
      if (part.length > LONGEST_NAME / 4 && new TextEncoder().encode(part).length > LONGEST_NAME)
        throw fail("ENAMETOOLONG")
      const child = directory.entries.get(part)
      const isLast = pending.length === 0
      if (child?.kind === "symlink" && (follow || !isLast)) {
        if (++links > MAX_LINKS_FOLLOWED) throw fail("ELOOP")
        if (child.target.startsWith("/")) {
          directories = [this.root]
          names = []
        }
        pending.push(...partsOf(child.target).reverse())
        continue
      }
      if (isLast) {
        const canonical = `/${[...names, part].join("/")}`
        return { parent: directory, name: part, node: child, ancestors: directories, canonical }
      }
      if (child === undefined) throw fail("ENOENT")
      if (child.kind !== "directory") throw fail("ENOTDIR")
      directories.push(child)
      names.push(part)
    }
    // The path ended in the root, in "." or in "..": the last directory is itself what was asked for.
    const node = directories[directories.length - 1] ?? this.root
    const parent = directories[directories.length - 2] ?? this.root
    return {
      parent,
      name: names[names.length - 1] ?? "",
      node,
      ancestors: directories.slice(0, -1),
      canonical: `/${names.join("/")}`
    }
  }
}
