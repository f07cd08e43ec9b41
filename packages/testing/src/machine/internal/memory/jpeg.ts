/** JPEG files without anything but JavaScript. */
import { encode } from "jpeg-js"

const quality = 80

/** `pixels` are rows of one byte of grey each, from the upper left corner. */
export const encodeGreyJpeg = (
  width: number,
  height: number,
  pixels: Uint8Array,
  percent: number = quality
): Uint8Array => {
  // Red, green and blue of one pixel at once, whichever end of a word comes first.
  const colours = Uint32Array.from(pixels, (shade) => (shade * 0x01010101) >>> 0)
  const data = new Uint8Array(colours.buffer)
  return new Uint8Array(encode({ width, height, data }, percent).data)
}
