/** Mounts with a meaning of their own in the first generation, and the names of the contexts it made for them. */
export const transferPath = { path: "/temp/file-transfer", contextPrefix: "file-transfer-context-" }

export const recordingPath = { path: "/home/guest/record", contextPrefix: "browserreplay-" }
