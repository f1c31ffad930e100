import { addCollectedCounters, type Registry } from '@repocast/daemon'
import type { Tracker } from './tracker.ts'

/** Adds what a tracker counts to the metrics of whoever runs it. */
export function addTrackerCounters(registry: Registry, tracker: Tracker): void {
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
}
