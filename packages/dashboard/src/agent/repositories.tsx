import type { AgentStatus, RepositoryStatus } from '@repocast/api'
import { Absent } from '../page/frame.tsx'
import { Table } from '../page/table.tsx'
import { bytesText, countText } from '../words/quantities.ts'
import { timeText } from '../words/times.ts'

/** What this mirror serves, and how far it is with what is new. */
export function Repositories({ status: { repositories } }: { readonly status: AgentStatus }) {
  return (
    <section aria-labelledby="repositories">
      <h2 id="repositories">Repositories</h2>
      {repositories.length === 0 ? (
        <Absent title="It follows no repository yet">
          <p>
            Put a link of the origin into <code>agent.yaml</code>, under <code>repositories</code>.
          </p>
        </Absent>
      ) : (
        <Table
          label="Table of repositories"
          columns={['Name', 'State', { number: 'Serves' }, { number: 'Newest' }, 'Progress', 'Last change']}
        >
          {repositories.map(one => (
            <Row key={one.name} repository={one} />
          ))}
        </Table>
      )}
    </section>
  )
}

const words: Readonly<Record<RepositoryStatus['state'], string>> = {
  waiting: 'waits',
  fetching: 'fetches',
  building: 'checks out',
  delayed: 'waits to serve it',
  current: 'up to date',
  failed: 'failed, tries again',
  paused: 'paused, see below',
  held: 'held back',
}

function Row({ repository }: { readonly repository: RepositoryStatus }) {
  const { name, serial, newestSerial, state, swapped, swapDue } = repository
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class={state === 'failed' ? 'bad' : state === 'current' ? 'soft' : 'warn'}>
        {words[state]}
        {swapDue === undefined ? '' : ` until ${timeText(swapDue)} UTC`}
      </td>
      <td class="number">{serial === null ? 'nothing' : countText(serial)}</td>
      <td class="number">{newestSerial === null ? 'not known' : countText(newestSerial)}</td>
      <td>
        <Progress repository={repository} />
      </td>
      <td class="soft">{swapped === null ? 'none yet' : `${timeText(swapped)} UTC`}</td>
    </tr>
  )
}

function Progress({ repository: { name, state, bytesDone, bytesWanted } }: { readonly repository: RepositoryStatus }) {
  if (state !== 'fetching' || bytesWanted === 0) return <span class="soft">–</span>
  return (
    <span class="share">
      <progress aria-label={`Progress of ${name}`} max={bytesWanted} value={bytesDone} />
      {bytesText(bytesDone)} of {bytesText(bytesWanted)}
    </span>
  )
}
