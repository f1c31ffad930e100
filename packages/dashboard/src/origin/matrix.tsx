import type { OverviewDocument, OverviewMirror } from '@repocast/api'
import { useMemo, useState } from 'preact/hooks'
import { Absent } from '../page/frame.tsx'
import { Scroller } from '../page/scroller.tsx'
import { hashOf } from '../page/use-hash.ts'
import { useNow } from '../page/use-now.ts'
import { useWindow } from '../page/use-window.ts'
import { agoText, amount, countText, durationText } from '../words/quantities.ts'
import { DenseCell, WideCell } from './matrix-cells.tsx'
import { hasFailed, lagSeconds, matrixRows, type Show } from './matrix-rows.ts'

/** Up to so many repositories a cell has room for words. */
const wideRepositories = 6
/** Pixels, as in design.css. */
const rowHeight = 32

/** Who has what: a row for each mirror, a column for each repository. */
export function Matrix({ overview }: { readonly overview: OverviewDocument }) {
  const [show, setShow] = useState<Show>('all')
  const [search, setSearch] = useState('')
  const rows = useMemo(() => matrixRows(overview.mirrors, show, search), [overview, show, search])
  return (
    <section aria-labelledby="mirrors">
      <div class="section-head">
        <h2 id="mirrors">Mirrors</h2>
        {overview.mirrors.length > 0 && (
          <Filter show={show} search={search} setShow={setShow} setSearch={setSearch} found={rows.length} />
        )}
      </div>
      {overview.mirrors.length === 0 ? (
        <Absent title="No mirror has reported yet">
          <p>
            Give a mirror its link with <code>repocast origin link REPOSITORY</code>. Clients other than repocast's
            agent never report, and are counted as peers.
          </p>
        </Absent>
      ) : overview.repositories.length === 0 ? (
        <Absent title={`${amount(overview.mirrors.length, 'mirror')} reported, but nothing is published`} />
      ) : (
        <Grid overview={overview} rows={rows} />
      )}
    </section>
  )
}

interface FilterProps {
  readonly show: Show
  readonly search: string
  readonly setShow: (show: Show) => void
  readonly setSearch: (search: string) => void
  readonly found: number
}

function Filter({ show, search, setShow, setSearch, found }: FilterProps) {
  return (
    <search class="filter">
      <span class="soft" role="status">
        {amount(found, 'mirror')}
      </span>
      <label>
        <span class="unseen">Find a mirror by name</span>
        <input
          type="search"
          placeholder="Find by name"
          value={search}
          onInput={event => setSearch(event.currentTarget.value)}
        />
      </label>
      <label>
        <span class="unseen">Which mirrors</span>
        <select value={show} onChange={event => setShow(event.currentTarget.value as Show)}>
          <option value="all">all</option>
          <option value="behind">behind</option>
          <option value="silent">silent</option>
        </select>
      </label>
    </search>
  )
}

function Grid({ overview, rows }: { readonly overview: OverviewDocument; readonly rows: readonly OverviewMirror[] }) {
  const { repositories } = overview
  const isWide = repositories.length <= wideRepositories
  const { box, first, end } = useWindow(rows.length, rowHeight)
  const now = useNow()
  if (rows.length === 0) return <Absent title="No mirror is like that" />
  return (
    <Scroller label="Table of mirrors" isTall box={box}>
      <table class={`matrix ${isWide ? 'roomy' : 'dense'}`} aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" class="who">
              Mirror
            </th>
            <th scope="col" class="state">
              State
            </th>
            {repositories.map(({ name }) => (
              <th scope="col" key={name} title={name}>
                <a href={hashOf('repositories', name)}>{name}</a>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={first} />
          {rows.slice(first, end).map((mirror, place) => (
            <tr key={mirror.id} aria-rowindex={first + place + 2}>
              <th scope="row" class="who">
                <a href={hashOf('mirrors', mirror.id)}>{mirror.name}</a>
              </th>
              <td class="state">
                <State mirror={mirror} now={now} />
              </td>
              {repositories.map((repository, column) =>
                isWide ? (
                  <WideCell key={repository.name} mirror={mirror} column={column} newest={repository.serial} />
                ) : (
                  <DenseCell key={repository.name} mirror={mirror} column={column} name={repository.name} />
                ),
              )}
            </tr>
          ))}
          <Spacer rows={rows.length - end} />
        </tbody>
      </table>
    </Scroller>
  )
}

/** Stands for rows that are not drawn. */
function Spacer({ rows }: { readonly rows: number }) {
  return rows > 0 ? <tr class="spacer" style={{ blockSize: `${rows * rowHeight}px` }} /> : null
}

function State({ mirror, now }: { readonly mirror: OverviewMirror; readonly now: number }) {
  const { behind, isSilent, lastReport, cells } = mirror
  if (isSilent) return <span class="silent">silent, {agoText(lastReport, now)}</span>
  if (behind.length === 0)
    return <span class="soft">{/[=@]/.test(cells) ? 'up to date' : 'follows none of these'}</span>
  const lag = durationText(lagSeconds(mirror))
  const where = behind.length > 1 ? ` in ${countText(behind.length)}` : ''
  return hasFailed(mirror) ? (
    <span class="bad">failed, {lag} behind</span>
  ) : (
    <span class="warn">{`${lag} behind${where}`}</span>
  )
}
