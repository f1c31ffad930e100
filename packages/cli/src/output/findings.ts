/** How many findings there are, as `1 error, 2 warnings`; `none`. */
export function findingsText(counts: Readonly<Record<'error' | 'warning' | 'note', number>>): string {
  const told = (['error', 'warning', 'note'] as const).flatMap(severity => {
    const count = counts[severity]
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  return told.length === 0 ? 'none' : told.join(', ')
}
