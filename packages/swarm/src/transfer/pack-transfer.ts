import type { Pack } from '@repocast/packs'
import type { Clock } from '../clock.ts'
import { outranks } from '../distribution/claims.ts'
import { HandOut } from '../distribution/hand-out.ts'
import type { Backlog } from '../limits/backlog.ts'
import type { Budget } from '../limits/budget.ts'
import type { SwarmLimits } from '../limits/limits.ts'
import type { Bits } from '../picker/bits.ts'
import type { Block } from '../picker/block.ts'
import type { PickerPeer } from '../picker/peer.ts'
import type { Random } from '../picker/random.ts'
import type { Site } from '../site.ts'
import type { PieceStorage } from '../storage.ts'
import type { Fetch } from '../webseed/fetch-range.ts'
import { WebSeed } from '../webseed/web-seed.ts'
import type { PeerConnection } from '../webtorrent/connection.ts'
import { Download, type DownloadOwner } from './download.ts'
import { Link, type LinkOwner } from './link.ts'
import { RecipientLink } from './recipient-link.ts'
import type { Traffic } from './traffic.ts'

export interface TransferOwner {
  held(piece: number): void
  refused(piece: number, error: unknown): void
  /** `link` delivered a whole piece with a wrong hash. */
  deceived(link: Link, piece: number): void
  webSeedFailed(error: unknown): void
  lost(link: Link): void
}

export interface TransferOptions {
  readonly pack: Pack
  /** Our peer id. */
  readonly ownId: string
  /** What we are; an origin hands pieces out. */
  readonly role: 'origin' | 'mirror'
  readonly storage: PieceStorage
  readonly held: Bits
  readonly webSeeds?: readonly string[] | undefined
  readonly traffic: Traffic
  readonly limits: SwarmLimits
  /** What downloads draw on. */
  readonly downloads: Budget
  readonly site: Site
  /** What waits for the storage, of all packs. */
  readonly backlog: Backlog
  readonly clock: Clock
  readonly random: Random
  readonly fetch: Fetch
  readonly owner: TransferOwner
}

/** A pack of which nothing came for so long does not hold back others. */
const receivingMs = 3000

/** What a peer of our site has been fetching for longer than this is fetched by ourselves. */
const claimMs = 10_000

/** Brings the wanted pieces of one open pack here, from its peers and its web seed. */
export class PackTransfer implements LinkOwner, DownloadOwner {
  readonly #options: TransferOptions
  readonly #download: Download
  readonly #webSeed: WebSeed | undefined
  readonly #links = new Map<PickerPeer, Link>()
  readonly #handOut: HandOut | undefined
  /** When a peer delivered last, or the first piece was wanted. */
  #deliveredAt: number

  constructor(options: TransferOptions) {
    const { pack, clock, webSeeds: urls = [], traffic } = options
    this.#options = options
    this.#download = new Download({ ...options, owner: this })
    this.#deliveredAt = clock.now()
    if (options.role === 'origin') {
      const { pieceCount } = pack
      this.#handOut = new HandOut({ pieceCount, pieceBytes: piece => pack.pieceBytes(piece) }, options.random)
    }
    if (urls.length === 0) return
    this.#webSeed = new WebSeed({
      ...options,
      urls,
      pieceLength: pack.pieceLength,
      download: this.#download,
      onReceived: (block, delivery) => {
        traffic.received('web-seed', block.length)
        if (delivery.kind === 'superfluous') traffic.wastedBytes += block.length
        else if (delivery.cancel) this.cancel(delivery.cancel, block)
      },
      onFailed: error => options.owner.webSeedFailed(error),
    })
  }

  get links(): Iterable<Link> {
    return this.#links.values()
  }

  get peerCount(): number {
    return this.#links.size
  }

  /** Wanted pieces that are not here yet. */
  get missing(): number {
    return this.#download.picker.missing
  }

  get isPaused(): boolean {
    return this.#download.isPaused
  }

  connect(connection: PeerConnection): Link {
    const { clock, downloads, site, pack } = this.#options
    const recipient =
      this.#handOut && new RecipientLink(connection, this.#handOut, { clock, pieceCount: pack.pieceCount })
    const link = new Link(connection, { download: this.#download, clock, downloads, site, recipient, owner: this })
    this.#links.set(link.peer, link)
    link.start()
    return link
  }

  /** Whether wanted pieces are coming in. */
  isReceiving(now: number): boolean {
    return this.missing > 0 && now - this.#deliveredAt < receivingMs
  }

  /** Asks for nothing more while another pack comes first. */
  holdBack(isHeldBack: boolean): void {
    if (this.#download.isHeldBack === isHeldBack) return
    this.#download.isHeldBack = isHeldBack
    if (!isHeldBack) this.canAskAgain()
  }

  want(pieces: Iterable<number>): void {
    const { picker } = this.#download
    if (picker.missing === 0) this.#deliveredAt = this.#options.clock.now()
    for (const piece of pieces) picker.want(piece)
    for (const link of this.links) link.tellWanted()
    this.#refreshAll()
  }

  /** A few times a second while something is missing or a peer is connected. */
  tick(now: number): void {
    this.#handOut?.tick(now)
    this.#download.picker.expireClaims(now - claimMs)
    for (const link of this.links) link.tick(now)
    const isNeeded = this.missing > 0 && now - this.#deliveredAt > this.#options.limits.webSeedAfterSeconds * 1000
    this.#webSeed?.tick(now, isNeeded)
  }

  /** Goes on after the storage refused a piece. */
  resume(): void {
    this.#download.resume()
  }

  close(): void {
    this.#webSeed?.close()
    this.#download.close()
  }

  received(link: Link, bytes: number, isNeeded: boolean): void {
    const { traffic, clock } = this.#options
    this.#deliveredAt = clock.now()
    traffic.received(link.peer.kind, bytes)
    if (!isNeeded) traffic.wastedBytes += bytes
  }

  sent(_link: Link, bytes: number): void {
    this.#options.traffic.uploadedBytes += bytes
  }

  cancel(peer: PickerPeer, block: Block): void {
    this.#links.get(peer)?.cancel(block)
  }

  closed(link: Link): void {
    this.#links.delete(link.peer)
    this.#options.owner.lost(link)
    this.canAskAgain()
  }

  began(pieces: readonly number[]): void {
    if (pieces.length === 0) return
    for (const link of this.links) if (link.peer.isNear && !link.connection.isClosed) link.connection.claim(pieces)
  }

  contested({ connection }: Link, piece: number): void {
    if (outranks(this.#options.ownId, connection.peerId, piece)) return
    this.#download.picker.giveUp(piece)
    for (const link of this.links) if (!link.peer.isNear) link.giveUp(piece)
  }

  rejoined(link: Link, before: PickerPeer): void {
    this.#links.delete(before)
    this.#links.set(link.peer, link)
  }

  held(piece: number): void {
    this.#options.owner.held(piece)
    this.#refreshAll()
  }

  failed(piece: number, contributors: readonly PickerPeer[]): void {
    const { pack, traffic, owner } = this.#options
    traffic.wastedBytes += pack.pieceBytes(piece)
    const [only, ...others] = contributors
    // when several delivered it, it is fetched from one peer now, which tells who lies
    if (only !== undefined && others.length === 0) {
      if (this.#webSeed?.is(only)) this.#webSeed.distrust()
      const link = this.#links.get(only)
      if (link) owner.deceived(link, piece)
    }
    this.canAskAgain()
  }

  refused(piece: number, error: unknown): void {
    this.#options.owner.refused(piece, error)
  }

  canAskAgain(): void {
    queueMicrotask(() => {
      for (const link of this.links) link.pump()
    })
  }

  #refreshAll(): void {
    for (const link of this.links) link.refresh()
  }
}
