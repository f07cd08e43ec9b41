/** What is known of images: which tools they bring, and what kind of device they are. */
import type { ToolName } from "@effect-agentbay/core/Tools"

/** The image of a session whose creator named none. */
export const defaultImage = "linux_latest"

const withoutCode = new Set(["browser_latest", "windows_latest", "mobile_latest"])

/** Code runs on the code and Linux images and on custom ones; every other tool runs everywhere. */
export const hasTool = (imageId: string, tool: ToolName): boolean =>
  tool !== "run_code" || !withoutCode.has(imageId)

export const isBrowserImage = (imageId: string): boolean => imageId.startsWith("browser")

export const isMobileImage = (imageId: string): boolean => imageId.startsWith("mobile")
