import { describeError, type Logger } from '@repocast/errors'
import { HttpAnswers } from './http/answer.ts'
import type { AnnounceHandler, Announcement, AnnounceResult, SwarmStatistics } from './swarm/announcement.ts'
import { TrackedSwarm } from './swarm/tracked-swarm.ts'
import { TotalsStore } from './totals.ts'
import { UdpServer } from './udp/server.ts'

export interface TrackerOptions {
  /** Whether a torrent is tracked: a tracker of ours is closed to all others. Hexadecimal info-hash. */
  readonly isAllowed: (infoHash: string) => boolean
  /** Database for totals. */
  readonly path: string
  readonly clock: () => Date
  readonly logger: Logger
  /** From 0 to below 1. */
  readonly random?: () => number
  readonly intervalSeconds?: number
  readonly maxPeersPerSwarm?: number
}

/** A peer that was silent for so many intervals is gone. */
const silentIntervals = 2.5
const housekeepingSeconds = 15

/** A BitTorrent tracker over whatever transports it is given. `close` it. */
export class Tracker implements AnnounceHandler {
  readonly http: HttpAnswers
  readonly udp: UdpServer
  readonly #options: Required<TrackerOptions>
  readonly #swarms = new Map<string, TrackedSwarm>()
  readonly #totals: TotalsStore
  readonly #timer: NodeJS.Timeout
  #announces = 0

  constructor(options: TrackerOptions) {
    this.#options = { random: Math.random, intervalSeconds: 120, maxPeersPerSwarm: 100_000, ...options }
    this.#totals = new TotalsStore(options.path)
    this.http = new HttpAnswers(this, this.#options.intervalSeconds)
    this.udp = new UdpServer(this, options.clock)
    this.#timer = setInterval(() => this.#keepHouseOrTell(), housekeepingSeconds * 1000)
    this.#timer.unref()
  }

  /** Announces answered since the start. */
  get announces(): number {
    return this.#announces
  }

  /** Takes an announce in and chooses peers; undefined when the torrent is not tracked here. */
  announce(announcement: Announcement): AnnounceResult | undefined {
    const { infoHash, event, wanted } = announcement
    const { isAllowed, clock, random, intervalSeconds } = this.#options
    if (!isAllowed(infoHash)) return undefined
    this.#announces += 1
    const swarm = this.#swarm(infoHash)
    swarm.announce(announcement, clock().getTime())
    const peers = event === 'stopped' || wanted === 0 ? [] : swarm.choose(announcement, random)
    return { intervalSeconds, seeders: swarm.seeders, leechers: swarm.leechers, peers }
  }

  /** What a swarm has; zeros for one that is not tracked. */
  scrape(infoHash: string): SwarmStatistics {
    const swarm = this.#swarms.get(infoHash)
    const { completed, uploaded, downloaded } = swarm?.totals ?? this.#totals.load(infoHash)
    return {
      infoHash,
      seeders: swarm?.seeders ?? 0,
      leechers: swarm?.leechers ?? 0,
      completed,
      uploadedBytes: uploaded,
      downloadedBytes: downloaded,
    }
  }

  /** Swarms that have peers. */
  get liveSwarms(): number {
    return this.#swarms.size
  }

  /** Drops peers that are silent and swarms that are empty, and saves what was counted. */
  keepHouse(): void {
    const { clock, intervalSeconds } = this.#options
    const deadline = clock().getTime() - silentIntervals * intervalSeconds * 1000
    for (const swarm of this.#swarms.values()) swarm.expire(deadline)
    this.#save()
    for (const [infoHash, swarm] of this.#swarms) {
      if (swarm.seeders + swarm.leechers === 0) this.#swarms.delete(infoHash)
    }
  }

  #keepHouseOrTell(): void {
    try {
      this.keepHouse()
    } catch (error) {
      this.#options.logger.error({ error: describeError(error) }, 'the totals of the tracker could not be saved')
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.udp.close()
    this.http.close()
    this.#save()
    this.#totals.close()
  }

  #swarm(infoHash: string): TrackedSwarm {
    const known = this.#swarms.get(infoHash)
    if (known) return known
    const swarm = new TrackedSwarm({ ...this.#totals.load(infoHash) }, this.#options.maxPeersPerSwarm)
    this.#swarms.set(infoHash, swarm)
    return swarm
  }

  #save(): void {
    this.#totals.save([...this.#swarms].map(([infoHash, { totals }]) => [infoHash, totals] as const))
  }
}
