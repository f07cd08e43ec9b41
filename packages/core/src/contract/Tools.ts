/**
 * All tools, by name.
 *
 * @since 0.1.0
 */
import * as CodeTools from "./tools/CodeTools.js"
import * as FileSystemTools from "./tools/FileSystemTools.js"
import * as ShellTools from "./tools/ShellTools.js"
import * as SystemTools from "./tools/SystemTools.js"

/**
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  create_directory: FileSystemTools.createDirectory,
  delete_file: FileSystemTools.deleteFile,
  move_file: FileSystemTools.moveFile,
  edit_file: FileSystemTools.editFile,
  get_file_info: FileSystemTools.getFileInfo,
  list_directory: FileSystemTools.listDirectory,
  read_file: FileSystemTools.readFile,
  read_multiple_files: FileSystemTools.readMultipleFiles,
  search_files: FileSystemTools.searchFiles,
  write_file: FileSystemTools.writeFile,
  get_file_change: FileSystemTools.getFileChange,
  shell: ShellTools.shell,
  run_code: CodeTools.runCode,
  get_metrics: SystemTools.getMetrics
} as const

/**
 * @since 0.1.0
 * @category models
 */
export type ToolName = keyof typeof all

/**
 * @since 0.1.0
 * @category models
 */
export type ToolByName<Name extends ToolName> = (typeof all)[Name]
