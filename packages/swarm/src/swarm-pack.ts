import { RepocastError } from '@repocast/errors'
import type { InfoHash } from '@repocast/objects'
import type { PackAnnouncements } from './announce/trackers.ts'
import { Holding } from './holding.ts'
import { LivePack } from './live-pack.ts'
import { PieceWaits } from './piece-waits.ts'
import type { SharedPack } from './shared-pack.ts'
import type { PackStatus, PeerStatus } from './status.ts'
import type { Surroundings } from './surroundings.ts'
import type { Link } from './transfer/link.ts'
import { Traffic } from './transfer/traffic.ts'
import { Backoff } from './webseed/backoff.ts'
import type { Session } from './webtorrent/session.ts'

/** Peers that are asked of a tracker for a pack that lacks nothing. */
const peersOfSeeder = 5

/** One pack in the swarm: what is wanted of it, and how far that is. */
export class SwarmPack {
  readonly #shared: SharedPack
  readonly #around: Surroundings
  readonly #holding: Holding
  readonly #traffic = new Traffic()
  readonly #waits = new PieceWaits()
  readonly #announcements: PackAnnouncements
  readonly #live: LivePack
  readonly #onRemoved: (pack: SwarmPack) => void
  #isRemoved = false
  /** When something was missing last, or nothing was known of it. */
  #lackedAt: number
  /** Whether it was a partial seed when peers were told last. */
  #wasPartialSeed = false
  /** When known peers are called again. */
  #calls: Backoff

  /** By `Swarm.add` only. */
  constructor(shared: SharedPack, surroundings: Surroundings, onRemoved: (pack: SwarmPack) => void) {
    const { pack, storage, trackers } = shared
    this.#shared = shared
    this.#around = surroundings
    this.#onRemoved = onRemoved
    this.#calls = this.#newCalls()
    this.#lackedAt = surroundings.clock.now()
    this.#holding = new Holding(pack, storage.bitfield())
    this.#live = new LivePack({
      shared,
      surroundings,
      holding: this.#holding,
      traffic: this.#traffic,
      isUploadOnly: () => this.#holding.isComplete || this.#isPartialSeed,
      onHeld: piece => this.#held(piece),
    })
    const state = () => this.#announced()
    const found = (peers: readonly string[], leechers: number | undefined) => this.#found(peers, leechers)
    this.#announcements = surroundings.trackers.announce({ infoHash: this.infoHash, state, found }, trackers)
  }

  get infoHash(): InfoHash {
    return this.#shared.pack.infoHash
  }

  /** Whether there is anything to do a few times a second. */
  get isActive(): boolean {
    return this.#live.isOpen || this.#holding.missing.size > 0
  }

  get peerCount(): number {
    return this.#live.transfer?.peerCount ?? 0
  }

  /** Wanted pieces that are not here yet. */
  get missingPieces(): ReadonlySet<number> {
    return this.#holding.missing
  }

  /** Fetches these pieces, as far as they are not here. @throws RepocastError REPOCAST_SWARM_CLOSED, RangeError */
  want(pieces: Iterable<number>): void {
    this.#assertUsable()
    const wasIdle = this.#holding.missing.size === 0
    const added = this.#holding.want(pieces)
    if (added.length === 0) return
    this.#live.transfer?.want(added)
    void this.#live.wake()
    if (!wasIdle) return
    this.#announcements.now()
    this.callAtOnce()
  }

  /**
   * Resolves when all of `pieces`, each of them wanted, are verified and written.
   * @throws RepocastError REPOCAST_SWARM_CLOSED when the pack is removed before; the reason of `signal`
   */
  async done(pieces: Iterable<number>, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#assertUsable()
    await this.#waits.wait(new Set([...pieces].filter(piece => !this.#holding.holds(piece))), signal)
  }

  /** Goes on after the storage refused a piece: gives it the piece again, then asks for more. */
  resume(): void {
    this.#live.transfer?.resume()
  }

  /** Connects to the peer at `host:port`. */
  async addPeer(address: string): Promise<void> {
    this.#assertUsable()
    await this.#live.connect([address])
  }

  /** Looks again at what the storage has, after pieces came or went by other ways. */
  async refresh(): Promise<void> {
    this.#assertUsable()
    const { came, isDifferent } = this.#holding.replace(this.#shared.storage.bitfield())
    for (const piece of came) this.#waits.held(piece)
    // webtorrent cannot take a piece back, so it is opened anew
    if (isDifferent) await this.#live.sleep()
  }

  status(): PackStatus {
    const { pack } = this.#shared
    const links = this.#links()
    return {
      ...this.#traffic.counts(),
      infoHash: this.infoHash,
      name: pack.name,
      isOpen: this.#live.isOpen,
      isPaused: this.#live.transfer?.isPaused ?? false,
      pieceCount: pack.pieceCount,
      heldPieces: this.#holding.heldPieces,
      missingPieces: this.#holding.missing.size,
      missingBytes: this.#holding.missingBytes,
      peers: countPeers(links),
      seeders: countPeers(links.filter(link => link.peer.isComplete)),
      downloadRate: links.reduce((sum, link) => sum + link.downloadRate, 0),
      uploadRate: links.reduce((sum, link) => sum + link.uploadRate, 0),
    }
  }

  peers(): PeerStatus[] {
    return this.#links().map(({ connection, peer, downloadedBytes, uploadedBytes, downloadRate, uploadRate }) => ({
      infoHash: this.infoHash,
      peerId: connection.peerId,
      address: connection.listenAddress ?? connection.address,
      client: connection.client,
      role: peer.kind,
      isIncoming: connection.isIncoming,
      isSeeder: peer.isComplete,
      downloadedBytes,
      uploadedBytes,
      downloadRate,
      uploadRate,
    }))
  }

  /** Pieces that are here, the first in the highest bit of the first byte. A copy. */
  heldBits(): Uint8Array {
    return Uint8Array.from(this.#holding.held)
  }

  /** Takes the pack out of the swarm; its storage stays as it is. */
  async remove(): Promise<void> {
    if (this.#isRemoved) return
    this.#isRemoved = true
    this.#onRemoved(this)
    this.#waits.fail(this.#closed())
    await Promise.all([this.#live.end(), this.#announcements.stop()])
  }

  /** By the swarm: opens the pack because a peer asks for it. Never rejects. */
  wake(): Promise<Session | undefined> {
    return this.#live.wake()
  }

  get isUrgent(): boolean {
    return this.#shared.isUrgent ?? false
  }

  /** Whether wanted pieces are coming in. */
  isReceiving(now: number): boolean {
    return this.#live.transfer?.isReceiving(now) ?? false
  }

  /** By the swarm: whether other packs come first. */
  holdBack(isHeldBack: boolean): void {
    this.#live.transfer?.holdBack(isHeldBack)
  }

  /** By the swarm, a few times a second while it is active. */
  tick(now: number): void {
    if (this.#holding.missing.size > 0) this.#lackedAt = now
    const isPartialSeed = this.#isPartialSeed
    if (isPartialSeed !== this.#wasPartialSeed) {
      this.#wasPartialSeed = isPartialSeed
      this.#live.tellUploadOnly()
      if (isPartialSeed) this.#announcements.now()
    }
    this.#live.tick(now)
  }

  /** Whether all is here that is wanted, and not all that there is. What is wanted comes in steps: so not at once. */
  get #isPartialSeed(): boolean {
    const { clock, limits } = this.#around
    const isSatisfied = this.#holding.missing.size === 0 && !this.#holding.isComplete
    return isSatisfied && clock.now() - this.#lackedAt >= limits.restSeconds * 1000
  }

  get isPrivate(): boolean {
    return this.#shared.pack.private
  }

  /** Whether something is missing. */
  get isHungry(): boolean {
    return this.#holding.missing.size > 0
  }

  get hasPieces(): boolean {
    return this.#holding.heldPieces > 0
  }

  /** By the swarm: a peer of the same network has to do with this pack. Who lacks something calls. */
  foundNear(address: string): void {
    if (this.isHungry) void this.#live.connect([address])
  }

  get group(): string | undefined {
    return this.#shared.group
  }

  /** By the swarm: whether it is time to call known peers, because something is missing. */
  mayCall(now: number): boolean {
    return this.#holding.missing.size > 0 && this.#calls.mayTry(now)
  }

  /** By the swarm: connects to those of `addresses` that are not connected yet; the more in vain, the later again. */
  call(addresses: ReadonlySet<string>, now: number): void {
    if (addresses.size === 0) return
    if (this.peerCount > 0) this.#calls.succeeded()
    this.#calls.failed(now)
    void this.#live.connect([...addresses])
  }

  /** By the swarm: calls known peers without waiting. */
  callAtOnce(): void {
    this.#calls = this.#newCalls()
  }

  /** By the swarm: leaves those whom its filter does not let in any more. */
  leaveUnwanted(): void {
    for (const { connection } of this.#links()) if (!this.#around.filter.admits(connection.host)) connection.drop()
  }

  #links(): Link[] {
    return [...(this.#live.transfer?.links ?? [])]
  }

  #held(piece: number): void {
    const { emit } = this.#around
    const wasWanted = this.#holding.missing.has(piece)
    this.#holding.add(piece)
    const missingPieces = this.#holding.missing.size
    emit('pieceHeld', { infoHash: this.infoHash, piece, missingPieces })
    if (wasWanted && missingPieces === 0) emit('packSatisfied', { infoHash: this.infoHash })
    if (this.#holding.isComplete) this.#announcements.completed()
    this.#waits.held(piece)
  }

  #announced() {
    const { uploadedBytes, downloadedBytes } = this.#traffic
    const isMissing = this.#holding.missing.size > 0
    return {
      uploaded: uploadedBytes,
      downloaded: downloadedBytes,
      left: this.#holding.leftBytes,
      peersWanted: isMissing ? 2 * this.#around.limits.peersPerPack : peersOfSeeder,
      isPartialSeed: this.#isPartialSeed,
      isUrgent: isMissing,
      isHungry: isMissing && this.peerCount === 0,
    }
  }

  #found(peers: readonly string[], leechers: number | undefined): void {
    // who lacks nothing still helps those who cannot be reached from where they ask, such as NATs, by calling a few
    const isUseful = this.#holding.missing.size > 0 || (this.#holding.heldPieces > 0 && leechers !== 0)
    if (!this.#isRemoved && isUseful) void this.#live.connect(peers)
  }

  #newCalls(): Backoff {
    return new Backoff({ firstMs: 10_000, mostMs: 300_000, random: this.#around.random })
  }

  #assertUsable(): void {
    if (this.#isRemoved) throw this.#closed()
  }

  #closed(): RepocastError {
    return new RepocastError('REPOCAST_SWARM_CLOSED', {
      message: `pack ${this.#shared.pack.name} is not in the swarm any more`,
    })
  }
}

/** A peer may have two connections. */
function countPeers(links: readonly Link[]): number {
  return new Set(links.map(({ connection }) => connection.peerId)).size
}
