/**
 * The tools of `wuying_filesystem`.
 *
 * Source: session core modules, sections 3 and 18.1. The text formats are those of the service: `key: value`
 * lines for file information, `[DIR]`/`[FILE]` lines for listings, one path per line for searches.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Tool from "../Tool.js"
import { withAliases } from "../Wire.js"

const server = "wuying_filesystem"

const Path = Schema.Struct({ path: Schema.String })

const lines = (text: string): ReadonlyArray<string> => text.split("\n").map((line) => line.replace(/\r$/, ""))

/**
 * Creates a directory and its missing parents.
 *
 * @since 0.1.0
 * @category tools
 */
export const createDirectory = Tool.make({
  name: "create_directory",
  server,
  description: "Creates a directory and its missing parents.",
  args: Path,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const deleteFile = Tool.make({
  name: "delete_file",
  server,
  description: "Deletes a file.",
  args: Path,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category tools
 */
export const moveFile = Tool.make({
  name: "move_file",
  server,
  description: "Moves or renames a file or directory.",
  args: Schema.Struct({ source: Schema.String, destination: Schema.String }),
  idempotent: false
})

/**
 * Replaces texts, each edit its first occurrence, in order. `dryRun` leaves the file untouched and answers with a
 * preview.
 *
 * @since 0.1.0
 * @category tools
 */
export const editFile = Tool.make({
  name: "edit_file",
  server,
  description: "Replaces texts in a file; each edit replaces the first occurrence.",
  args: withAliases(
    Schema.Struct({
      path: Schema.String,
      edits: Schema.Array(Schema.Struct({ oldText: Schema.String, newText: Schema.String })),
      dryRun: Schema.optional(Schema.Boolean)
    }),
    { dryRun: ["dry_run"] }
  ),
  idempotent: false
})

/**
 * The keys of `get_file_info`, in the order in which the service writes them. Unknown keys are kept.
 *
 * @since 0.1.0
 * @category schemas
 */
export const FileInfoText: Schema.Schema<Readonly<Record<string, string>>, string> = Schema.transform(
  Schema.String,
  Schema.Record({ key: Schema.String, value: Schema.String }),
  {
    strict: true,
    // Values hold colons (times, Windows paths): only the first one separates.
    decode: (text) =>
      Object.fromEntries(
        lines(text).flatMap((line) => {
          const colon = line.indexOf(":")
          return colon <= 0 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const]
        })
      ),
    encode: (record) =>
      Object.entries(record)
        .map(([key, value]) => `${key}: ${value}`)
        .join("\n")
  }
)

/**
 * @since 0.1.0
 * @category tools
 */
export const getFileInfo = Tool.make({
  name: "get_file_info",
  server,
  description: "Describes a file or directory.",
  args: Path,
  result: FileInfoText,
  idempotent: true
})

/**
 * @since 0.1.0
 * @category models
 */
export const DirectoryLine = Schema.Struct({ name: Schema.String, isDirectory: Schema.Boolean })

/**
 * Lines such as `[DIR] src` and `[FILE] a.txt`; others are not entries.
 *
 * @since 0.1.0
 * @category schemas
 */
export const DirectoryText: Schema.Schema<
  ReadonlyArray<typeof DirectoryLine.Type>,
  string
> = Schema.transform(Schema.String, Schema.Array(DirectoryLine), {
  strict: true,
  decode: (text) =>
    lines(text).flatMap((line) => {
      const match = /^\s*\[(DIR|FILE)\] ?(.*)$/.exec(line)
      const name = match?.[2] ?? ""
      return match === null || name === "" ? [] : [{ name, isDirectory: match[1] === "DIR" }]
    }),
  // An empty text would be replaced by the whole envelope in some official clients.
  encode: (entries) =>
    entries.length === 0
      ? "(empty)"
      : entries.map((entry) => `[${entry.isDirectory ? "DIR" : "FILE"}] ${entry.name}`).join("\n")
})

/**
 * @since 0.1.0
 * @category tools
 */
export const listDirectory = Tool.make({
  name: "list_directory",
  server,
  description: "Lists the entries of a directory, not recursively.",
  args: Path,
  result: DirectoryText,
  idempotent: true
})

/**
 * A slice of a file: `offset` and `length` count bytes, `length` 0 reads to the end. The text is the slice itself,
 * or its base64 with `format: "binary"`.
 *
 * @since 0.1.0
 * @category tools
 */
export const readFile = Tool.make({
  name: "read_file",
  server,
  description: "Reads a slice of a file, as text or as base64.",
  args: Schema.Struct({
    path: Schema.String,
    offset: Schema.optional(Schema.NonNegativeInt),
    length: Schema.optional(Schema.NonNegativeInt),
    format: Schema.optional(Schema.Literal("text", "binary"))
  }),
  idempotent: true
})

/**
 * Blocks of `path:`, content and `---`. The format cannot carry every content, so the client reads files one by
 * one instead.
 *
 * @since 0.1.0
 * @category tools
 */
export const readMultipleFiles = Tool.make({
  name: "read_multiple_files",
  server,
  description: "Reads several text files.",
  args: Schema.Struct({ paths: Schema.Array(Schema.String) }),
  idempotent: true
})

const noMatches = "No matches found"

/**
 * @since 0.1.0
 * @category schemas
 */
export const SearchText: Schema.Schema<ReadonlyArray<string>, string> = Schema.transform(
  Schema.String,
  Schema.Array(Schema.String),
  {
    strict: true,
    decode: (text) => (text.trim() === noMatches ? [] : lines(text).filter((line) => line.trim() !== "")),
    encode: (paths) => (paths.length === 0 ? noMatches : paths.join("\n"))
  }
)

/**
 * Finds files below `path` whose name matches `pattern` (`*` and `?`). The Python SDK sends the excluded patterns
 * joined by commas, the Go SDK under another name.
 *
 * @since 0.1.0
 * @category tools
 */
export const searchFiles = Tool.make({
  name: "search_files",
  server,
  description: "Finds files below a directory by name, with * and ?.",
  args: withAliases(
    Schema.Struct({
      path: Schema.String,
      pattern: Schema.String,
      excludePatterns: Schema.optional(
        Schema.NullOr(
          Schema.Union(
            Schema.Array(Schema.String),
            Schema.transform(Schema.String, Schema.Array(Schema.String), {
              strict: true,
              decode: (text) => (text === "" ? [] : text.split(",")),
              encode: (patterns) => patterns.join(",")
            })
          )
        )
      )
    }),
    { excludePatterns: ["exclude_patterns"] }
  ),
  result: SearchText,
  idempotent: true
})

/**
 * Writes text. `overwrite` and `append` create a missing file; `create_new` fails when it is there. Parent
 * directories are created.
 *
 * @since 0.1.0
 * @category tools
 */
export const writeFile = Tool.make({
  name: "write_file",
  server,
  description: "Writes text to a file; missing parent directories are created.",
  args: Schema.Struct({
    path: Schema.String,
    content: Schema.String,
    mode: Schema.optional(Schema.Literal("overwrite", "append", "create_new")),
    create_parent_dir: Schema.optional(Schema.Boolean)
  }),
  idempotent: false
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const FileChange = Schema.Struct({
  eventType: Schema.Literal("create", "modify", "delete"),
  path: Schema.String,
  pathType: Schema.Literal("file", "directory")
})

/**
 * @since 0.1.0
 * @category models
 */
export type FileChange = typeof FileChange.Type

/**
 * What happened below a directory since the previous call for the same path; the first call starts the watch.
 * Not repeatable: events that were delivered are gone.
 *
 * @since 0.1.0
 * @category tools
 */
export const getFileChange = Tool.make({
  name: "get_file_change",
  server,
  description: "Reports the changes below a directory since the previous call.",
  args: Path,
  result: Schema.parseJson(Schema.Array(FileChange)),
  idempotent: false
})

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  create_directory: createDirectory,
  delete_file: deleteFile,
  move_file: moveFile,
  edit_file: editFile,
  get_file_info: getFileInfo,
  list_directory: listDirectory,
  read_file: readFile,
  read_multiple_files: readMultipleFiles,
  search_files: searchFiles,
  write_file: writeFile,
  get_file_change: getFileChange
} as const
