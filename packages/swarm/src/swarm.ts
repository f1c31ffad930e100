import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { RepocastError } from '@repocast/errors'
import type { InfoHash } from '@repocast/objects'
import { Trackers } from './announce/trackers.ts'
import { type Clock, processClock } from './clock.ts'
import type { SwarmEvents } from './events.ts'
import { Finders, type FindingOptions } from './finders.ts'
import { Bans } from './guards/bans.ts'
import { DialPace } from './guards/dial-pace.ts'
import { PeerFilter, type PeerLists } from './guards/peer-filter.ts'
import { KnownPeers, lookUpMs, resolveBySystem } from './known-peers.ts'
import { Backlog } from './limits/backlog.ts'
import { Budgets, type GroupedRates } from './limits/budgets.ts'
import { defaultSwarmLimits, type SwarmLimits } from './limits/limits.ts'
import type { Random } from './picker/random.ts'
import type { SharedPack } from './shared-pack.ts'
import { Site } from './site.ts'
import type { PeerStatus, SwarmStatus } from './status.ts'
import type { Surroundings } from './surroundings.ts'
import { SwarmPack } from './swarm-pack.ts'
import { addTraffic, Traffic, type TrafficCounts } from './transfer/traffic.ts'
import type { Fetch } from './webseed/fetch-range.ts'
import { PeerClient } from './webtorrent/client.ts'
import { type Encryption, hiddenInfoHash } from './webtorrent/encryption.ts'

export interface SwarmOptions extends FindingOptions {
  /** Port for peers; 0 lets the system choose. */
  readonly peerPort: number
  /** By default `prefer`. */
  readonly encryption?: Encryption | undefined
  /** Whether connected peers are told of each other (BEP 11); never about private packs. By default they are. */
  readonly peerExchange?: boolean | undefined
  readonly maxConnections: number
  /** Where we are: peers of the same site give each other what one of them has. */
  readonly site?: Site | undefined
  /** What we are to other peers of ours: they ask an origin only for what no mirror has. */
  readonly role: 'origin' | 'agent'
  readonly limits?: Partial<SwarmLimits> | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  /** How trackers are asked. */
  readonly fetch?: Fetch | undefined
  /** How web seeds are asked; as trackers unless it is said. */
  readonly webSeedFetch?: Fetch | undefined
}

const tickMs = 200

/** All packs that this process shares with peers. Events: see SwarmEvents. */
export class Swarm extends EventEmitter<SwarmEvents> {
  readonly #packs = new Map<InfoHash, SwarmPack>()
  /** Info-hashes by what a peer says that hides them. */
  readonly #hidden = new Map<string, InfoHash>()
  readonly #around: Surroundings
  readonly #ticker: NodeJS.Timeout
  /** Of packs that were removed. */
  #pastTraffic: TrafficCounts = new Traffic().counts()
  #isClosed = false
  readonly #finders = new Finders(this.#packs)
  /** By group; undefined: for all packs. */
  readonly #known = new Map<string | undefined, KnownPeers>()
  #lookedUpAt = Number.NEGATIVE_INFINITY

  private constructor(around: (swarm: Swarm) => Surroundings) {
    super()
    this.#around = around(this)
    this.#ticker = setInterval(() => this.#tick(), tickMs)
    this.#ticker.unref()
  }

  /** By `createSwarm`. */
  static async create(options: SwarmOptions): Promise<Swarm> {
    const { logger, clock = processClock, random = Math.random, fetch = globalThis.fetch } = options
    const limits = { ...defaultSwarmLimits, ...options.limits }
    const role = options.role === 'origin' ? 'origin' : 'mirror'
    const { site = new Site() } = options
    const filter = new PeerFilter()
    let swarm: Swarm | undefined
    const client = await PeerClient.listen({
      ...options,
      bindAddress: options.bindAddress,
      announcePort: options.announcePort,
      peerExchange: options.peerExchange ?? true,
      encryption: options.encryption ?? 'prefer',
      reveal: hidden => (swarm === undefined ? undefined : swarm.#hidden.get(hidden)),
      admits: host => filter.admits(host),
      limits,
      site: site.name,
      role,
      wake: async infoHash => swarm?.pack(infoHash)?.wake(),
    })
    const trackers = new Trackers({
      peerId: client.peerId,
      port: options.announcePort ?? client.port,
      address: options.announceAddress,
      key: randomBytes(4).toString('hex'),
      random,
      fetch,
      logger,
    })
    swarm = new Swarm(self => ({
      role,
      client,
      trackers,
      limits,
      budgets: new Budgets(limits, clock, limits.rampUpSeconds),
      site,
      backlog: new Backlog(limits.unwrittenBytes),
      clock,
      random,
      fetch: options.webSeedFetch ?? fetch,
      logger,
      bans: new Bans(clock),
      filter,
      dialPace: new DialPace(clock),
      ownAddresses: new Set(),
      emit: (name, ...payload) => self.#tell(name, payload),
      isFull: () => self.#peerCount() >= options.maxConnections,
    }))
    try {
      await swarm.#finders.open(options, swarm.#around, () => swarm.#knownPeers())
    } catch (error) {
      await swarm.close()
      throw error
    }
    return swarm
  }

  /** The port that peers connect to. */
  get port(): number {
    return this.#around.client.port
  }

  /** 20 bytes in hexadecimal. */
  get peerId(): string {
    return this.#around.client.peerId
  }

  /** @throws RepocastError REPOCAST_SWARM_PACK_EXISTS, REPOCAST_SWARM_CLOSED */
  add(shared: SharedPack): SwarmPack {
    const { infoHash, name } = shared.pack
    if (this.#isClosed) throw new RepocastError('REPOCAST_SWARM_CLOSED', { message: 'the swarm is closed' })
    if (this.#packs.has(infoHash)) {
      throw new RepocastError('REPOCAST_SWARM_PACK_EXISTS', { message: `pack ${name} is shared already (${infoHash})` })
    }
    const pack = new SwarmPack(shared, this.#around, removed => {
      this.#packs.delete(infoHash)
      this.#hidden.delete(hiddenInfoHash(infoHash))
      this.#finders.forget(infoHash)
      this.#pastTraffic = addTraffic(this.#pastTraffic, removed.status())
    })
    this.#packs.set(infoHash, pack)
    this.#hidden.set(hiddenInfoHash(infoHash), infoHash)
    return pack
  }

  pack(infoHash: InfoHash): SwarmPack | undefined {
    return this.#packs.get(infoHash)
  }

  packs(): IterableIterator<SwarmPack> {
    return this.#packs.values()
  }

  /** Connects to the peer at `host:port` about a pack. @throws RepocastError REPOCAST_SWARM_PACK_UNKNOWN */
  async addPeer(infoHash: InfoHash, address: string): Promise<void> {
    const pack = this.#packs.get(infoHash)
    if (pack === undefined) {
      throw new RepocastError('REPOCAST_SWARM_PACK_UNKNOWN', { message: `no pack ${infoHash} is shared here` })
    }
    await pack.addPeer(address)
  }

  /**
   * Peers (`HOST:PORT`, names or addresses) that are called about every pack that lacks something, or those of `group`,
   * with or without a tracker; in place of what the same `teller` told before. Resolves when their names are looked up;
   * never rejects.
   */
  async knowPeers(teller: string, peers: readonly string[], group?: string): Promise<void> {
    const known = this.#known.get(group) ?? new KnownPeers(resolveBySystem)
    this.#known.set(group, known)
    if (!(await known.tell(teller, peers))) return
    this.#finders.peersKnown()
    for (const pack of this.#packs.values()) pack.callAtOnce()
  }

  /** From now on meets only whom these lists let in; others are left. @throws RangeError, TypeError for no network */
  filterPeers(lists: PeerLists): void {
    this.#around.filter.set(lists)
    for (const pack of this.#packs.values()) pack.leaveUnwanted()
  }

  /** Waits until `bytes` may go out by another way than to peers, such as HTTP, under the same upload limit. */
  async spendUpload(bytes: number): Promise<void> {
    await this.#around.budgets.of(undefined).uploads.spend(bytes)
  }

  /** From now on other rates. */
  limit(rates: GroupedRates): void {
    this.#around.budgets.limit(rates)
  }

  status(): SwarmStatus {
    let sum: SwarmStatus = {
      ...this.#pastTraffic,
      packs: this.#packs.size,
      openPacks: 0,
      peers: 0,
      missingBytes: 0,
      downloadRate: 0,
      uploadRate: 0,
      dhtNodes: this.#finders.dhtNodes,
    }
    // one that is connected about several packs is one peer
    const peers = new Set<string>()
    for (const pack of this.#packs.values()) {
      const status = pack.status()
      if (status.peers > 0) for (const { peerId } of pack.peers()) peers.add(peerId)
      sum = {
        ...addTraffic(sum, status),
        packs: sum.packs,
        dhtNodes: sum.dhtNodes,
        openPacks: sum.openPacks + (status.isOpen ? 1 : 0),
        peers: peers.size,
        missingBytes: sum.missingBytes + status.missingBytes,
        downloadRate: sum.downloadRate + status.downloadRate,
        uploadRate: sum.uploadRate + status.uploadRate,
      }
    }
    return sum
  }

  /** All connections of all packs. */
  peers(): PeerStatus[] {
    return [...this.#packs.values()].flatMap(pack => pack.peers())
  }

  /** Takes leave of trackers and peers. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#ticker)
    await Promise.all([this.#finders.close(), ...[...this.#packs.values()].map(pack => pack.remove())])
    await this.#around.client.close()
  }

  #tick(): void {
    const now = this.#around.clock.now()
    const active = [...this.#packs.values()].filter(pack => pack.isActive)
    const isUrgent = active.some(pack => pack.isUrgent && pack.isReceiving(now))
    for (const pack of active) {
      pack.holdBack(isUrgent && !pack.isUrgent)
      pack.tick(now)
    }
    this.#around.budgets.tick(now)
    this.#around.dialPace.tick()
    this.#finders.tick(now)
    this.#callKnown(active, now)
  }

  #callKnown(active: readonly SwarmPack[], now: number): void {
    if (this.#known.size === 0) return
    const calling = active.filter(pack => pack.mayCall(now))
    if (calling.length === 0) return
    if (now - this.#lookedUpAt >= lookUpMs) {
      this.#lookedUpAt = now
      for (const known of this.#known.values()) void known.lookUp()
    }
    for (const pack of calling) {
      const groups = pack.group === undefined ? [undefined] : [undefined, pack.group]
      pack.call(new Set(groups.flatMap(group => this.#known.get(group)?.addresses ?? [])), now)
    }
  }

  #knownPeers(): string[] {
    return [...this.#known.values()].flatMap(known => known.addresses)
  }

  #peerCount(): number {
    let peers = 0
    for (const pack of this.#packs.values()) peers += pack.peerCount
    return peers
  }

  /** A listener that throws must not reach into a transfer. */
  #tell<K extends keyof SwarmEvents>(name: K, payload: SwarmEvents[K]): void {
    try {
      ;(this.emit as (name: K, ...payload: SwarmEvents[K]) => boolean)(name, ...payload)
    } catch (error) {
      this.#around.logger.error({ event: name, error: String(error) }, 'a listener of the swarm failed')
    }
  }
}

/**
 * Listens for peers.
 * @throws RepocastError REPOCAST_SWARM_PORT_UNAVAILABLE
 */
export function createSwarm(options: SwarmOptions): Promise<Swarm> {
  return Swarm.create(options)
}
