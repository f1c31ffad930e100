import type { Behind, OverviewMirror } from '@repocast/api'
import { amount, countText, durationText } from '../words/quantities.ts'

interface CellProps {
  readonly mirror: OverviewMirror
  /** Place of the repository. */
  readonly column: number
}

/** A cell with room for words. */
export function WideCell({ mirror, column, newest }: CellProps & { readonly newest: number }) {
  const kind = mirror.cells[column]
  if (kind === '.') return <td class="cell none">not followed</td>
  if (kind === '@') {
    return (
      <td class="cell current" title={meanings['@']}>
        <Dot />
        as set
      </td>
    )
  }
  if (kind === '=') {
    return (
      <td class="cell current">
        <Dot />
        {countText(newest)}
      </td>
    )
  }
  const behind = behindIn(mirror, column)
  return (
    <td class={`cell ${kind === '!' ? 'failed' : 'behind'}`} title={behindText(behind)}>
      <Dot />
      {behind?.serial ?? 'none'} · {countText(behind?.lagSerials ?? 0)} behind
      {kind === '!' ? ', failed' : <Doing behind={behind} />}
    </td>
  )
}

function Dot() {
  return <span class="dot" aria-hidden="true" />
}

function Doing({ behind }: { readonly behind: Behind | undefined }) {
  if (behind?.state === 'building') return <>, checking out</>
  if (behind?.state === 'fetching') return <>, {Math.floor(100 * behind.progress)} %</>
  return <>, {durationText(behind?.lagSeconds ?? 0)}</>
}

const meanings = {
  '=': 'up to date',
  '@': 'serves what its channel or hold says',
  '.': 'not followed',
} as const

/** A cell that is little more than a mark. */
export function DenseCell({ mirror, column, name }: CellProps & { readonly name: string }) {
  const kind = mirror.cells[column]
  if (kind === '.') return <td class="mark-cell none" aria-label={meanings[kind]} />
  if (kind === '=' || kind === '@') return <td class="mark-cell current" aria-label={meanings[kind]} />
  const behind = behindIn(mirror, column)
  const serials = behind?.lagSerials ?? 0
  return (
    <td class={`mark-cell ${kind === '!' ? 'failed' : 'behind'}`} title={`${name}: ${behindText(behind)}`}>
      <span>{kind === '!' ? '!' : serials > 9 ? '9+' : serials}</span>
    </td>
  )
}

function behindIn({ behind }: OverviewMirror, column: number): Behind | undefined {
  return behind.find(one => one.repository === column)
}

function behindText(behind: Behind | undefined): string {
  if (!behind) return 'behind'
  const { serial, lagSerials, lagSeconds, state } = behind
  const serves = serial === null ? 'serves nothing yet' : `serves serial ${serial}`
  return `${serves}, ${amount(lagSerials, 'serial')} and ${durationText(lagSeconds)} behind, ${state}`
}
