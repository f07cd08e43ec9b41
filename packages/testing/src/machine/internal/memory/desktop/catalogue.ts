/** The applications that are installed on the desktop in memory. */
import type { InstalledApplication } from "../../../Desktop.js"

const application = (
  name: string,
  program: string,
  options: Partial<Pick<InstalledApplication, "shownIn" | "isSystem">> = {}
): InstalledApplication => ({
  name,
  startCommand: program,
  stopCommand: `pkill ${program}`,
  workDirectory: "",
  shownIn: options.shownIn ?? "startMenu",
  isSystem: options.isSystem ?? false
})

export const catalogue: ReadonlyArray<InstalledApplication> = [
  application("Text Editor", "text-editor"),
  application("File Manager", "file-manager"),
  application("Calculator", "calculator"),
  application("Terminal", "xterm"),
  application("Text Editor", "text-editor", { shownIn: "desktop" }),
  application("System Settings", "system-settings", { isSystem: true })
]

/** The title of a program's window: the application's name, or the program's own. */
export const titleOf = (program: string): string =>
  catalogue.find(({ startCommand }) => startCommand === program)?.name ?? program
