import type { AgentActivity } from '@repocast/api'
import { Absent } from '../page/frame.tsx'
import { Table } from '../page/table.tsx'
import { bytesText, countText, rateText } from '../words/quantities.ts'

/** Whom this mirror takes from and gives to. */
export function Peers({ activity }: { readonly activity: AgentActivity | undefined }) {
  return (
    <section aria-labelledby="peers">
      <h2 id="peers">Peers</h2>
      {activity === undefined || activity.peers.length === 0 ? (
        <Absent title="No peer is connected">
          <p>Packs that nobody asks for rest. Peers connect when something is published, or when they fetch.</p>
        </Absent>
      ) : (
        <Table
          label="Table of peers"
          columns={[
            'Client',
            'Kind',
            { number: 'Packs' },
            { number: 'Took' },
            { number: 'Takes' },
            { number: 'Gave' },
            { number: 'Gives' },
          ]}
        >
          {activity.peers.map((peer, place) => (
            <tr key={`${place} ${peer.client}`}>
              <th scope="row">{peer.client || 'not told'}</th>
              <td class="soft">{peer.kind === 'origin' ? 'origin' : 'mirror or client'}</td>
              <td class="number">{countText(peer.packs)}</td>
              <td class="number">{bytesText(peer.uploadedBytes)}</td>
              <td class="number">{rateText(peer.uploadRate)}</td>
              <td class="number">{bytesText(peer.downloadedBytes)}</td>
              <td class="number">{rateText(peer.downloadRate)}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  )
}
