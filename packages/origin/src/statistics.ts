import type { DiskStatus, PublicMirrorStatistics, RepositoryStatistics, StatsDocument } from '@repocast/api'
import { diskSpace } from '@repocast/files'
import type { SnapshotRecord } from '@repocast/objects'
import type { Store } from '@repocast/store'
import type { Swarm } from '@repocast/swarm'
import type { Tracker } from '@repocast/tracker'
import { countFindings } from './check/recorded.ts'
import type { OriginLayout } from './layout.ts'
import type { Prober } from './mirror-lists/prober.ts'
import type { Mirrors } from './mirrors/mirrors.ts'
import type { Watchers } from './watch/watchers.ts'

export interface StatisticsSurroundings {
  readonly url: string
  readonly layout: OriginLayout
  readonly store: Store
  readonly swarm: Swarm
  readonly tracker: Tracker
  readonly mirrors: Mirrors
  readonly watchers: Watchers
  readonly prober: Pick<Prober, 'all'>
  readonly clock: () => Date
}

/** What the origin tells about itself, its packs and its mirrors. */
export class Statistics {
  readonly #with: StatisticsSurroundings
  #webSeedBytes = 0

  constructor(surroundings: StatisticsSurroundings) {
    this.#with = surroundings
  }

  /** Counts bytes of packs that were given over HTTP. */
  countWebSeed(bytes: number): void {
    this.#webSeedBytes += bytes
  }

  /** Bytes of packs that were given since the start, to peers and over HTTP. */
  get uploadedBytes(): number {
    return this.#with.swarm.status().uploadedBytes + this.#webSeedBytes
  }

  /** Known nodes of the DHT; undefined when it is not joined. */
  get dhtNodes(): number | undefined {
    return this.#with.swarm.status().dhtNodes
  }

  document(): StatsDocument {
    const { url, clock } = this.#with
    const packs = this.packs()
    const mirrors = this.mirrors()
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
    const [seeders, leechers] = [sum(packs.map(one => one.seeders)), sum(packs.map(one => one.leechers))]
    const partialSeeds = sum(packs.map(one => one.partialSeeds))
    return {
      format: 'repocast statistics',
      version: 1,
      origin: url,
      generated: clock().toISOString(),
      totals: {
        swarms: packs.filter(one => one.seeders + one.partialSeeds + one.leechers > 0).length,
        peers: seeders + partialSeeds + leechers,
        seeders,
        partialSeeds,
        leechers,
        completed: sum(packs.map(one => one.completed)),
        mirrors: mirrors.length,
        originUploadedBytes: this.uploadedBytes,
        mirrorsUploadedBytes: sum(mirrors.map(one => one.uploadedBytes)),
      },
      repositories: this.repositories(),
      watched: this.watched(),
      packs,
      mirrors,
      publicMirrors: this.publicMirrors(),
      disk: this.disk() ?? null,
      lastCollection: this.lastCollection(),
    }
  }

  mirrors(): StatsDocument['mirrors'] {
    return this.#with.mirrors.statistics(this.#with.store, this.#with.clock())
  }

  watched(): StatsDocument['watched'] {
    return this.#with.watchers.statistics
  }

  /** Mirrors that clients may be sent to, by repository and address. */
  publicMirrors(): StatsDocument['publicMirrors'] {
    const byPlace = (a: PublicMirrorStatistics, b: PublicMirrorStatistics) =>
      compare(a.repository, b.repository) || compare(a.url, b.url)
    return this.#with.prober
      .all()
      .map(({ repository, url, state, why, serial, since, asked }) => {
        const times = { since: since.toISOString(), asked: asked.toISOString() }
        return { repository, url, state, why, serial, ...times }
      })
      .sort(byPlace)
  }

  /** What the origin's own disk has. */
  disk(): DiskStatus | undefined {
    return diskSpace(this.#with.layout.directory)
  }

  lastCollection(): StatsDocument['lastCollection'] {
    const last = this.#with.store.collections.last()
    return last ? { ...last, finished: last.finished.toISOString() } : null
  }

  packs(): StatsDocument['packs'] {
    const { store, swarm, tracker } = this.#with
    return store.packs.list().map(({ infoHash, bytes }) => {
      const name = swarm.pack(infoHash)?.status().name ?? ''
      return { ...tracker.scrape(infoHash), name, bytes }
    })
  }

  /** How many snapshots of each repository are kept. */
  snapshotCounts(): { name: string; snapshots: number }[] {
    const { snapshots } = this.#with.store
    return snapshots.repositories().map(name => ({ name, snapshots: snapshots.serials(name).length }))
  }

  repositories(): RepositoryStatistics[] {
    const { snapshots } = this.#with.store
    return snapshots.repositories().flatMap(name => {
      const record = snapshots.newest(name)
      return record ? [repositoryStatistics(record)] : []
    })
  }
}

/** What a snapshot record says of its repository. */
export function repositoryStatistics(record: SnapshotRecord): RepositoryStatistics {
  const { repository, kind, serial, created, bytes, counts, packs, findings } = record
  const found = countFindings(findings)
  return {
    ...{ name: repository, kind, serial, created, bytes },
    files: counts.files,
    packs: packs.length,
    findings: { errors: found.error, warnings: found.warning, notes: found.note },
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
