import { collectedGauges, type Registry } from '@repocast/daemon'
import { addTrackerCounters } from '../metrics.ts'
import type { Tracker } from '../tracker.ts'

/** Every metric of a tracker that runs alone. */
export function createTrackerMetrics(tracker: Tracker): Registry {
  const registry = collectedGauges(
    () => tracker,
    [
      {
        name: 'repocast_tracker_peers',
        help: 'Peers that the tracker knows, counted once for each torrent.',
        labels: ['state'],
        collect: (gauge, { peers, seeders }) => {
          gauge.set({ state: 'seeder' }, seeders)
          gauge.set({ state: 'leecher' }, peers - seeders)
        },
      },
      {
        name: 'repocast_tracker_swarms',
        help: 'Torrents that have peers.',
        collect: (gauge, { liveSwarms }) => gauge.set(liveSwarms),
      },
      {
        name: 'repocast_tracker_web_connections',
        help: 'Peers that are connected over WebSocket.',
        collect: (gauge, { web }) => gauge.set(web.connections),
      },
    ],
  )
  addTrackerCounters(registry, tracker)
  return registry
}
