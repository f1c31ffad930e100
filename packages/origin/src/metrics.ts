import { Gauge, Registry } from '@repocast/daemon'
import type { Statistics } from './statistics.ts'

/** Every metric of an origin; values are taken when somebody asks. */
export function createOriginMetrics(statistics: () => Statistics | undefined): Registry {
  const registry = new Registry()
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    collect: (gauge: Gauge, now: Statistics) => void,
  ) => {
    const made: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      collect() {
        const now = statistics()
        this.reset()
        if (now) collect(made, now)
      },
    })
  }
  gauge(
    'repocast_origin_uploaded_bytes',
    'Bytes of packs given since the start, to peers and web seeds.',
    [],
    (made, now) => made.set(now.uploadedBytes),
  )
  gauge('repocast_repository_serial', 'Newest published serial.', ['repository'], (made, now) => {
    for (const { name, serial } of now.document().repositories) made.set({ repository: name }, serial)
  })
  gauge('repocast_tracker_peers', 'Peers that the tracker knows.', ['state'], (made, now) => {
    const { seeders, leechers } = now.document().totals
    made.set({ state: 'seeder' }, seeders)
    made.set({ state: 'leecher' }, leechers)
  })
  gauge('repocast_mirror_lag_serials', 'Snapshots that a mirror is behind.', ['mirror', 'repository'], (made, now) => {
    for (const { name, repositories } of now.document().mirrors) {
      for (const one of repositories) made.set({ mirror: name, repository: one.name }, one.lagSerials)
    }
  })
  gauge('repocast_mirror_lag_seconds', 'Seconds that a mirror is behind.', ['mirror', 'repository'], (made, now) => {
    for (const { name, repositories } of now.document().mirrors) {
      for (const one of repositories) made.set({ mirror: name, repository: one.name }, one.lagSeconds)
    }
  })
  return registry
}
