/** A picture of the desktop without fonts: windows as framed areas, letters as marks of their own. */
import type { Point, Screen } from "../../../Desktop.js"
import type { OpenWindow } from "./windows.js"
import { titleBarHeight } from "./windows.js"

const shades = {
  desktop: 72,
  frame: 24,
  activeBar: 176,
  bar: 128,
  page: 250,
  ink: 0,
  selection: 200,
  cursor: 255
}

const cell = { width: 8, height: 16 }

export interface Canvas {
  readonly screen: Screen
  readonly pixels: Uint8Array
}

interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const fill = ({ pixels, screen }: Canvas, area: Area, shade: number): void => {
  const left = Math.max(0, area.x)
  const right = Math.min(screen.width, area.x + area.width)
  for (let y = Math.max(0, area.y); y < Math.min(screen.height, area.y + area.height); y++) {
    if (right > left) pixels.fill(shade, y * screen.width + left, y * screen.width + right)
  }
}

/** Two characters look different when the lower 20 bits of their codes, spread over 4 by 5 dots, do. */
const drawCharacter = (canvas: Canvas, x: number, y: number, code: number): void => {
  const bits = Math.imul(code, 0x9e3779b1) >>> 12
  for (let dot = 0; dot < 20; dot++) {
    if (((bits >>> dot) & 1) === 0) continue
    fill(canvas, { x: x + (dot % 4) * 2, y: y + 2 + (dot >> 2) * 2, width: 2, height: 2 }, shades.ink)
  }
}

/** As much of a text as fits into an area, from its `firstLine` on. */
export const drawText = (canvas: Canvas, area: Area, text: string, firstLine = 0): void => {
  const columns = Math.floor(area.width / cell.width)
  const rows = Math.floor(area.height / cell.height)
  text
    .split("\n")
    .slice(firstLine, firstLine + Math.max(0, rows))
    .forEach((line, row) => {
      Array.from(line)
        .slice(0, Math.max(0, columns))
        .forEach((character, column) => {
          if (character.trim() === "") return
          const [x, y] = [area.x + column * cell.width, area.y + row * cell.height]
          drawCharacter(canvas, x, y, character.codePointAt(0) ?? 0)
        })
    })
}

const drawWindow = (canvas: Canvas, window: OpenWindow, isActive: boolean): void => {
  const { bounds, field, firstLine, state, title } = window
  fill(canvas, bounds, shades.frame)
  const inner = { x: bounds.x + 1, y: bounds.y + 1, width: bounds.width - 2, height: bounds.height - 2 }
  const barHeight = state === "fullscreen" ? 0 : titleBarHeight
  const bar = { ...inner, height: Math.min(barHeight, inner.height) }
  fill(canvas, bar, isActive ? shades.activeBar : shades.bar)
  drawText(canvas, { ...bar, x: bar.x + 4, y: bar.y + 4, width: bar.width - 8 }, title)
  const page = { ...inner, y: inner.y + barHeight, height: inner.height - barHeight }
  fill(canvas, page, field.anchor === field.caret ? shades.page : shades.selection)
  drawText(
    canvas,
    { x: page.x + 4, y: page.y + 4, width: page.width - 8, height: page.height - 8 },
    field.text,
    firstLine
  )
}

/** Rows of one byte of grey each. `windows` are those that can be seen, from the lowest to the uppermost. */
export const drawDesktop = (
  screen: Screen,
  windows: ReadonlyArray<OpenWindow>,
  active: OpenWindow | undefined,
  cursor: Point
): Uint8Array => {
  const canvas = { screen, pixels: new Uint8Array(screen.width * screen.height).fill(shades.desktop) }
  for (const window of windows) drawWindow(canvas, window, window === active)
  fill(canvas, { x: cursor.x, y: cursor.y - 5, width: 1, height: 11 }, shades.cursor)
  fill(canvas, { x: cursor.x - 5, y: cursor.y, width: 11, height: 1 }, shades.cursor)
  return canvas.pixels
}
