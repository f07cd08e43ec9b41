/** What a phone-settings script does, so that scripts are compared by effect and not by text. */
import type { Json } from "./Vector.js"

const unquote = (word: string): string => word.replace(/^(['"])([\s\S]*)\1$/, "$2")

/** The words of a command; quoted ones may contain anything but quotes. */
const wordsOf = (text: string): ReadonlyArray<string> =>
  text.match(/'[^']*'|"[^"]*"|\S+/g)?.map(unquote) ?? []

/** Commands of a script in order; here-documents are read into the command that takes them. */
export const effectsOf = (script: string): ReadonlyArray<Json> => {
  const effects: Array<Json> = []
  const lines = script.split("\n")
  for (let index = 0; index < lines.length; index++) {
    for (const part of (lines[index] ?? "").split(/\s*(?:;|&&|\|\|)\s*/)) {
      const line = part.trim()
      const hereDocument = /^cat\s*>\s*(\S+)\s*<<\s*-?\s*(\S+)$/.exec(line) ?? undefined
      const reversed = /^cat\s*<<\s*-?\s*(\S+)\s*>\s*(\S+)$/.exec(line) ?? undefined
      if (hereDocument !== undefined || reversed !== undefined) {
        const path = unquote(hereDocument?.[1] ?? reversed?.[2] ?? "")
        const end = unquote(hereDocument?.[2] ?? reversed?.[1] ?? "")
        const content: Array<string> = []
        for (index++; index < lines.length && lines[index] !== end; index++) content.push(lines[index] ?? "")
        effects.push({ writeFile: path, lines: content })
        continue
      }
      const written = /^printf\s+'(?:%s\\n)?'(.*?)>\s*(\S+)$/.exec(line)
      if (written !== null) {
        effects.push({ writeFile: unquote(written[2] ?? ""), lines: wordsOf(written[1] ?? "") })
      }
      const setprop = /^setprop\s+(\S+)\s+(.+)$/.exec(line)
      if (setprop !== null) effects.push({ setprop: setprop[1] ?? "", value: unquote(setprop[2] ?? "") })
      const chmod = /^chmod\s+(\S+)\s+(.+)$/.exec(line)
      if (chmod !== null) effects.push({ chmod: chmod[1] ?? "", path: unquote(chmod[2] ?? "") })
      const killall = /^(?:\{\s*)?killall\s+(\S+)$/.exec(line)
      if (killall !== null) effects.push({ killall: unquote(killall[1] ?? "") })
    }
  }
  return effects
}
