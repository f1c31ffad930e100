import type { Figures } from './run.ts'

interface Column {
  readonly head: string
  readonly isText?: boolean
  cell(figures: Figures): string
}

/** Heads and contents of the table, in their order. */
const columns: readonly Column[] = [
  { head: 'mirrors', cell: ({ mirrors }) => String(mirrors) },
  { head: 'tool', isText: true, cell: ({ tool }) => tool },
  { head: 'what', isText: true, cell: ({ what }) => what },
  { head: 'bound s', cell: ({ ideal }) => tenths(ideal) },
  { head: 'first s', cell: ({ done }) => tenths(done[0]) },
  { head: 'median s', cell: ({ done }) => tenths(median(done)) },
  { head: 'last s', cell: ({ done }) => tenths(done.at(-1)) },
  { head: 'last / bound', cell: ({ done, ideal }) => hundredths((done.at(-1) ?? 0) / ideal) },
  { head: 'killed ones s', cell: ({ killed }) => (killed.length === 0 ? '' : tenths(killed.at(-1))) },
  { head: 'command s', cell: ({ commandSeconds }) => tenths(commandSeconds) },
  { head: 'origin sends / F', cell: ({ originShare }) => hundredths(originShare) },
  { head: 'most received / F', cell: ({ receivedShares }) => hundredths(receivedShares.at(-1) ?? 0) },
  {
    head: 'CPU s origin / mirror, worst',
    cell: ({ originCpu, mirrorCpus }) =>
      `${tenths(originCpu)} / ${tenths(median(mirrorCpus))}, ${tenths(mirrorCpus.at(-1))}`,
  },
  {
    head: 'peak MB origin / mirror, worst',
    cell: ({ originPeak, mirrorPeaks }) =>
      `${megabytes(originPeak)} / ${megabytes(median(mirrorPeaks))}, ${megabytes(mirrorPeaks.at(-1))}`,
  },
  { head: 'mixed s', cell: ({ mixedSeconds }) => (mixedSeconds === undefined ? '' : tenths(mixedSeconds)) },
  { head: 'identical', isText: true, cell: ({ isIdentical }) => (isIdentical ? 'yes' : 'no') },
]

/** In Markdown. */
export function table(rows: readonly Figures[]): string {
  const lines = [
    columns.map(({ head }) => head),
    columns.map(({ isText }) => (isText ? '---' : '--:')),
    ...rows.map(row => columns.map(({ cell }) => cell(row))),
  ]
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

/** Of sorted numbers; 0 of none. */
export function median(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}

function tenths(value = 0): string {
  return Number.isFinite(value) ? value.toFixed(1) : 'never'
}

function hundredths(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : ''
}

function megabytes(bytes = 0): string {
  return String(Math.round(bytes / 1e6))
}
