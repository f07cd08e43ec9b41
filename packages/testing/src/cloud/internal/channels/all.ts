/** The servers of a session that are reached over its live channel. Each has a file of its own beside this one. */
import type { Channel } from "./channel.js"

const all: ReadonlyArray<Channel> = []

export const channels: ReadonlyMap<string, Channel> = new Map(all.map((channel) => [channel.target, channel]))
