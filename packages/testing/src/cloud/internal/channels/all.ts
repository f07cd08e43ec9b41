/** The servers of a session that are reached over its live channel. Each has a file of its own beside this one. */
import { agents } from "./agents.js"
import { browser } from "./browser.js"
import type { Channel } from "./channel.js"
import { code } from "./code.js"
import { files } from "./files.js"
import { pty } from "./pty.js"

const all: ReadonlyArray<Channel> = [code, pty, ...agents, browser, files]

export const channels: ReadonlyMap<string, Channel> = new Map(all.map((channel) => [channel.target, channel]))
