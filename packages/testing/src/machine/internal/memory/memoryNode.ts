/**
 * The inodes of the in-memory file system.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category models
 */
export interface NodeFields {
  readonly id: number
  mode: number
  links: number
  readonly createdMs: number
  modifiedMs: number
  accessedMs: number
}

/**
 * `bytes` may be longer than the file: the file is its first `size` bytes.
 *
 * @since 0.1.0
 * @category models
 */
export interface FileNode extends NodeFields {
  readonly kind: "file"
  bytes: Uint8Array
  size: number
  /** How often the content was changed. */
  revision: number
}

/**
 * @since 0.1.0
 * @category models
 */
export interface DirectoryNode extends NodeFields {
  readonly kind: "directory"
  readonly entries: Map<string, MemoryNode>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface LinkNode extends NodeFields {
  readonly kind: "symlink"
  readonly target: string
}

/**
 * The null device: reads are empty, writes vanish.
 *
 * @since 0.1.0
 * @category models
 */
export interface DeviceNode extends NodeFields {
  readonly kind: "other"
}

/**
 * @since 0.1.0
 * @category models
 */
export type MemoryNode = FileNode | DirectoryNode | LinkNode | DeviceNode

/**
 * @since 0.1.0
 * @category models
 */
export const sizeOf = (node: MemoryNode): number =>
  node.kind === "file"
    ? node.size
    : node.kind === "symlink"
      ? new TextEncoder().encode(node.target).length
      : 0
