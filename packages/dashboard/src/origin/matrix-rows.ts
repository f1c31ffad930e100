import type { OverviewMirror } from '@repocast/api'

export type Show = 'all' | 'behind' | 'silent'

/** Which mirrors the matrix shows, and in which order: who is worst off comes first. Pure. */
export function matrixRows(mirrors: readonly OverviewMirror[], show: Show, search: string): OverviewMirror[] {
  const wanted = search.trim().toLowerCase()
  return mirrors
    .filter(mirror => show === 'all' || (show === 'behind' ? mirror.behind.length > 0 : mirror.isSilent))
    .filter(mirror => mirror.name.toLowerCase().includes(wanted))
    .sort(
      (a, b) =>
        Number(hasFailed(b)) - Number(hasFailed(a)) ||
        lagSeconds(b) - lagSeconds(a) ||
        Number(b.isSilent) - Number(a.isSilent) ||
        a.name.localeCompare(b.name, 'en', { numeric: true }),
    )
}

/** How long a mirror has been behind in the repository where that is longest. */
export function lagSeconds({ behind }: OverviewMirror): number {
  return behind.reduce((most, one) => Math.max(most, one.lagSeconds), 0)
}

export function hasFailed({ cells }: OverviewMirror): boolean {
  return cells.includes('!')
}
