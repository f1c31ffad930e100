import { type Bits, clearBit, emptyBits, hasBit, setBit } from './bits.ts'
import type { Block } from './block.ts'
import type { Delivery } from './delivery.ts'
import { OpenPiece } from './open-piece.ts'
import { PickerPeer, type SourceKind } from './peer.ts'
import type { Random } from './random.ts'
import { RarityOrder } from './rarity-order.ts'

export interface PickerLayout {
  readonly pieceCount: number
  readonly pieceBytes: (piece: number) => number
}

/**
 * Chooses what to ask whom for. Pieces that are begun are finished first, then comes the rarest piece that the peer
 * has, at random among equals, so that agents that start together hold different pieces soon and can trade them.
 * An origin is asked only for what it hands out, and what a peer of our site has or is fetching is asked of nobody
 * outside of it. Owns the state of all pieces; does no I/O.
 */
export class Picker {
  readonly #layout: PickerLayout
  readonly #rarity: RarityOrder
  readonly #held: Bits
  readonly #wanted: Bits
  readonly #peers = new Set<PickerPeer>()
  readonly #open = new Map<number, OpenPiece<PickerPeer>>()
  /** Open pieces with free blocks. */
  readonly #unfinished = new Set<OpenPiece<PickerPeer>>()
  /** Pieces that failed their hash and are taken from one peer only. */
  readonly #suspect = new Set<number>()
  /** For each piece, how many peers of our site have it or are fetching it. */
  readonly #near: Uint16Array
  /** Open pieces that were begun from outside of our site. */
  readonly #fromOutside = new Set<number>()
  /** Those of them that were begun since `takeClaims`. */
  #begun: number[] = []
  #missing = 0
  /** Grows whenever something can be found that could not be before. */
  #state = 0

  constructor(layout: PickerLayout, { held, random }: { readonly held: Bits; readonly random: Random }) {
    this.#layout = layout
    this.#rarity = new RarityOrder(layout.pieceCount, random)
    this.#held = Uint8Array.from(held)
    this.#wanted = emptyBits(layout.pieceCount)
    this.#near = new Uint16Array(layout.pieceCount)
  }

  /** Wanted pieces that are not held yet. */
  get missing(): number {
    return this.#missing
  }

  /** Pieces that are wanted, held by now or not. */
  get wanted(): Bits {
    return this.#wanted
  }

  holds(piece: number): boolean {
    return hasBit(this.#held, piece)
  }

  /** Whether `piece` is wanted and not held yet. */
  lacks(piece: number): boolean {
    return hasBit(this.#wanted, piece) && !hasBit(this.#held, piece)
  }

  want(piece: number): void {
    if (this.holds(piece) || hasBit(this.#wanted, piece)) return
    setBit(this.#wanted, piece)
    this.#missing += 1
    this.#rarity.list(piece)
    for (const peer of this.#peers) if (peer.has(piece)) peer.interesting += 1
    this.#state += 1
  }

  /** `piece` is verified and written. */
  hold(piece: number): void {
    if (this.holds(piece)) return
    const wasLacking = this.lacks(piece)
    setBit(this.#held, piece)
    this.#close(piece)
    this.#rarity.unlist(piece)
    this.#suspect.delete(piece)
    if (!wasLacking) return
    this.#missing -= 1
    for (const peer of this.#peers) if (peer.has(piece)) peer.interesting -= 1
  }

  /** A complete piece had the wrong hash; it is fetched again, from one peer. @returns who delivered it */
  fail(piece: number): readonly PickerPeer[] {
    const contributors = [...(this.#open.get(piece)?.contributors ?? [])]
    this.#suspect.add(piece)
    this.#reopen(piece)
    return contributors
  }

  join(kind: SourceKind, who: { readonly isNear?: boolean; readonly owner?: string } = {}): PickerPeer {
    const peer = new PickerPeer(kind, this.#layout.pieceCount, who)
    this.#peers.add(peer)
    return peer
  }

  /** Forgets `peer`; what it was asked for is free again. */
  leave(peer: PickerPeer): void {
    for (const open of [...this.#open.values()]) {
      if (open.onlyFrom === peer) this.#reopen(open.piece)
      else for (const block of [...open.blocksOf(peer)]) this.#free(open, block, peer)
    }
    this.#dropClaims(peer, Number.POSITIVE_INFINITY)
    this.#count(peer, -1)
    this.#peers.delete(peer)
    this.#state += 1
  }

  /** `peer` has exactly these pieces. */
  setPieces(peer: PickerPeer, pieces: Bits | 'all'): void {
    this.#count(peer, -1)
    peer.setAll(pieces)
    this.#count(peer, 1)
    this.#state += 1
  }

  /** `peer` has `piece` now. */
  addPiece(peer: PickerPeer, piece: number): void {
    if (peer.has(piece) || piece < 0 || piece >= this.#layout.pieceCount) return
    peer.add(piece)
    if (peer.kind === 'mirror') this.#rarity.increase(piece)
    if (peer.isNear && !peer.claims.delete(piece)) this.#changeNear(piece, 1)
    if (!this.lacks(piece)) return
    peer.interesting += 1
    peer.dryAt = -1
  }

  /** `peer`, an origin, may be asked for these pieces from now on, and for so many of our choice. */
  hand(
    peer: PickerPeer,
    { pieces, freeChoices }: { readonly pieces: Iterable<number>; readonly freeChoices: number },
  ): void {
    for (const piece of pieces) if (peer.allow(piece)) peer.handed.push(piece)
    peer.freeChoices += freeChoices
    peer.dryAt = -1
  }

  /**
   * `peer`, of our site, is fetching these pieces from elsewhere.
   * @returns those that we are fetching from elsewhere, too: one of us is to `giveUp`
   */
  claim(peer: PickerPeer, pieces: Iterable<number>, now: number): number[] {
    const contested: number[] = []
    if (!peer.isNear) return contested
    for (const piece of pieces) {
      if (this.#fromOutside.has(piece)) contested.push(piece)
      if (piece < 0 || piece >= this.#layout.pieceCount || peer.has(piece) || peer.claims.has(piece)) continue
      peer.claims.set(piece, now)
      this.#changeNear(piece, 1)
    }
    return contested
  }

  /** From now on `piece` is left to a peer of our site. What was asked for elsewhere is the caller's to take back. */
  giveUp(piece: number): void {
    this.#fromOutside.delete(piece)
  }

  /** Forgets what peers of our site have been fetching since before `time` and still do not have. */
  expireClaims(time: number): void {
    for (const peer of this.#peers) this.#dropClaims(peer, time)
  }

  /** Pieces that were begun from outside of our site since the last call, for the peers of our site to know. */
  takeClaims(): readonly number[] {
    const begun = this.#begun
    if (begun.length > 0) this.#begun = []
    return begun
  }

  /** `peer` has `piece` no longer (BEP 54). */
  losePiece(peer: PickerPeer, piece: number): void {
    if (!peer.has(piece) || piece < 0 || piece >= this.#layout.pieceCount) return
    const rest = emptyBits(this.#layout.pieceCount)
    for (let other = 0; other < this.#layout.pieceCount; other += 1) if (peer.has(other)) setBit(rest, other)
    clearBit(rest, piece)
    this.setPieces(peer, rest)
    this.#state += 1
  }

  /**
   * Up to `count` blocks that `peer` is to be asked for next. With `inRow` it goes on with the piece that follows
   * its last one where it can, so that the blocks make few ranges.
   */
  pick(peer: PickerPeer, count: number, { inRow = false } = {}): Block[] {
    const blocks: Block[] = []
    if (peer.interesting === 0 || peer.dryAt === this.#state) return blocks
    while (blocks.length < count) {
      const open = this.#nextPiece(peer, inRow)
      if (open === undefined) {
        peer.dryAt = this.#state
        break
      }
      peer.current = open
      blocks.push(this.#asked(open, open.take(peer), peer))
      if (!open.hasFree) this.#unfinished.delete(open)
    }
    return blocks
  }

  /**
   * Up to `count` blocks that others were asked for already, but that will come from them after more than
   * `patienceSeconds` and twice as late as from `peer`. None before the end: what was asked for is often on its way when
   * it is taken back, and a block that comes twice takes the place of another.
   */
  pickSecond(peer: PickerPeer, count: number, patienceSeconds: number): Block[] {
    const blocks: Block[] = []
    if (!this.#isEnding) return blocks
    const isSlow = (holder: PickerPeer) => {
      if (holder.isSamePeer(peer)) return false
      const wait = holder.waitSeconds
      return wait > patienceSeconds && wait > 2 * peer.waitSeconds
    }
    for (const open of this.#open.values()) {
      const isAllowed = peer.mayAsk(open.piece) || (peer.freeChoices > 0 && peer.has(open.piece))
      if (open.onlyFrom !== undefined || !isAllowed || !this.#mayGoOn(peer, open)) continue
      while (blocks.length < count) {
        const block = open.takeSecond(peer, isSlow)
        if (block < 0 || !this.#chooses(peer, open.piece)) break
        blocks.push(this.#asked(open, block, peer))
      }
    }
    return blocks
  }

  /** `peer` delivered a block. Every block that was picked ends here or in `release`, once per peer asked. */
  receive(peer: PickerPeer, { piece, block }: Block): Delivery {
    peer.outstanding -= 1
    const open = this.#open.get(piece)
    const taken = open?.receive(block, peer)
    if (open === undefined || taken === undefined) return { kind: 'superfluous' }
    return { kind: 'taken', isPieceComplete: open.isComplete, cancel: taken.alsoAsked }
  }

  /** `peer` will not deliver a block that it was asked for. */
  release(peer: PickerPeer, { piece, block }: Block): void {
    peer.outstanding -= 1
    const open = this.#open.get(piece)
    if (open !== undefined) this.#free(open, block, peer)
  }

  /** Whether all is begun that some peer has, or will hand out. */
  get #isEnding(): boolean {
    if (this.#rarity.size === 0) return true
    if (this.#rarity.countRarerThan(1) < this.#rarity.size) return false
    for (const peer of this.#peers) if (peer.hasAll) return false
    return true
  }

  #asked(open: OpenPiece<PickerPeer>, block: number, peer: PickerPeer): Block {
    peer.outstanding += 1
    return open.block(block)
  }

  #nextPiece(peer: PickerPeer, inRow: boolean): OpenPiece<PickerPeer> | undefined {
    const { current } = peer
    if (current !== undefined) {
      if (this.#unfinished.has(current) && peer.mayAsk(current.piece) && this.#mayGoOn(peer, current)) return current
      const next = current.piece + 1
      if (inRow && this.#rarity.isListed(next) && peer.mayAsk(next) && this.#mayBegin(peer, next)) {
        return this.#begin(next, peer)
      }
    }
    for (const open of this.#unfinished) {
      const isForPeer = open.onlyFrom === undefined || open.onlyFrom === peer
      if (isForPeer && peer.mayAsk(open.piece) && this.#mayGoOn(peer, open)) return open
    }
    const piece = this.#fresh(peer)
    return piece === undefined ? undefined : this.#begin(piece, peer)
  }

  /** The first piece to begin with `peer`. */
  #fresh(peer: PickerPeer): number | undefined {
    if (peer.kind === 'origin') return this.#nextHanded(peer)
    const first = peer.kind === 'mirror' && !peer.hasAll ? this.#rarity.countRarerThan(1) : 0
    for (let index = first; index < this.#rarity.size; index += 1) {
      const piece = this.#rarity.at(index)
      if (peer.has(piece) && this.#mayBegin(peer, piece)) return piece
    }
    return undefined
  }

  #mayBegin(peer: PickerPeer, piece: number): boolean {
    return peer.isNear || this.#near[piece] === 0
  }

  /** Also when two of our site began it at the same time: each goes on, lest both wait for the other. */
  #mayGoOn(peer: PickerPeer, { piece }: OpenPiece<PickerPeer>): boolean {
    return this.#mayBegin(peer, piece) || this.#fromOutside.has(piece)
  }

  #nextHanded(peer: PickerPeer): number | undefined {
    for (let piece = peer.handed.shift(); piece !== undefined; piece = peer.handed.shift()) {
      if (this.#rarity.isListed(piece) && peer.mayAsk(piece)) return piece
    }
    if (peer.freeChoices === 0 || this.#rarity.size === 0) return undefined
    for (let index = 0; index < this.#rarity.size; index += 1) {
      const piece = this.#rarity.at(index)
      if (this.#mayBegin(peer, piece) && this.#chooses(peer, piece)) return piece
    }
    return undefined
  }

  /** Whether `peer` may be asked for `piece`; takes one of its free choices for that where it must. */
  #chooses(peer: PickerPeer, piece: number): boolean {
    if (peer.mayAsk(piece)) return true
    if (peer.freeChoices === 0 || !peer.has(piece)) return false
    peer.freeChoices -= 1
    peer.allow(piece)
    return true
  }

  #begin(piece: number, peer: PickerPeer): OpenPiece<PickerPeer> {
    this.#rarity.unlist(piece)
    const open = new OpenPiece(piece, this.#layout.pieceBytes(piece), this.#suspect.has(piece) ? peer : undefined)
    this.#open.set(piece, open)
    this.#unfinished.add(open)
    if (!peer.isNear) {
      this.#begun.push(piece)
      this.#fromOutside.add(piece)
    }
    return open
  }

  #free(open: OpenPiece<PickerPeer>, block: number, peer: PickerPeer): void {
    if (!open.release(block, peer)) return
    this.#state += 1
    if (open.isUntouched || open.onlyFrom === peer) this.#reopen(open.piece)
    else this.#unfinished.add(open)
  }

  /** Nothing of `piece` is there or asked for any more. */
  #reopen(piece: number): void {
    this.#close(piece)
    this.#rarity.list(piece)
    for (const peer of this.#peers) if (peer.kind === 'origin' && peer.mayAsk(piece)) peer.handed.push(piece)
    this.#state += 1
  }

  #close(piece: number): void {
    const open = this.#open.get(piece)
    if (open === undefined) return
    this.#open.delete(piece)
    this.#fromOutside.delete(piece)
    this.#unfinished.delete(open)
  }

  #dropClaims(peer: PickerPeer, time: number): void {
    for (const [piece, since] of peer.claims) {
      if (since >= time) continue
      peer.claims.delete(piece)
      this.#changeNear(piece, -1)
    }
  }

  #changeNear(piece: number, change: 1 | -1): void {
    this.#near[piece] = (this.#near[piece] ?? 0) + change
    if (change < 0) this.#state += 1
  }

  /** Adds what `peer` has to the counts, or takes it out. */
  #count(peer: PickerPeer, sign: 1 | -1): void {
    const isMirror = peer.kind === 'mirror'
    peer.interesting = 0
    for (let piece = 0; piece < this.#layout.pieceCount; piece += 1) {
      if (!peer.has(piece)) continue
      if (isMirror && !peer.hasAll) {
        if (sign > 0) this.#rarity.increase(piece)
        else this.#rarity.decrease(piece)
      }
      if (peer.isNear && !(sign > 0 && peer.claims.delete(piece))) this.#changeNear(piece, sign)
      if (sign > 0 && this.lacks(piece)) peer.interesting += 1
    }
  }
}
