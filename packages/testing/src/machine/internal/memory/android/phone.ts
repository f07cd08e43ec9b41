/** The device of one machine, and what the machine's shell has for it. */
import type * as Effect from "effect/Effect"
import type { Command } from "just-bash"
import type { Android } from "../../../Android.js"
import type { MachineError } from "../../../Machine.js"
import type { MemoryFiles } from "../memoryFiles.js"
import { absolute } from "../memoryPaths.js"
import * as Commands from "./commands.js"
import { makeDevice } from "./device.js"
import { makeAndroid } from "./memoryAndroid.js"

export interface Phone {
  readonly android: Android
  readonly commands: ReadonlyArray<Command>
}

/** Directories of an Android system that others do not have. */
export const directories: ReadonlyArray<string> = [
  "/data/local/tmp",
  "/data/system",
  "/sdcard",
  "/system/bin"
]

/** `alive` fails when the machine is gone. */
export const makePhone = (
  files: () => MemoryFiles,
  home: string,
  alive: Effect.Effect<void, MachineError>
): Phone => {
  const read = (path: string): string | undefined => {
    try {
      return new TextDecoder().decode(files().readNode(files().open(absolute(home, path))))
    } catch {
      return undefined
    }
  }
  const device = makeDevice(read)
  return { android: makeAndroid(alive, device), commands: Commands.make(device, read) }
}
