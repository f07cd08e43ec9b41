/** A picture of what lies on the screen, without fonts: letters are marks of their own. */
import type { AndroidElement } from "../../../Android.js"
import { drawText, fill } from "../desktop/picture.js"

const shades: Readonly<Record<string, number>> = {
  "android.widget.FrameLayout": 245,
  "android.widget.Button": 190,
  "android.widget.EditText": 225,
  "android.widget.Switch": 235
}

const bar = 120

const focused = 205

/** Rows of one byte of grey each. A screen that is off is black. */
export const drawAndroid = (
  size: { readonly width: number; readonly height: number },
  roots: ReadonlyArray<AndroidElement>,
  isOn: boolean
): Uint8Array => {
  const canvas = {
    screen: { ...size, dpiScalingFactor: 1 },
    pixels: new Uint8Array(size.width * size.height)
  }
  const draw = (element: AndroidElement): void => {
    const { bottom, left, right, top } = element.bounds
    const area = { x: left, y: top, width: right - left, height: bottom - top }
    const shade = element.isFocused ? focused : (shades[element.className] ?? 255)
    fill(canvas, area, element.packageName === "com.android.systemui" ? bar : shade)
    if (element.className !== "android.widget.FrameLayout") {
      fill(canvas, { ...area, y: bottom - 1, height: 1 }, bar)
    }
    const text = element.text === "" ? element.contentDescription : element.text
    const mark = element.className === "android.widget.Switch" ? (element.isChecked ? " [x]" : " [ ]") : ""
    drawText(
      canvas,
      { x: left + 16, y: top + 16, width: area.width - 32, height: area.height - 16 },
      `${text}${mark}`
    )
    element.children.forEach(draw)
  }
  if (isOn) roots.forEach(draw)
  return canvas.pixels
}
