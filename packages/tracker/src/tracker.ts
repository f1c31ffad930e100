import { describeError, type Logger } from '@repocast/errors'
import type { Address } from './address/address.ts'
import { hashSeed } from './address/address-hash.ts'
import { HttpAnswers } from './http/answer.ts'
import { AnnounceInterval } from './limits/announce-interval.ts'
import { TokenBuckets } from './limits/token-buckets.ts'
import { Saver } from './storage/saver.ts'
import { SwarmStore } from './storage/swarm-store.ts'
import type {
  AnnounceHandler,
  Announcement,
  AnnounceRefusal,
  AnnounceResult,
  SwarmStatistics,
  Transport,
} from './swarm/announcement.ts'
import { TrackedSwarm } from './swarm/tracked-swarm.ts'
import { UdpServer } from './udp/server.ts'
import { WebTracker } from './web/web-tracker.ts'

export interface TrackerOptions {
  /** Whether a torrent is tracked: a tracker of ours is closed to all others. Hexadecimal info-hash. */
  readonly isAllowed: (infoHash: string) => boolean
  /** Database for peers and totals. */
  readonly path: string
  readonly clock: () => Date
  readonly logger: Logger
  /** From 0 to below 1. */
  readonly random?: () => number
  readonly intervalSeconds?: number
  readonly limits?: Partial<TrackerLimits>
}

/** What nobody gets more of. All together bound the memory: some 60 bytes a peer and 2.5 kB a swarm. */
export interface TrackerLimits {
  readonly maxPeers: number
  readonly maxPeersPerSwarm: number
  /** Of one IPv4 address, or one IPv6 network of 64 bits, in one swarm. */
  readonly maxPeersPerAddress: number
  readonly maxSwarms: number
  /** Connections of web peers, some 20 kB each. */
  readonly maxWebSockets: number
  /** Announces and scrapes of one address, in the long run, and at once. */
  readonly requestsPerSecond: number
  readonly requestBurst: number
}

export const defaultLimits: TrackerLimits = {
  maxPeers: 1_000_000,
  maxPeersPerSwarm: 100_000,
  maxPeersPerAddress: 64,
  maxSwarms: 100_000,
  maxWebSockets: 10_000,
  requestsPerSecond: 50,
  requestBurst: 5000,
}

const defaultIntervalSeconds = 120
/** From so many on peers are asked to come less often. */
const busyAnnouncesPerSecond = 1000
/** A peer that was silent for so many intervals is gone. */
const silentIntervals = 2.5
/** But none before that, so that a short interval does not make a busy host disappear. */
const shortestLifeSeconds = 150
const housekeepingSeconds = 5

/** What was answered since the start. */
export interface TrackerCounts {
  readonly announces: number
  readonly requests: Readonly<Record<Transport, number>>
  /** Requests that came too often. */
  readonly limited: number
  /** Announces of torrents that are not tracked, or that there was no room for. */
  readonly refused: number
}

/** A BitTorrent tracker over whatever transports it is given. `close` it. */
export class Tracker implements AnnounceHandler {
  readonly http: HttpAnswers
  readonly udp: UdpServer
  readonly web: WebTracker
  readonly #options: TrackerOptions & { readonly random: () => number }
  readonly #limits: TrackerLimits
  readonly #swarms = new Map<string, TrackedSwarm>()
  readonly #store: SwarmStore
  readonly #saver: Saver
  readonly #buckets: TokenBuckets
  readonly #interval: AnnounceInterval
  readonly #seed = hashSeed()
  readonly #timer: NodeJS.Timeout
  readonly #counts = { announces: 0, requests: { http: 0, udp: 0, web: 0 }, limited: 0, refused: 0 }
  #peers = 0
  #observed = { announces: 0, milliseconds: 0 }

  /** @throws what `openDatabase` throws */
  constructor(options: TrackerOptions) {
    this.#options = { random: Math.random, ...options }
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#buckets = new TokenBuckets({ perSecond: this.#limits.requestsPerSecond, burst: this.#limits.requestBurst })
    this.#interval = new AnnounceInterval({
      baseSeconds: options.intervalSeconds ?? defaultIntervalSeconds,
      busyPerSecond: busyAnnouncesPerSecond,
    })
    this.#store = new SwarmStore(options.path)
    this.#saver = new Saver(this.#store)
    this.#store.trimTotals(this.#limits.maxSwarms)
    this.#restore()
    this.http = new HttpAnswers(this)
    this.udp = new UdpServer(this, options)
    this.web = new WebTracker({
      isAllowed: options.isAllowed,
      admit: address => this.admit(address, 'web'),
      random: this.#options.random,
      logger: options.logger,
      intervalSeconds: options.intervalSeconds ?? defaultIntervalSeconds,
      maxConnections: this.#limits.maxWebSockets,
      maxConnectionsPerAddress: this.#limits.maxPeersPerAddress,
    })
    this.#observed.milliseconds = options.clock().getTime()
    this.#timer = setInterval(() => this.#keepHouseOrTell(), housekeepingSeconds * 1000)
    this.#timer.unref()
  }

  get counts(): TrackerCounts {
    return this.#counts
  }

  /** Announces answered since the start. */
  get announces(): number {
    return this.#counts.announces
  }

  /** Announces per second, on average over the last half a minute or so. */
  get announcesPerSecond(): number {
    return this.#interval.perSecond
  }

  /** Peers in all swarms. */
  get peers(): number {
    return this.#peers
  }

  get seeders(): number {
    return [...this.#swarms.values()].reduce((sum, { seeders }) => sum + seeders, 0)
  }

  get partialSeeds(): number {
    return [...this.#swarms.values()].reduce((sum, { partialSeeds }) => sum + partialSeeds, 0)
  }

  /** Swarms that have peers. */
  get liveSwarms(): number {
    return this.#swarms.size
  }

  /** Info-hashes of the swarms that have peers. */
  infoHashes(): IterableIterator<string> {
    return this.#swarms.keys()
  }

  admit(address: Address, transport: Transport): boolean {
    this.#counts.requests[transport] += 1
    const isAdmitted = this.#buckets.take(address, this.#options.clock().getTime())
    if (!isAdmitted) this.#counts.limited += 1
    return isAdmitted
  }

  announce(announcement: Announcement): AnnounceResult | AnnounceRefusal {
    const { infoHash, event, wanted } = announcement
    const swarm = this.#options.isAllowed(infoHash) ? this.#swarm(infoHash) : 'unknown'
    if (typeof swarm === 'string') {
      this.#counts.refused += 1
      return swarm
    }
    this.#counts.announces += 1
    const { random, clock } = this.#options
    const intervalSeconds = this.#interval.seconds(random())
    const life = Math.max(shortestLifeSeconds, intervalSeconds * silentIntervals)
    const before = swarm.peers
    swarm.announce(announcement, Math.ceil(clock().getTime() / 1000 + life), this.#peers < this.#limits.maxPeers)
    this.#peers += swarm.peers - before
    this.#saver.mark(swarm)
    return {
      intervalSeconds,
      minIntervalSeconds: this.#interval.minimumSeconds,
      seeders: swarm.seeders,
      partialSeeds: swarm.partialSeeds,
      leechers: swarm.leechers,
      completed: swarm.totals.completed,
      peers: event === 'stopped' || wanted === 0 ? nobody : swarm.choose(announcement, random),
    }
  }

  scrape(infoHash: string): SwarmStatistics {
    const swarm = this.#swarms.get(infoHash)
    const totals = swarm?.totals ?? (this.#options.isAllowed(infoHash) ? this.#store.totals(infoHash) : undefined)
    return {
      infoHash,
      seeders: swarm?.seeders ?? 0,
      partialSeeds: swarm?.partialSeeds ?? 0,
      leechers: swarm?.leechers ?? 0,
      completed: totals?.completed ?? 0,
      uploadedBytes: totals?.uploaded ?? 0,
      downloadedBytes: totals?.downloaded ?? 0,
    }
  }

  /** Drops peers that are silent and swarms that are empty, measures the load, and saves a batch of what changed. */
  keepHouse(): void {
    const now = this.#options.clock().getTime()
    for (const swarm of this.#swarms.values()) {
      const expired = swarm.expire(Math.floor(now / 1000))
      this.#peers -= expired
      if (expired > 0) this.#saver.mark(swarm)
    }
    const { announces, milliseconds } = this.#observed
    this.#interval.observe(this.#counts.announces - announces, (now - milliseconds) / 1000)
    this.#observed = { announces: this.#counts.announces, milliseconds: now }
    this.#saver.saveSome(now)
    for (const [infoHash, swarm] of this.#swarms) {
      if (swarm.peers === 0 && !this.#saver.isMarked(swarm)) this.#swarms.delete(infoHash)
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.udp.close()
    this.web.close()
    try {
      this.#saver.saveAll(this.#options.clock().getTime())
    } finally {
      this.#store.close()
    }
  }

  #keepHouseOrTell(): void {
    try {
      this.keepHouse()
    } catch (error) {
      this.#options.logger.error({ error: describeError(error) }, 'the peers of the tracker could not be saved')
    }
  }

  #swarm(infoHash: string): TrackedSwarm | AnnounceRefusal {
    const known = this.#swarms.get(infoHash)
    if (known) return known
    if (this.#swarms.size >= this.#limits.maxSwarms) return 'full'
    const totals = { ...this.#store.totals(infoHash) }
    const swarm = new TrackedSwarm(infoHash, totals, this.#limits, this.#seed)
    this.#swarms.set(infoHash, swarm)
    return swarm
  }

  #restore(): void {
    const now = Math.floor(this.#options.clock().getTime() / 1000)
    const kept = [...this.#store.peers()]
    for (const { infoHash, addressBytes, leechers, records } of kept) {
      const swarm = this.#swarm(infoHash)
      if (typeof swarm === 'string') break
      swarm.restore(addressBytes, records, leechers)
      swarm.expire(now)
      // Also when all are gone: the row has to go.
      this.#saver.mark(swarm)
    }
    for (const swarm of this.#swarms.values()) this.#peers += swarm.peers
  }
}

const nobody = { ipv4: new Uint8Array(0), ipv6: new Uint8Array(0) }
