import { addCollectedCounters, collectedGauges, type Registry } from '@repocast/daemon'
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
  addCollectedCounters(registry, () => tracker.counts, [
    {
      name: 'repocast_tracker_requests_total',
      help: 'Announces and scrapes that came in.',
      labels: ['transport'],
      collect: (counter, { requests }) => {
        for (const [transport, count] of Object.entries(requests)) counter.inc({ transport }, count)
      },
    },
    {
      name: 'repocast_tracker_announces_total',
      help: 'Announces that were answered with peers.',
      collect: (counter, { announces }) => counter.inc(announces),
    },
    {
      name: 'repocast_tracker_limited_total',
      help: 'Requests that were refused because their address asked too often.',
      collect: (counter, { limited }) => counter.inc(limited),
    },
    {
      name: 'repocast_tracker_refused_total',
      help: 'Announces of torrents that are not tracked.',
      collect: (counter, { refused }) => counter.inc(refused),
    },
  ])
  return registry
}
