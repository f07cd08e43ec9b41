/** A desktop for each test, and what tests look at on it. */
import { inflateSync } from "node:zlib"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Desktop, DesktopWindow } from "../../../src/machine/Desktop.js"
import type { Machine, MachineError } from "../../../src/machine/Machine.js"
import { eventually } from "./host.js"
import { withMachine } from "./machine.js"

export const withDesktop = (
  title: string,
  body: (desktop: Desktop, machine: Machine) => Effect.Effect<void, unknown, Scope.Scope>
): void =>
  withMachine(title, (machine) => Effect.flatMap(machine.desktop, (desktop) => body(desktop, machine)))

/** A terminal that writes what it reads to a file, key by key, and shows nothing of it. */
export const recorder = (path: string) => `xterm -e sh -c 'stty -icanon -echo -ixon -icrnl; cat > ${path}'`

export const textOf = (machine: Machine, path: string): Effect.Effect<string, MachineError> =>
  Effect.map(machine.read(path, 0, 0), (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes))

/** Waits until a file says something; whole characters only. */
export const eventuallyText = (machine: Machine, path: string, holds: (text: string) => boolean) =>
  eventually(Effect.filterOrFail(textOf(machine, path), holds))

export const reasonOf = <A>(operation: Effect.Effect<A, MachineError>) =>
  Effect.map(Effect.flip(operation), (error) => error.reason)

export const onlyWindow = (desktop: Desktop): Effect.Effect<DesktopWindow, MachineError> =>
  Effect.map(desktop.windows, (windows) => {
    assert.strictEqual(windows.length, 1)
    return windows[0] as DesktopWindow
  })

export const boundsOf = ({ height, width, x, y }: DesktopWindow) => ({ x, y, width, height })

const sum = (left: number, up: number, leftUp: number) => {
  const estimate = left + up - leftUp
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - leftUp)]
  return a <= b && a <= c ? left : b <= c ? up : leftUp
}

/** The pixels of a PNG file of 8 bits per channel in RGB, as one number each. */
export const readPng = (bytes: Uint8Array): { width: number; height: number; pixels: Uint32Array } => {
  const file = Buffer.from(bytes)
  assert.strictEqual(file.subarray(0, 8).toString("hex"), "89504e470d0a1a0a")
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)]
  assert.deepStrictEqual([...file.subarray(24, 29)], [8, 2, 0, 0, 0])
  const data: Array<Buffer> = []
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString("latin1", at + 4, at + 8) === "IDAT") {
      data.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)))
    }
  }
  const rows = inflateSync(Buffer.concat(data))
  const pitch = width * 3
  const plain = Buffer.alloc(pitch * height)
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (pitch + 1)] ?? 0
    for (let x = 0; x < pitch; x++) {
      const at = y * pitch + x
      const left = x < 3 ? 0 : (plain[at - 3] ?? 0)
      const up = y === 0 ? 0 : (plain[at - pitch] ?? 0)
      const leftUp = x < 3 || y === 0 ? 0 : (plain[at - pitch - 3] ?? 0)
      const guess = [0, left, up, (left + up) >> 1, sum(left, up, leftUp)][filter] ?? 0
      plain[at] = (rows[y * (pitch + 1) + 1 + x] ?? 0) + guess
    }
  }
  const pixels = Uint32Array.from({ length: width * height }, (_, index) => plain.readUIntBE(index * 3, 3))
  return { width, height, pixels }
}

/** How many pixels of an area have each of its colours. */
export const coloursIn = (
  { pixels, width }: ReturnType<typeof readPng>,
  area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>()
  for (let y = area.y; y < area.y + area.height; y++) {
    for (const pixel of pixels.subarray(y * width + area.x, y * width + area.x + area.width)) {
      counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
    }
  }
  return counts
}
