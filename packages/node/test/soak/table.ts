/** Numbers to the right, text to the left. */
export const table = (
  headers: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string | number>>
): string => {
  const widths = headers.map((header, at) =>
    Math.max(header.length, ...rows.map((row) => String(row[at] ?? "").length))
  )
  const line = (cells: ReadonlyArray<string | number>) =>
    cells
      .map((cell, at) =>
        typeof cell === "number" ? String(cell).padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)
      )
      .join("  ")
      .trimEnd()
  return [line(headers), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n")
}
