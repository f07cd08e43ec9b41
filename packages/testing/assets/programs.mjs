/** The programs of the host, looked for as a shell would. */
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

/** @param {string} path */
export const isProgram = (path) => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * The path of a program, if it is installed.
 *
 * @param {string} name
 * @param {string} searchPath directories, as in the variable `PATH`
 */
export const findProgram = (name, searchPath = process.env["PATH"] ?? "") =>
  searchPath
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(isProgram)
