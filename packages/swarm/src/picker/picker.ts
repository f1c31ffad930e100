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
 * The origin is asked only for what no mirror has, unless `originHelps`. Owns the state of all pieces; does no I/O.
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
  #missing = 0
  #mirrorSeeds = 0
  #originHelps = false
  /** Grows whenever something can be found that could not be before. */
  #state = 0

  constructor(layout: PickerLayout, { held, random }: { readonly held: Bits; readonly random: Random }) {
    this.#layout = layout
    this.#rarity = new RarityOrder(layout.pieceCount, random)
    this.#held = Uint8Array.from(held)
    this.#wanted = emptyBits(layout.pieceCount)
  }

  /** Wanted pieces that are not held yet. */
  get missing(): number {
    return this.#missing
  }

  /** Of the wanted pieces of which nothing is asked for yet, those that some mirror has. */
  get untouchedAtMirrors(): number {
    return this.#mirrorSeeds > 0 ? this.#rarity.size : this.#rarity.size - this.#rarity.countRarerThan(1)
  }

  /** Whether the origin may be asked for what mirrors have too. */
  get originHelps(): boolean {
    return this.#originHelps
  }

  set originHelps(helps: boolean) {
    if (helps && !this.#originHelps) this.#state += 1
    this.#originHelps = helps
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

  join(kind: SourceKind): PickerPeer {
    const peer = new PickerPeer(kind, this.#layout.pieceCount)
    this.#peers.add(peer)
    return peer
  }

  /** Forgets `peer`; what it was asked for is free again. */
  leave(peer: PickerPeer): void {
    for (const open of [...this.#open.values()]) {
      if (open.onlyFrom === peer) this.#reopen(open.piece)
      else for (const block of [...open.blocksOf(peer)]) this.#free(open, block, peer)
    }
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
    if (!this.lacks(piece)) return
    peer.interesting += 1
    peer.dryAt = -1
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
   * `patienceSeconds` and twice as late as from `peer`. For the end, when nothing else is left.
   */
  pickSecond(peer: PickerPeer, count: number, patienceSeconds: number): Block[] {
    const blocks: Block[] = []
    const isSlow = (holder: PickerPeer) => {
      const wait = holder.waitSeconds
      return wait > patienceSeconds && wait > 2 * peer.waitSeconds
    }
    for (const open of this.#open.values()) {
      if (open.onlyFrom !== undefined || !peer.has(open.piece)) continue
      while (blocks.length < count) {
        const block = open.takeSecond(peer, isSlow)
        if (block < 0) break
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

  #asked(open: OpenPiece<PickerPeer>, block: number, peer: PickerPeer): Block {
    peer.outstanding += 1
    return open.block(block)
  }

  #nextPiece(peer: PickerPeer, inRow: boolean): OpenPiece<PickerPeer> | undefined {
    const { current } = peer
    if (current !== undefined) {
      if (this.#unfinished.has(current) && this.#mayTake(peer, current.piece)) return current
      if (inRow && this.#rarity.isListed(current.piece + 1) && this.#mayTake(peer, current.piece + 1)) {
        return this.#begin(current.piece + 1, peer)
      }
    }
    for (const open of this.#unfinished) {
      if (this.#mayTake(peer, open.piece) && (open.onlyFrom === undefined || open.onlyFrom === peer)) return open
    }
    const piece = this.#rarest(peer)
    return piece === undefined ? undefined : this.#begin(piece, peer)
  }

  #rarest(peer: PickerPeer): number | undefined {
    const onlyUncopied = peer.kind === 'origin' && !this.#originHelps
    if (onlyUncopied && this.#mirrorSeeds > 0) return undefined
    const first = peer.kind === 'mirror' && !peer.hasAll ? this.#rarity.countRarerThan(1) : 0
    const end = onlyUncopied ? this.#rarity.countRarerThan(1) : this.#rarity.size
    for (let index = first; index < end; index += 1) {
      const piece = this.#rarity.at(index)
      if (peer.has(piece)) return piece
    }
    return undefined
  }

  #mayTake(peer: PickerPeer, piece: number): boolean {
    if (!peer.has(piece)) return false
    if (peer.kind === 'mirror' || this.#originHelps) return true
    return this.#mirrorSeeds === 0 && this.#rarity.copies(piece) === 0
  }

  #begin(piece: number, peer: PickerPeer): OpenPiece<PickerPeer> {
    this.#rarity.unlist(piece)
    const open = new OpenPiece(piece, this.#layout.pieceBytes(piece), this.#suspect.has(piece) ? peer : undefined)
    this.#open.set(piece, open)
    this.#unfinished.add(open)
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
    this.#state += 1
  }

  #close(piece: number): void {
    const open = this.#open.get(piece)
    if (open === undefined) return
    this.#open.delete(piece)
    this.#unfinished.delete(open)
  }

  /** Adds what `peer` has to the counts, or takes it out. */
  #count(peer: PickerPeer, sign: 1 | -1): void {
    const isMirror = peer.kind === 'mirror'
    if (isMirror && peer.hasAll) {
      this.#mirrorSeeds += sign
      this.#state += 1
    }
    peer.interesting = 0
    for (let piece = 0; piece < this.#layout.pieceCount; piece += 1) {
      if (!peer.has(piece)) continue
      if (isMirror && !peer.hasAll) {
        if (sign > 0) this.#rarity.increase(piece)
        else this.#rarity.decrease(piece)
      }
      if (sign > 0 && this.lacks(piece)) peer.interesting += 1
    }
  }
}
