/** A picture of a page without fonts: every line of text as grey bars, one for each word, below one another. */
import { type PageNode, type PageSnapshot, textOf } from "../../pageSnapshot.js"
import { encodeGreyPng } from "../png.js"

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Clip extends Size {
  readonly x: number
  readonly y: number
}

const margin = 8
const lineHeight = 20
const letterWidth = 8

const isInline = (node: PageNode): boolean =>
  /^(#text|a|abbr|b|code|em|i|img|input|label|select|small|span|strong|sub|sup|button|textarea)$/.test(
    node.tag
  )

/** The texts of a page, one for each block that holds some. */
const blocks = (node: PageNode): ReadonlyArray<string> => {
  if (node.hidden || node.tag === "head") return []
  const inline = node.children.filter(isInline)
  const own = inline.length === 0 ? "" : textOf({ ...node, children: inline })
  return [...(own === "" ? [] : [own]), ...node.children.filter((child) => !isInline(child)).flatMap(blocks)]
}

const linesOf = (page: PageSnapshot, width: number): ReadonlyArray<string> => {
  const perLine = Math.max(1, Math.floor((width - 2 * margin) / letterWidth))
  return blocks(page.root).flatMap((text) => {
    const lines: Array<string> = []
    for (let at = 0; at < text.length; at += perLine) lines.push(text.slice(at, at + perLine))
    return lines
  })
}

/** The part of the page that `clip` names; else the whole page, or what of it the viewport shows. */
export const drawPage = (
  page: PageSnapshot,
  viewport: Size,
  options: { readonly fullPage: boolean; readonly clip?: Clip | undefined }
): Uint8Array => {
  const lines = linesOf(page, viewport.width)
  const needed = Math.max(viewport.height, lines.length * lineHeight + 2 * margin)
  const { height, width, x, y } = options.clip ?? {
    x: 0,
    y: 0,
    width: viewport.width,
    height: options.fullPage ? needed : viewport.height
  }
  const pixels = new Uint8Array(width * height).fill(255)
  lines.forEach((line, row) => {
    for (let letter = 0; letter < line.length; letter++) {
      if (line[letter] === " ") continue
      const left = margin + letter * letterWidth - x
      const top = margin + row * lineHeight + 4 - y
      for (let py = Math.max(0, top); py < Math.min(height, top + 12); py++) {
        for (let px = Math.max(0, left); px < Math.min(width, left + letterWidth); px++) {
          pixels[py * width + px] = 96 + (line.charCodeAt(letter) % 64)
        }
      }
    }
  })
  return encodeGreyPng(width, height, pixels)
}
