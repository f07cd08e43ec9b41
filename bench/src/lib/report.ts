import { writeFile } from "node:fs/promises"
import { cpus } from "node:os"

export type Cell = string | number

/** Numbers to the right, text to the left. */
export const table = (headers: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<Cell>>): string => {
  const text = (cell: Cell | undefined) => (cell === undefined ? "" : String(cell))
  const widths = headers.map((header, i) =>
    Math.max(header.length, ...rows.map((row) => text(row[i]).length))
  )
  const pad = (cell: Cell | undefined, i: number) =>
    typeof cell === "number" || /^[\d.]+x?$/.test(text(cell))
      ? text(cell).padStart(widths[i] ?? 0)
      : text(cell).padEnd(widths[i] ?? 0)
  const line = (cells: ReadonlyArray<Cell>) => cells.map(pad).join("  ").trimEnd()
  return [line(headers), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n")
}

export const round = (value: number, digits = 0): number => Number(value.toFixed(digits))

/** Where the numbers come from. */
export const machine = () => ({
  node: process.version,
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length
})

/**
 * Prints a result as one line of JSON, and writes it to the file after `--json` when that is given.
 */
export const reportJson = async (name: string, result: unknown): Promise<void> => {
  const document = { name, machine: machine(), result }
  console.log(JSON.stringify(document))
  const at = process.argv.indexOf("--json")
  const file = at < 0 ? undefined : process.argv[at + 1]
  if (file !== undefined) await writeFile(file, `${JSON.stringify(document, null, 2)}\n`)
}
