import type { Clock } from '../clock.ts'
import type { Offer } from '../distribution/hand-out.ts'
import { Rate } from '../distribution/rate.ts'
import { Requester } from '../distribution/requester.ts'
import type { Budget } from '../limits/budget.ts'
import type { Bits } from '../picker/bits.ts'
import { type Block, blockLength } from '../picker/block.ts'
import type { PickerPeer } from '../picker/peer.ts'
import type { Site } from '../site.ts'
import type { ConnectionListener, PeerConnection } from '../webtorrent/connection.ts'
import type { Download } from './download.ts'
import type { RecipientLink } from './recipient-link.ts'

export interface LinkOwner {
  /** Payload came from `link`. */
  received(link: Link, bytes: number, isNeeded: boolean): void
  sent(link: Link, bytes: number): void
  /** `block` came from another; `peer` need not send it any more. */
  cancel(peer: PickerPeer, block: Block): void
  /** These pieces are fetched from outside of our site now. */
  began(pieces: readonly number[]): void
  /** `link`, of our site, fetches `piece` from outside, as we do. */
  contested(link: Link, piece: number): void
  /** The peer turned out to be of another kind: `link.peer` takes the place of `before`. */
  rejoined(link: Link, before: PickerPeer): void
  closed(link: Link): void
}

export interface LinkOptions {
  readonly download: Download
  readonly clock: Clock
  /** What downloads draw on. */
  readonly downloads: Budget
  readonly site: Site
  /** Where we are the origin. */
  readonly recipient: RecipientLink | undefined
  readonly owner: LinkOwner
}

interface Asked {
  readonly block: Block
  readonly at: number
}

/** A peer that delivers nothing of what it was asked for is disconnected after this. */
const silenceMs = 30_000

/** One peer of one pack: asks it for what the policies choose, and tells them what it does. */
export class Link implements ConnectionListener {
  readonly connection: PeerConnection
  readonly #download: Download
  readonly #owner: LinkOwner
  readonly #clock: Clock
  readonly #site: Site
  readonly #downloads: Budget
  readonly #onBudget = () => this.pump()
  readonly #recipient: RecipientLink | undefined
  readonly #requester: Requester
  readonly #upRate: Rate
  /** Blocks that the peer was asked for, and when. */
  readonly #asked = new Map<number, Asked>()
  #deliveredAt = 0
  uploadedBytes = 0
  downloadedBytes = 0

  constructor(connection: PeerConnection, { download, clock, downloads, site, recipient, owner }: LinkOptions) {
    this.connection = connection
    this.#download = download
    this.#owner = owner
    this.#clock = clock
    this.#downloads = downloads
    this.#recipient = recipient
    this.#site = site
    const now = clock.now()
    this.#requester = new Requester(download.picker, { ...this.#who, most: connection.requestQueue, now })
    this.#upRate = new Rate(now)
  }

  /** From now on asks and answers. */
  start(): void {
    this.connection.listen(this)
    this.refresh()
  }

  get peer(): PickerPeer {
    return this.#requester.peer
  }

  get downloadRate(): number {
    return this.#requester.bytesPerSecond
  }

  get uploadRate(): number {
    return this.#upRate.bytesPerSecond
  }

  introduced(): void {
    this.#requester.most = this.connection.requestQueue
    const who = this.#who
    if (who.kind !== this.peer.kind || who.isNear !== this.peer.isNear) {
      this.#giveBackAsked()
      this.#asked.clear()
      this.#owner.rejoined(this, this.#requester.become(who))
    }
    this.tellWanted()
    this.refresh()
  }

  /** Tells an origin what is wanted here, so that it hands out nothing else. */
  tellWanted(): void {
    if (this.peer.kind === 'origin' && !this.connection.isClosed)
      this.connection.tellWanted(this.#download.picker.wanted)
  }

  hasPieces(pieces: Bits | 'all'): void {
    this.#recipient?.hasPieces(pieces)
    this.#download.picker.setPieces(this.peer, pieces)
    this.refresh()
  }

  hasPiece(piece: number): void {
    this.#recipient?.hasPiece(piece)
    this.#download.picker.addPiece(this.peer, piece)
    this.refresh()
  }

  lostPiece(piece: number): void {
    for (const { block } of [...this.#asked.values()]) if (block.piece === piece) this.refused(piece, block.offset)
    this.#download.picker.losePiece(this.peer, piece)
    this.refresh()
  }

  unchoked(): void {
    this.pump()
  }

  asked(piece: number, bytes: number): void {
    this.#recipient?.asked(piece, bytes)
  }

  wants(pieces: Bits): void {
    this.#recipient?.wants(pieces)
  }

  handsOut(offer: Offer): void {
    this.#download.picker.hand(this.peer, offer)
    this.pump()
  }

  claims(pieces: readonly number[]): void {
    const { picker } = this.#download
    for (const piece of picker.claim(this.peer, pieces, this.#clock.now())) this.#owner.contested(this, piece)
  }

  /** Takes back all requests for `piece`. */
  giveUp(piece: number): void {
    for (const { block } of [...this.#asked.values()]) if (block.piece === piece) this.cancel(block)
  }

  sent(bytes: number): void {
    this.uploadedBytes += bytes
    this.#upRate.add(bytes)
    this.#owner.sent(this, bytes)
  }

  closed(): void {
    this.#recipient?.close()
    this.#giveBackAsked()
    this.#downloads.stopWaiting(this.#onBudget)
    this.#download.picker.leave(this.peer)
    this.#owner.closed(this)
  }

  /** Says whether we want anything of the peer, and asks for it. */
  refresh(): void {
    if (this.connection.isClosed) return
    this.connection.setInterested(this.peer.interesting > 0)
    this.pump()
  }

  /** Asks for as much as fits into the pipeline. */
  pump(): void {
    if (!this.#canAsk) return
    this.#ask(this.#requester.next(this.#affordable))
    // else the next block would be asked for when one comes, which is late on a long line
    if (!this.#downloads.isOpen) this.#downloads.wait(this.#onBudget)
  }

  /** A few times a second: measures, adapts, and takes over from slower peers when there is nothing else to do. */
  tick(now: number): void {
    this.#upRate.update(now)
    this.#requester.tick(now)
    if (this.#asked.size > 0 && now - this.#deliveredAt > silenceMs) this.connection.drop()
    this.#recipient?.handMore()
    this.pump()
    if (this.#canAsk) this.#ask(this.#requester.overtake(this.#affordable))
  }

  /** Takes back a request. */
  cancel({ piece, offset, length }: Block): void {
    if (!this.connection.isClosed) this.connection.cancel(piece, offset, length)
    this.refused(piece, offset)
  }

  choked(): void {
    for (const { block } of [...this.#asked.values()]) this.refused(block.piece, block.offset)
  }

  refused(piece: number, offset: number): void {
    const asked = this.#take(piece, offset)
    if (asked === undefined) return
    this.#downloads.giveBack(asked.block.length)
    this.#download.picker.release(this.peer, asked.block)
  }

  block(piece: number, offset: number, bytes: Uint8Array): void {
    const now = this.#clock.now()
    this.#deliveredAt = now
    this.downloadedBytes += bytes.length
    const asked = this.#take(piece, offset)
    if (asked === undefined || asked.block.length !== bytes.length) {
      if (asked === undefined) this.#downloads.take(bytes.length) // it was given back when it was taken back
      if (asked !== undefined) this.#download.picker.release(this.peer, asked.block)
      this.#owner.received(this, bytes.length, false)
      return
    }
    this.#requester.delivered(bytes.length, asked.at, now)
    const delivery = this.#download.receive(this.peer, asked.block, bytes)
    this.#owner.received(this, bytes.length, delivery.kind === 'taken')
    if (delivery.kind === 'taken' && delivery.cancel) this.#owner.cancel(delivery.cancel, asked.block)
    this.pump()
  }

  get #who(): { readonly kind: 'origin' | 'mirror'; readonly isNear: boolean; readonly owner: string } {
    const { role, site, host, peerId } = this.connection
    return { kind: role, isNear: role === 'mirror' && this.#site.includes({ site, host }), owner: peerId }
  }

  get #canAsk(): boolean {
    if (this.connection.isClosed || this.connection.isChokingUs || !this.#download.canAsk) return false
    if (this.#downloads.isOpen) return true
    this.#downloads.wait(this.#onBudget)
    return false
  }

  /** Blocks that may be asked for at once: a whole pipeline would be a burst. */
  get #affordable(): number {
    return Math.ceil(this.#downloads.bytesLeft / blockLength)
  }

  #ask(blocks: readonly Block[]): void {
    if (blocks.length === 0) return
    const at = this.#clock.now()
    if (this.#asked.size === 0) this.#deliveredAt = at
    for (const block of blocks) {
      this.#downloads.take(block.length)
      this.#asked.set(keyOf(block.piece, block.offset), { block, at })
    }
    this.connection.request(blocks)
    this.#owner.began(this.#download.picker.takeClaims())
  }

  #giveBackAsked(): void {
    for (const { block } of this.#asked.values()) this.#downloads.giveBack(block.length)
  }

  #take(piece: number, offset: number): Asked | undefined {
    const key = keyOf(piece, offset)
    const asked = this.#asked.get(key)
    this.#asked.delete(key)
    return asked
  }
}

/** Blocks of one piece are fewer than the factor: a piece has at most 2 GiB. */
function keyOf(piece: number, offset: number): number {
  return piece * 131_072 + Math.floor(offset / blockLength)
}
