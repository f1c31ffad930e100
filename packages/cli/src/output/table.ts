/** A column: its title, and whether its cells stand on the right, as numbers do. */
export interface Column {
  readonly title?: string
  readonly isNumber?: boolean
}

/** Lines of text with the cells of `rows` below each other. Titles are left out when no column has one. */
export function alignColumns(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const titles = columns.map(({ title = '' }) => title)
  const all = titles.some(title => title !== '') ? [titles, ...rows] : rows
  const widths = columns.map((_, k) => all.reduce((widest, row) => Math.max(widest, (row[k] ?? '').length), 0))
  return all.map(row => {
    const cells = columns.map(({ isNumber }, k) => {
      const [cell, width] = [row[k] ?? '', widths[k] ?? 0]
      return isNumber ? cell.padStart(width) : cell.padEnd(width)
    })
    return cells.join('  ').trimEnd()
  })
}
