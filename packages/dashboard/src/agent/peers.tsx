import type { AgentActivity } from '@repocast/api'
import { Absent } from '../page/frame.tsx'
import { Scroller } from '../page/scroller.tsx'
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
        <Scroller label="Table of peers">
          <table class="list">
            <thead>
              <tr>
                <th scope="col">Client</th>
                <th scope="col">Kind</th>
                <th scope="col" class="number">
                  Packs
                </th>
                <th scope="col" class="number">
                  Took
                </th>
                <th scope="col" class="number">
                  Takes
                </th>
                <th scope="col" class="number">
                  Gave
                </th>
                <th scope="col" class="number">
                  Gives
                </th>
              </tr>
            </thead>
            <tbody>
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
            </tbody>
          </table>
        </Scroller>
      )}
    </section>
  )
}
