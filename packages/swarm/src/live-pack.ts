import { describeError, RepocastError } from '@repocast/errors'
import { admit } from './guards/admission.ts'
import { lanesFor, superfluousLanes } from './guards/lanes.ts'
import type { Holding } from './holding.ts'
import type { Budget } from './limits/budget.ts'
import type { SharedPack } from './shared-pack.ts'
import type { Surroundings } from './surroundings.ts'
import type { Link } from './transfer/link.ts'
import { PackTransfer, type TransferOwner } from './transfer/pack-transfer.ts'
import type { Traffic } from './transfer/traffic.ts'
import type { PeerConnection } from './webtorrent/connection.ts'
import type { Session, SessionOwner } from './webtorrent/session.ts'

/** A pack that could not be opened is tried again after this. */
const reopenMs = 5000

/** How long a connection from ourselves is left open. */
const selfAnswerMs = 5000

export interface LivePackOptions {
  readonly shared: SharedPack
  readonly holding: Holding
  readonly traffic: Traffic
  readonly surroundings: Surroundings
  /** Whether nothing more of it is wanted. */
  readonly isUploadOnly: () => boolean
  /** A piece is verified and written. */
  readonly onHeld: (piece: number) => void
}

/** Opens one pack in webtorrent when it is needed, closes it when it is not, and keeps the peers that behave. */
export class LivePack implements SessionOwner, TransferOwner {
  readonly #options: LivePackOptions
  readonly #around: Surroundings
  readonly #budgets: { readonly uploads: Budget; readonly downloads: Budget }
  #session: Promise<Session | undefined> | undefined
  #opened: Session | undefined
  #transfer: PackTransfer | undefined
  #busyAt: number
  #openNotBefore = Number.NEGATIVE_INFINITY
  #isEnded = false
  /** Pieces that could not be read, each told once. */
  readonly #unreadable = new Set<number>()

  constructor(options: LivePackOptions) {
    this.#options = options
    this.#around = options.surroundings
    this.#budgets = this.#around.budgets.of(options.shared.group)
    this.#busyAt = this.#around.clock.now()
  }

  get isOpen(): boolean {
    return this.#session !== undefined
  }

  /** What goes on while it is open. */
  get transfer(): PackTransfer | undefined {
    return this.#transfer
  }

  /** Opens it if it is not. Never rejects; undefined when it cannot be opened now. */
  wake(): Promise<Session | undefined> {
    this.#busyAt = this.#around.clock.now()
    if (this.#isEnded) return Promise.resolve(undefined)
    this.#session ??= this.#open()
    return this.#session
  }

  /** Connects to those of `addresses` (`host:port`) that are not known yet. */
  async connect(addresses: readonly string[]): Promise<void> {
    const session = await this.wake()
    if (session === undefined) return
    const { ownAddresses, bans, filter, dialPace } = this.#around
    const known = new Set([...session.connections].map(connection => connection.listenAddress))
    for (const address of addresses) {
      const host = address.slice(0, address.lastIndexOf(':')).replace(/[[\]]/g, '')
      if (known.has(address) || ownAddresses.has(address) || bans.isBanned(host) || !filter.admits(host)) continue
      dialPace.dial(() => session.connect(address))
    }
  }

  /** Tells peers whether something is wanted now. */
  tellUploadOnly(): void {
    this.#opened?.tellUploadOnly()
  }

  /** Closes it; a peer that asks, or a wanted piece, opens it again. */
  async sleep(): Promise<void> {
    const session = this.#opened
    this.#unreadable.clear()
    this.#transfer?.close()
    this.#transfer = undefined
    this.#session = undefined
    this.#opened = undefined
    await session?.close()
  }

  /** Closes it for good. */
  async end(): Promise<void> {
    this.#isEnded = true
    await this.#session
    await this.sleep()
  }

  /** A few times a second while it is open or something is missing. */
  tick(now: number): void {
    const { holding } = this.#options
    if (this.#transfer === undefined) {
      if (holding.missing.size > 0 && now >= this.#openNotBefore) void this.wake()
      return
    }
    this.#transfer.tick(now)
    if (this.#options.isUploadOnly()) this.#leaveIdle()
    if (this.#transfer.peerCount > 0 || holding.missing.size > 0) this.#busyAt = now
    if (now - this.#busyAt > this.#around.limits.idlePackSeconds * 1000) void this.sleep()
  }

  connected(connection: PeerConnection): boolean {
    const transfer = this.#transfer
    if (transfer === undefined) return false
    const { bans, client, emit, filter, logger, ownAddresses } = this.#around
    const { infoHash } = this.#options.shared.pack
    const verdict = admit(connection, {
      ownId: client.peerId,
      // the filter may have become narrower while hands were shaken
      isBanned: bans.isBanned(connection.peerId, connection.host) || !filter.admits(connection.host),
      isFull: this.#around.isFull(),
      connections: this.#connections,
      lanes: lanesFor(connection, this.#connections),
    })
    if (verdict.kind === 'refuse') {
      logger.debug({ infoHash, peer: connection.address, why: verdict.why }, 'a connection is not kept')
      if (verdict.why !== 'self' || !connection.isIncoming) {
        if (verdict.why === 'self') ownAddresses.add(connection.address)
        return false
      }
      // its other end is ours, too, and learns by our answer which address not to try again
      setTimeout(() => connection.drop(), selfAnswerMs).unref()
      return true
    }
    if (verdict.kind === 'replace') verdict.existing.drop()
    const link = transfer.connect(connection)
    for (const second of superfluousLanes(this.#connections, client.peerId)) second.drop()
    connection.callAgainWhile(() => !this.#isIdle(link))
    if (connection.isIncoming) connection.whenIntroduced(() => this.#openSecondLane(link))
    emit('peerConnected', { infoHash, address: connection.address, role: connection.role })
    return true
  }

  named(address: string, isSeeder: boolean): void {
    if (!(isSeeder && this.#options.isUploadOnly())) void this.connect([address])
  }

  misbehaved(connection: PeerConnection, what: string, cause: unknown): void {
    const { infoHash } = this.#options.shared.pack
    const fields = {
      infoHash,
      peer: connection.address,
      what,
      ...(cause !== undefined && { error: describeError(cause) }),
    }
    this.#around.logger.warn(fields, 'a peer misbehaves and is disconnected')
    this.#around.emit('peerMisbehaved', { infoHash, address: connection.address, what })
  }

  deceived({ connection }: Link, piece: number): void {
    this.#around.bans.ban(connection.peerId, connection.host)
    this.misbehaved(connection, `delivered piece ${piece} with a wrong hash`, undefined)
    for (const other of this.#lanesOf(connection)) other.drop()
  }

  failed(error: Error): void {
    const { infoHash } = this.#options.shared.pack
    this.#around.logger.error({ infoHash, error: describeError(error) }, 'a pack was closed by an error in webtorrent')
    this.#openNotBefore = this.#around.clock.now() + reopenMs
    void this.sleep()
  }

  held(piece: number): void {
    this.#options.onHeld(piece)
    this.#opened?.announcePiece(piece)
  }

  refused(piece: number, cause: unknown): void {
    this.#storageFailed(piece, 'write', 'could not be stored; the pack pauses', cause)
  }

  webSeedFailed(error: unknown): void {
    const { infoHash } = this.#options.shared.pack
    this.#around.logger.warn({ infoHash, error: describeError(error) }, 'the web seed failed')
  }

  lost(link: Link): void {
    const { infoHash } = this.#options.shared.pack
    this.#around.emit('peerLost', { infoHash, address: link.connection.address })
  }

  /** Never rejects. */
  async #open(): Promise<Session | undefined> {
    const { shared, holding } = this.#options
    const { pack, storage, webSeeds } = shared
    const held = Uint8Array.from(holding.held)
    // before the session, because peers may come while it opens
    const transfer = new PackTransfer({
      ...this.#around,
      downloads: this.#budgets.downloads,
      ownId: this.#around.client.peerId,
      pack,
      storage,
      held,
      webSeeds,
      traffic: this.#options.traffic,
      owner: this,
    })
    this.#transfer = transfer
    transfer.want(holding.missing)
    try {
      const session = await this.#around.client.open({
        pack,
        held: Uint8Array.from(held),
        uploads: this.#budgets.uploads,
        isUploadOnly: this.#options.isUploadOnly,
        read: (piece, offset, length) => this.#read(piece, offset, length),
        owner: this,
      })
      if (this.#transfer !== transfer) {
        await session.close()
        return undefined
      }
      this.#opened = session
      return session
    } catch (error) {
      if (this.#transfer === transfer) this.failed(error instanceof Error ? error : new Error(String(error)))
      return undefined
    }
  }

  async #read(piece: number, offset: number, length: number): Promise<Uint8Array> {
    try {
      return await this.#options.shared.storage.read(piece, offset, length)
    } catch (error) {
      const isNews = !this.#unreadable.has(piece)
      this.#unreadable.add(piece)
      if (isNews) this.#storageFailed(piece, 'read', 'could not be read for a peer', error)
      throw error
    }
  }

  #storageFailed(piece: number, operation: 'read' | 'write', what: string, cause: unknown): void {
    const { pack } = this.#options.shared
    const error = new RepocastError('REPOCAST_SWARM_STORAGE_FAILED', {
      message: `pack ${pack.name}: piece ${piece} ${what}`,
      hint: operation === 'write' ? 'see the cause; transfers go on when it is mended' : 'verify and repair the store',
      cause,
    })
    this.#around.logger.error({ infoHash: pack.infoHash, error: describeError(error) }, 'the storage of a pack failed')
    this.#around.emit('storageFailed', { infoHash: pack.infoHash, piece, operation, error })
  }

  /** Calls back who called us. */
  #openSecondLane(link: Link): void {
    const { connection } = link
    const { listenAddress } = connection
    if (connection.isClosed || listenAddress === undefined || this.#isIdle(link)) return
    if (this.#lanesOf(connection).length < lanesFor(connection, this.#connections)) this.#opened?.connect(listenAddress)
  }

  /** All connections with the peer of `connection`. */
  #lanesOf({ peerId }: PeerConnection): PeerConnection[] {
    return this.#connections.filter(other => other.peerId === peerId)
  }

  get #connections(): PeerConnection[] {
    return [...(this.#transfer?.links ?? [])].map(link => link.connection)
  }

  /** Two that want nothing have nothing to tell each other. */
  #isIdle({ peer, connection }: Link): boolean {
    return this.#options.isUploadOnly() && (peer.isComplete || connection.isUploadOnly)
  }

  #leaveIdle(): void {
    for (const link of [...(this.#transfer?.links ?? [])]) if (this.#isIdle(link)) link.connection.drop()
  }
}
