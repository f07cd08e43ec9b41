/** What is known of images: which tools they bring, and what kind of device they are. */
import { all, type ToolName } from "@effect-agentbay/core/Tools"

/** The image of a session whose creator named none. */
export const defaultImage = "linux_latest"

/** The kinds of the service's own images; a custom image may be any of them and brings every tool. */
export type ImageKind = "linux" | "windows" | "browser" | "code" | "mobile" | "custom"

const ownImage = /^(linux|windows|browser|code|mobile)(_|-|$)/

export const kindOf = (imageId: string): ImageKind =>
  (ownImage.exec(imageId)?.[1] as ImageKind | undefined) ?? "custom"

const desktops: ReadonlyArray<ImageKind> = ["linux", "windows"]
const screens: ReadonlyArray<ImageKind> = [...desktops, "mobile"]

/** Servers that are not everywhere. */
const kindsByServer: Readonly<Record<string, ReadonlyArray<ImageKind>>> = {
  wuying_codespace: ["linux", "code"],
  wuying_ui: screens,
  wuying_app: screens,
  wuying_capture: screens,
  wuying_cdp_mcp_server: ["linux", "browser"],
  wuying_browseruse: ["linux", "browser"],
  flux: ["windows"],
  wuying_mobile_agent: ["mobile"]
}

const touch: ReadonlyArray<ImageKind> = ["mobile"]

/** Tools of such a server that only some of its images have. */
const kindsByTool: Readonly<Record<string, ReadonlyArray<ImageKind>>> = {
  system_screenshot: screens,
  long_screenshot: touch,
  tap: touch,
  swipe: touch,
  send_key: touch,
  get_clickable_ui_elements: touch,
  get_all_ui_elements: touch,
  input_text: screens
}

const desktopOnly =
  /^(click|click_mouse|move_mouse|drag_mouse|scroll|(press|release)_keys|get_cursor_position|get_screen_size|focus_mode|\w+_windows?|get_window_info|stop_app_by_p\w+|list_(visible_apps|running_processes))$/

const kindsOf = (tool: ToolName): ReadonlyArray<ImageKind> | undefined =>
  kindsByTool[tool] ?? (desktopOnly.test(tool) ? desktops : kindsByServer[all[tool].server])

export const hasTool = (imageId: string, tool: ToolName): boolean => {
  const kind = kindOf(imageId)
  return kind === "custom" || (kindsOf(tool)?.includes(kind) ?? true)
}

/** The service speaks of these as images for browsers: they have a Chrome DevTools endpoint. */
export const isBrowserImage = (imageId: string): boolean =>
  ["browser", "linux", "custom"].includes(kindOf(imageId))

export const isMobileImage = (imageId: string): boolean => kindOf(imageId) === "mobile"
