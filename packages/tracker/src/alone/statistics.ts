import type { TrackedSwarmStatistics, TrackerStatsDocument } from '@repocast/api'
import type { SwarmStatistics } from '../swarm/announcement.ts'
import type { Tracker } from '../tracker.ts'

export interface TrackerStatisticsOptions {
  readonly tracker: Tracker
  readonly torrents: { readonly count: number; nameOf(infoHash: string): string }
  readonly isOpen: boolean
  readonly clock: () => Date
}

const mostSwarms = 1000
/** Looking at 100,000 swarms takes a while, and nobody needs it more often. */
const freshMilliseconds = 1000

/** What a tracker that runs alone tells about itself. */
export class TrackerStatistics {
  readonly #with: TrackerStatisticsOptions
  readonly #started: Date
  #last: { readonly document: TrackerStatsDocument; readonly at: number } | undefined

  constructor(options: TrackerStatisticsOptions) {
    this.#with = options
    this.#started = options.clock()
  }

  get tracker(): Tracker {
    return this.#with.tracker
  }

  /** As it is now, or was a second ago. */
  document(): TrackerStatsDocument {
    const now = this.#with.clock().getTime()
    if (this.#last === undefined || Math.abs(now - this.#last.at) > freshMilliseconds) {
      this.#last = { document: this.#make(now), at: now }
    }
    return this.#last.document
  }

  #make(now: number): TrackerStatsDocument {
    const { tracker, torrents, isOpen } = this.#with
    const all = [...tracker.infoHashes()].map(infoHash => tracker.scrape(infoHash))
    const sum = (of: (one: SwarmStatistics) => number) => all.reduce((n, one) => n + of(one), 0)
    const seeders = sum(one => one.seeders)
    const partialSeeds = sum(one => one.partialSeeds)
    const leechers = sum(one => one.leechers)
    const biggest = all.sort((a, b) => peersOf(b) - peersOf(a)).slice(0, mostSwarms)
    const { requests, limited, announces, refused } = tracker.counts
    return {
      format: 'repocast tracker statistics',
      version: 1,
      generated: new Date(now).toISOString(),
      started: this.#started.toISOString(),
      open: isOpen,
      totals: {
        torrents: torrents.count,
        swarms: all.length,
        peers: seeders + partialSeeds + leechers,
        seeders,
        partialSeeds,
        leechers,
        webConnections: tracker.web.connections,
      },
      requests: { ...requests, limited, announces, refused, announcesPerSecond: tracker.announcesPerSecond },
      swarms: biggest.map((one): TrackedSwarmStatistics => ({ ...one, name: torrents.nameOf(one.infoHash) })),
    }
  }
}

function peersOf({ seeders, partialSeeds, leechers }: SwarmStatistics): number {
  return seeders + partialSeeds + leechers
}
