import { type CollectedMetric, collectedMetrics, type MetricValues, type Registry } from '@repocast/daemon'
import { type Tracker, trackerMetrics } from '@repocast/tracker'
import { allMirrors, theOrigin } from './mirrors/history.ts'
import type { Mirrors } from './mirrors/mirrors.ts'
import type { Notifications } from './notifications/notifications.ts'
import type { PublishLog } from './publish/publish-log.ts'
import type { ClientLimit } from './serve/client-limit.ts'
import type { Statistics } from './statistics.ts'

/** What metrics are taken from. */
export interface MetricSources {
  readonly statistics: Statistics
  readonly mirrors: Mirrors
  readonly tracker: Tracker
  readonly publishes: PublishLog
  readonly notifications: Notifications
  readonly limit: Pick<ClientLimit, 'refused'>
}

type Metric = CollectedMetric<MetricSources>

/** Every metric of an origin. */
export function createOriginMetrics(sources: () => MetricSources | undefined): Registry {
  return collectedMetrics(sources, [
    ...ofRepositories,
    ...ofPublishing,
    ...ofWatching,
    ...ofRetention,
    ...ofTraffic,
    ...ofTracker,
    ...ofDht,
    ...ofMirrors,
    ...ofPublicMirrors,
    ...ofDisk,
    ...ofHttp,
    ...ofNotifications,
  ])
}

const ofRepositories: readonly Metric[] = [
  {
    name: 'repocast_repository_serial',
    help: 'Newest published serial.',
    labels: ['repository'],
    collect: (values, { statistics }) => {
      for (const { name, serial } of statistics.repositories()) values.set({ repository: name }, serial)
    },
  },
  {
    name: 'repocast_repository_published_timestamp_seconds',
    help: 'When the newest serial was published.',
    labels: ['repository'],
    collect: (values, { statistics }) => {
      for (const { name, created } of statistics.repositories())
        values.set({ repository: name }, Date.parse(created) / 1000)
    },
  },
  {
    name: 'repocast_repository_bytes',
    help: 'Size of the files of the newest serial.',
    labels: ['repository'],
    collect: (values, { statistics }) => {
      for (const { name, bytes } of statistics.repositories()) values.set({ repository: name }, bytes)
    },
  },
  {
    name: 'repocast_repository_findings',
    help: 'What the check of the newest serial found.',
    labels: ['repository', 'severity'],
    collect: (values, { statistics }) => {
      for (const { name, findings } of statistics.repositories()) {
        for (const [severity, count] of Object.entries(findings)) values.set({ repository: name, severity }, count)
      }
    },
  },
]

const ofPublishing: readonly Metric[] = [
  {
    name: 'repocast_publishes_total',
    help: 'Publishes by their result: published, unchanged, failed.',
    labels: ['repository', 'result'],
    collect: (values, { publishes }) => {
      for (const { repository, result, count } of publishes.counts()) values.set({ repository, result }, count)
    },
  },
  {
    name: 'repocast_publish_seconds_total',
    help: 'Time that publishes took, by their result.',
    labels: ['repository', 'result'],
    collect: (values, { publishes }) => {
      for (const { repository, result, seconds } of publishes.counts()) values.set({ repository, result }, seconds)
    },
  },
  {
    name: 'repocast_publish_last_duration_seconds',
    help: 'Time that the last publish took, by its result.',
    labels: ['repository', 'result'],
    collect: (values, { publishes }) => {
      for (const { repository, result, lastSeconds } of publishes.counts())
        values.set({ repository, result }, lastSeconds)
    },
  },
  {
    name: 'repocast_publish_last_timestamp_seconds',
    help: 'When the last publish ended, by its result.',
    labels: ['repository', 'result'],
    collect: (values, { publishes }) => {
      for (const { repository, result, last } of publishes.counts()) values.set({ repository, result }, last / 1000)
    },
  },
]

const ofWatching: readonly Metric[] = [
  {
    name: 'repocast_watch_unpublished_seconds',
    help: 'Seconds since the watched tree of a repository has something that is not published.',
    labels: ['repository'],
    collect: (values, { statistics }) => {
      for (const { name, unpublishedSeconds } of statistics.watched())
        values.set({ repository: name }, unpublishedSeconds)
    },
  },
  {
    name: 'repocast_watch_failed',
    help: 'Whether the last publish of a watched tree, or look at it, failed.',
    labels: ['repository'],
    collect: (values, { statistics }) => {
      for (const { name, error } of statistics.watched()) values.set({ repository: name }, error === null ? 0 : 1)
    },
  },
]

const ofRetention: readonly Metric[] = [
  {
    name: 'repocast_repository_snapshots',
    help: 'Published snapshots that are kept.',
    labels: ['repository'],
    collect: (values, { statistics }) => {
      for (const { name, snapshots } of statistics.snapshotCounts()) values.set({ repository: name }, snapshots)
    },
  },
  {
    name: 'repocast_origin_last_collection_timestamp_seconds',
    help: 'When what nobody needs was collected last, as seconds since 1970; 0: never.',
    collect: (values, { statistics }) => {
      const { finished } = statistics.lastCollection() ?? {}
      values.set(finished === undefined ? 0 : Date.parse(finished) / 1000)
    },
  },
  {
    name: 'repocast_origin_last_collection_bytes',
    help: 'Bytes of the objects that the last collection removed.',
    collect: (values, { statistics }) => values.set(statistics.lastCollection()?.bytes ?? 0),
  },
]

const ofTraffic: readonly Metric[] = [
  {
    name: 'repocast_origin_uploaded_bytes_total',
    help: 'Bytes of packs that the origin gave since it started, to peers and web seeds.',
    collect: (values, { statistics }) => values.set(statistics.uploadedBytes),
  },
  {
    name: 'repocast_origin_given_bytes_total',
    help: 'Bytes of packs that the origin gave, ever.',
    collect: (values, { mirrors }) => values.set(mirrors.history.totals(theOrigin).givenBytes),
  },
  {
    name: 'repocast_mirrors_taken_bytes_total',
    help: 'Bytes of packs that mirrors took, ever, by whom they had them from: origin, mirrors.',
    labels: ['source'],
    collect: (values, { mirrors }) => {
      const { takenBytes, fromOriginBytes } = mirrors.history.totals(allMirrors)
      values.set({ source: 'origin' }, fromOriginBytes)
      values.set({ source: 'mirrors' }, takenBytes - fromOriginBytes)
    },
  },
]

const ofDht: readonly Metric[] = [
  {
    name: 'repocast_origin_dht_nodes',
    help: 'Known nodes of the DHT, where it is joined.',
    collect: (values, { statistics }) => setIfKnown(values, statistics.dhtNodes),
  },
]

const ofTracker: readonly Metric[] = trackerMetrics.map(metric => ({
  ...metric,
  collect: (values, { tracker }) => metric.collect(values, tracker),
}))

const ofMirrors: readonly Metric[] = [
  {
    name: 'repocast_mirror_lag_serials',
    help: 'Snapshots that a mirror is behind.',
    labels: ['mirror', 'id', 'repository'],
    collect: (values, { statistics }) => {
      for (const { lagSerials, ...labels } of lagsOf(statistics)) values.set(namesOf(labels), lagSerials)
    },
  },
  {
    name: 'repocast_mirror_lag_seconds',
    help: 'Seconds since the first snapshot was published that a mirror does not serve.',
    labels: ['mirror', 'id', 'repository'],
    collect: (values, { statistics }) => {
      for (const { lagSeconds, ...labels } of lagsOf(statistics)) values.set(namesOf(labels), lagSeconds)
    },
  },
  {
    name: 'repocast_mirror_failed',
    help: 'Whether the last update of a repository failed on a mirror.',
    labels: ['mirror', 'id', 'repository'],
    collect: (values, { statistics }) => {
      for (const { state, ...labels } of lagsOf(statistics)) values.set(namesOf(labels), Number(state === 'failed'))
    },
  },
  {
    name: 'repocast_mirror_last_report_timestamp_seconds',
    help: 'When a mirror reported last.',
    labels: ['mirror', 'id'],
    collect: (values, { statistics }) => {
      for (const { name: mirror, id, lastReport } of statistics.mirrors())
        values.set({ mirror, id }, Date.parse(lastReport) / 1000)
    },
  },
  {
    name: 'repocast_mirror_disk_free_bytes',
    help: 'Free space on the disk of a mirror.',
    labels: ['mirror', 'id'],
    collect: (values, { statistics }) => {
      for (const { name: mirror, id, disk } of statistics.mirrors())
        if (disk) values.set({ mirror, id }, disk.freeBytes)
    },
  },
  {
    name: 'repocast_mirror_disk_bytes',
    help: 'Size of the disk of a mirror.',
    labels: ['mirror', 'id'],
    collect: (values, { statistics }) => {
      for (const { name: mirror, id, disk } of statistics.mirrors())
        if (disk) values.set({ mirror, id }, disk.totalBytes)
    },
  },
]

const publicStates = ['fresh', 'previous', 'stale', 'wrong', 'dead'] as const

const ofPublicMirrors: readonly Metric[] = [
  {
    name: 'repocast_public_mirror_state',
    help: 'What a mirror that clients may be sent to is for a repository: 1 for its state, 0 for the others.',
    labels: ['repository', 'url', 'state'],
    collect: (values, { statistics }) => {
      for (const { repository, url, state } of statistics.publicMirrors()) {
        for (const one of publicStates) values.set({ repository, url, state: one }, Number(one === state))
      }
    },
  },
  {
    name: 'repocast_public_mirror_asked_timestamp_seconds',
    help: 'When such a mirror was asked last what it serves.',
    labels: ['repository', 'url'],
    collect: (values, { statistics }) => {
      for (const { repository, url, asked } of statistics.publicMirrors())
        values.set({ repository, url }, Date.parse(asked) / 1000)
    },
  },
]

const ofDisk: readonly Metric[] = [
  {
    name: 'repocast_origin_disk_free_bytes',
    help: "Free space on the disk of the origin's data directory.",
    collect: (values, { statistics }) => setIfKnown(values, statistics.disk()?.freeBytes),
  },
  {
    name: 'repocast_origin_disk_bytes',
    help: "Size of the disk of the origin's data directory.",
    collect: (values, { statistics }) => setIfKnown(values, statistics.disk()?.totalBytes),
  },
]

function setIfKnown(values: MetricValues, value: number | undefined): void {
  if (value !== undefined) values.set(value)
}

const ofHttp: readonly Metric[] = [
  {
    name: 'repocast_http_limited_requests_total',
    help: 'Requests that were refused because their address asked too often.',
    collect: (values, { limit }) => values.set(limit.refused),
  },
]

const ofNotifications: readonly Metric[] = [
  {
    name: 'repocast_notification_requests_total',
    help: 'Requests to webhooks by their result: accepted, failed.',
    labels: ['webhook', 'result'],
    collect: (values, { notifications }) => {
      for (const { webhook, accepted, failed } of notifications.totals()) {
        values.set({ webhook, result: 'accepted' }, accepted)
        values.set({ webhook, result: 'failed' }, failed)
      }
    },
  },
  {
    name: 'repocast_notifications_lost_total',
    help: 'Events that a webhook was not told: it did not take them for three days, or too many waited.',
    labels: ['webhook'],
    collect: (values, { notifications }) => {
      for (const { webhook, lost } of notifications.totals()) values.set({ webhook }, lost)
    },
  },
  {
    name: 'repocast_notifications_waiting',
    help: 'Events that a webhook is still to be told.',
    labels: ['webhook'],
    collect: (values, { notifications }) => {
      for (const { webhook, waiting } of notifications.totals()) values.set({ webhook }, waiting)
    },
  },
]

interface MirrorLag {
  readonly mirror: string
  readonly id: string
  readonly repository: string
  readonly lagSerials: number
  readonly lagSeconds: number
  readonly state: string
}

function lagsOf(statistics: Statistics): MirrorLag[] {
  return statistics
    .mirrors()
    .flatMap(({ name: mirror, id, repositories }) =>
      repositories.map(({ name: repository, ...lag }) => ({ mirror, id, repository, ...lag })),
    )
}

function namesOf({ mirror, id, repository }: Pick<MirrorLag, 'mirror' | 'id' | 'repository'>) {
  return { mirror, id, repository }
}
