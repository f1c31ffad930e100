import type { Clock } from '../clock.ts'
import { Pipeline } from '../distribution/pipeline.ts'
import { Rate } from '../distribution/rate.ts'
import type { Bits } from '../picker/bits.ts'
import type { Block } from '../picker/block.ts'
import type { PickerPeer } from '../picker/peer.ts'
import type { ConnectionListener, PeerConnection } from '../webtorrent/connection.ts'
import type { Download } from './download.ts'

export interface LinkOwner {
  /** Payload came from `link`. */
  received(link: Link, bytes: number, isNeeded: boolean): void
  sent(link: Link, bytes: number): void
  /** `block` came from another; `peer` need not send it any more. */
  cancel(peer: PickerPeer, block: Block): void
  /** The peer turned out to be of another kind: `link.peer` takes the place of `before`. */
  rejoined(link: Link, before: PickerPeer): void
  closed(link: Link): void
}

/** Seconds that a block must be late before another mirror, or the origin, is asked for it too. */
const patienceSeconds = { mirror: 1, origin: 4 }

/** One peer of one pack: keeps its pipeline of requests full. */
export class Link implements ConnectionListener {
  readonly connection: PeerConnection
  readonly #download: Download
  readonly #owner: LinkOwner
  readonly #clock: Clock
  readonly #pipeline: Pipeline
  readonly #downRate: Rate
  readonly #upRate: Rate
  #peer: PickerPeer
  uploadedBytes = 0
  downloadedBytes = 0

  constructor(connection: PeerConnection, download: Download, clock: Clock, owner: LinkOwner) {
    this.connection = connection
    this.#download = download
    this.#owner = owner
    this.#clock = clock
    this.#pipeline = new Pipeline(connection.requestQueue)
    this.#downRate = new Rate(clock.now())
    this.#upRate = new Rate(clock.now())
    this.#peer = download.picker.join(connection.role)
  }

  /** From now on asks and answers. */
  start(): void {
    this.connection.listen(this)
    this.refresh()
  }

  get peer(): PickerPeer {
    return this.#peer
  }

  get downloadRate(): number {
    return this.#downRate.bytesPerSecond
  }

  get uploadRate(): number {
    return this.#upRate.bytesPerSecond
  }

  introduced(): void {
    this.#pipeline.most = this.connection.requestQueue
    const { role } = this.connection
    if (role === this.#peer.kind) return
    const { picker } = this.#download
    const before = this.#peer
    picker.leave(before)
    this.#peer = picker.join(role)
    picker.setPieces(this.#peer, before.pieces)
    this.#owner.rejoined(this, before)
    this.refresh()
  }

  hasPieces(pieces: Bits | 'all'): void {
    this.#download.picker.setPieces(this.#peer, pieces)
    this.refresh()
  }

  hasPiece(piece: number): void {
    this.#download.picker.addPiece(this.#peer, piece)
    this.refresh()
  }

  lostPiece(piece: number): void {
    this.#download.picker.losePiece(this.#peer, piece)
    this.refresh()
  }

  unchoked(): void {
    this.pump()
  }

  sent(bytes: number): void {
    this.uploadedBytes += bytes
    this.#upRate.add(bytes)
    this.#owner.sent(this, bytes)
  }

  closed(): void {
    this.#download.picker.leave(this.#peer)
    this.#owner.closed(this)
  }

  /** Says whether we want anything of the peer, and asks for it. */
  refresh(): void {
    if (this.connection.isClosed) return
    this.connection.setInterested(this.#peer.interesting > 0)
    this.pump()
  }

  /** Asks for as much as fits into the pipeline. */
  pump(): void {
    const room = this.#room()
    if (room > 0) this.#ask(this.#download.picker.pick(this.#peer, room))
  }

  /** A few times a second: measures, adapts, and takes over from slower peers when there is nothing else to do. */
  tick(now: number): void {
    this.#upRate.update(now)
    const hadWork = this.#peer.outstanding > 0
    this.#peer.rate = this.#downRate.update(now)
    if (hadWork) this.#pipeline.adapt(this.#peer.rate)
    this.pump()
    if (this.#peer.outstanding > 0 || this.#peer.interesting === 0) return
    const patience = patienceSeconds[this.#peer.kind]
    this.#ask(this.#download.picker.pickSecond(this.#peer, this.#room(), patience))
  }

  /** Takes back a request. */
  cancel({ piece, offset, length }: Block): void {
    if (!this.connection.isClosed) this.connection.cancel(piece, offset, length)
  }

  /** How many blocks to ask for now: none until a part of the pipeline is free, so that requests go out together. */
  #room(): number {
    if (this.connection.isClosed || this.connection.isChokingUs || !this.#download.canAsk) return 0
    const { depth } = this.#pipeline
    const room = depth - this.#peer.outstanding
    return room >= Math.min(8, depth / 4) ? room : 0
  }

  #ask(blocks: readonly Block[]): void {
    const peer = this.#peer
    const askedAt = this.#clock.now()
    if (blocks.length > 1) this.connection.batchRequests()
    for (const block of blocks) {
      this.connection.request(block.piece, block.offset, block.length, (error, bytes) => {
        if (error !== null || bytes === undefined) this.#download.picker.release(peer, block)
        else this.#received(peer, block, bytes, askedAt)
      })
    }
  }

  #received(peer: PickerPeer, block: Block, bytes: Uint8Array, askedAt: number): void {
    this.downloadedBytes += bytes.length
    this.#downRate.add(bytes.length)
    this.#pipeline.delivered((this.#clock.now() - askedAt) / 1000)
    const delivery = this.#download.receive(peer, block, bytes)
    this.#owner.received(this, bytes.length, delivery.kind === 'taken')
    if (delivery.kind === 'taken' && delivery.cancel) this.#owner.cancel(delivery.cancel, block)
    this.pump()
  }
}
