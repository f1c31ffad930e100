import { collectedGauges, type Registry } from '@repocast/daemon'
import type { Statistics } from './statistics.ts'

/** Every metric of an origin. */
export function createOriginMetrics(statistics: () => Statistics | undefined): Registry {
  return collectedGauges(statistics, [
    {
      name: 'repocast_origin_uploaded_bytes',
      help: 'Bytes of packs given since the start, to peers and web seeds.',
      collect: (gauge, now) => gauge.set(now.uploadedBytes),
    },
    {
      name: 'repocast_repository_serial',
      help: 'Newest published serial.',
      labels: ['repository'],
      collect: (gauge, now) => {
        for (const { name, serial } of now.repositories()) gauge.set({ repository: name }, serial)
      },
    },
    {
      name: 'repocast_watch_unpublished_seconds',
      help: 'Seconds since the watched tree of a repository has something that is not published.',
      labels: ['repository'],
      collect: (gauge, now) => {
        for (const { name, unpublishedSeconds } of now.watched()) gauge.set({ repository: name }, unpublishedSeconds)
      },
    },
    {
      name: 'repocast_watch_failed',
      help: 'Whether the last publish of a watched tree, or look at it, failed.',
      labels: ['repository'],
      collect: (gauge, now) => {
        for (const { name, error } of now.watched()) gauge.set({ repository: name }, error === null ? 0 : 1)
      },
    },
    {
      name: 'repocast_tracker_peers',
      help: 'Peers that the tracker knows, counted once for each pack.',
      labels: ['state'],
      collect: (gauge, now) => {
        for (const { seeders, leechers } of now.packs()) {
          gauge.inc({ state: 'seeder' }, seeders)
          gauge.inc({ state: 'leecher' }, leechers)
        }
      },
    },
    {
      name: 'repocast_repository_snapshots',
      help: 'Published snapshots that are kept.',
      labels: ['repository'],
      collect: (gauge, now) => {
        for (const { name, snapshots } of now.snapshotCounts()) gauge.set({ repository: name }, snapshots)
      },
    },
    {
      name: 'repocast_origin_last_collection_timestamp_seconds',
      help: 'When what nobody needs was collected last, as seconds since 1970; 0: never.',
      collect: (gauge, now) => gauge.set(Date.parse(now.lastCollection()?.finished ?? '1970-01-01T00:00:00Z') / 1000),
    },
    {
      name: 'repocast_origin_last_collection_bytes',
      help: 'Bytes of the objects that the last collection removed.',
      collect: (gauge, now) => gauge.set(now.lastCollection()?.bytes ?? 0),
    },
    {
      name: 'repocast_mirror_lag_serials',
      help: 'Snapshots that a mirror is behind.',
      labels: ['mirror', 'repository'],
      collect: (gauge, now) => {
        for (const { mirror, repository, lagSerials } of now.lags()) gauge.set({ mirror, repository }, lagSerials)
      },
    },
    {
      name: 'repocast_mirror_lag_seconds',
      help: 'Seconds that a mirror is behind.',
      labels: ['mirror', 'repository'],
      collect: (gauge, now) => {
        for (const { mirror, repository, lagSeconds } of now.lags()) gauge.set({ mirror, repository }, lagSeconds)
      },
    },
  ])
}
