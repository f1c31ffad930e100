import type { CollectedMetric } from '@repocast/daemon'
import type { Tracker } from './tracker.ts'

/** Every metric of a tracker, alone or in an origin. */
export const trackerMetrics: readonly CollectedMetric<Tracker>[] = [
  {
    name: 'repocast_tracker_peers',
    help: 'Peers that the tracker knows, counted once for each torrent.',
    labels: ['state'],
    collect: (values, { peers, seeders, partialSeeds }) => {
      values.set({ state: 'seeder' }, seeders)
      values.set({ state: 'partial-seed' }, partialSeeds)
      values.set({ state: 'leecher' }, peers - seeders - partialSeeds)
    },
  },
  {
    name: 'repocast_tracker_swarms',
    help: 'Torrents that have peers.',
    collect: (values, { liveSwarms }) => values.set(liveSwarms),
  },
  {
    name: 'repocast_tracker_web_connections',
    help: 'Peers that are connected over WebSocket.',
    collect: (values, { web }) => values.set(web.connections),
  },
  {
    name: 'repocast_tracker_requests_total',
    help: 'Announces and scrapes that came in.',
    labels: ['transport'],
    collect: (values, { counts }) => {
      for (const [transport, count] of Object.entries(counts.requests)) values.set({ transport }, count)
    },
  },
  {
    name: 'repocast_tracker_announces_total',
    help: 'Announces that were answered with peers.',
    collect: (values, { counts }) => values.set(counts.announces),
  },
  {
    name: 'repocast_tracker_limited_total',
    help: 'Requests that were refused because their address asked too often.',
    collect: (values, { counts }) => values.set(counts.limited),
  },
  {
    name: 'repocast_tracker_refused_total',
    help: 'Announces of torrents that are not tracked.',
    collect: (values, { counts }) => values.set(counts.refused),
  },
]
