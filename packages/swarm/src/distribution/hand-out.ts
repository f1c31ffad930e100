import { type Bits, emptyBits, hasBit } from '../picker/bits.ts'
import type { Random } from '../picker/random.ts'
import { RarityOrder } from '../picker/rarity-order.ts'
import { Rate } from './rate.ts'

export interface HandOutLayout {
  readonly pieceCount: number
  readonly pieceBytes: (piece: number) => number
}

/** An agent is given so many seconds of pieces ahead of what it asks for, at the rate at which it asks. */
const aheadSeconds = 0.75

/** And at least so many pieces, of those that did not leave the origin yet and of second copies alike. */
const leastAhead = 2

/** So many pieces that it got and nobody else has yet are always forgiven. */
const forgiven = 3

/** A mirror gets a second copy from the origin where that adds at least this share to what other mirrors give it. */
const worthwhile = 0.3

/** Nobody gets second copies in the first seconds: mirrors find each other then. */
const settleMs = 2000

/** What an agent may ask the origin for: these pieces, and so many more of its own choice. */
export interface Offer {
  readonly pieces: readonly number[]
  readonly freeChoices: number
}

/** One agent that the origin serves. */
export class Recipient {
  /** Pieces that it wants. */
  wants: Bits
  readonly has: Bits
  /** Handed to it and not there yet: bytes that it has not asked for. */
  readonly handed = new Map<number, number>()
  readonly joinedAt: number
  /** Bytes per second that it asks the origin for, and that it gets from others. */
  readonly asking: Rate
  readonly others: Rate
  missing = 0
  /** Handed bytes that it has not asked for. */
  aheadBytes = 0
  /** Pieces of its own choice that it may still ask for. */
  freeChoices = 0
  /** Pieces that only it was handed and that nobody else has yet. */
  unspread = 0

  constructor(pieceCount: number, now: number) {
    this.wants = emptyBits(pieceCount)
    this.has = emptyBits(pieceCount)
    this.joinedAt = now
    this.asking = new Rate(now, 500)
    this.others = new Rate(now, 500)
  }

  lacks(piece: number): boolean {
    return hasBit(this.wants, piece) && !hasBit(this.has, piece)
  }
}

/**
 * Decides at the origin which pieces each agent shall ask it for. No piece leaves the origin twice while some piece
 * has not left it once: agents get different pieces and trade them. (Super-seeding, BEP 16, with the word given
 * instead of pieces hidden.) A second copy is handed out only to who gains much by it. Does no I/O.
 */
export class HandOut {
  readonly #layout: HandOutLayout
  /** By how many agents have a piece or were handed it. */
  readonly #rarity: RarityOrder
  readonly #recipients = new Set<Recipient>()
  /** Who is to spread a piece that the origin gave to it alone. */
  readonly #spreaders = new Map<number, Recipient>()
  /** The most that agents together asked for in a second, which tells the uplink. */
  #uplink = 0

  constructor(layout: HandOutLayout, random: Random) {
    this.#layout = layout
    this.#rarity = new RarityOrder(layout.pieceCount, random)
    for (let piece = 0; piece < layout.pieceCount; piece += 1) this.#rarity.list(piece)
  }

  join(now: number): Recipient {
    const recipient = new Recipient(this.#layout.pieceCount, now)
    this.#recipients.add(recipient)
    return recipient
  }

  leave(recipient: Recipient): void {
    if (!this.#recipients.delete(recipient)) return
    for (const [piece, spreader] of this.#spreaders) if (spreader === recipient) this.#spreaders.delete(piece)
    for (let piece = 0; piece < this.#layout.pieceCount; piece += 1) {
      if (hasBit(recipient.has, piece) || recipient.handed.has(piece)) this.#rarity.decrease(piece)
    }
  }

  /** `recipient` wants exactly these pieces. */
  setWanted(recipient: Recipient, wants: Bits): void {
    recipient.wants = Uint8Array.from(wants)
    for (const piece of [...recipient.handed.keys()]) if (!recipient.lacks(piece)) this.#takeBack(recipient, piece)
    recipient.missing = this.#countMissing(recipient)
  }

  /** `recipient` has `piece`, since when does not matter. */
  addPiece(recipient: Recipient, piece: number): void {
    if (piece < 0 || piece >= this.#layout.pieceCount || hasBit(recipient.has, piece)) return
    if (recipient.lacks(piece)) recipient.missing -= 1
    recipient.has[piece >> 3] = (recipient.has[piece >> 3] ?? 0) | (0x80 >> (piece & 7))
    this.#spread(recipient, piece)
    const unasked = recipient.handed.get(piece)
    if (unasked === undefined) {
      recipient.others.add(this.#layout.pieceBytes(piece))
      this.#rarity.increase(piece)
    } else {
      recipient.handed.delete(piece)
      recipient.aheadBytes -= unasked
    }
  }

  /** `recipient` asks for `bytes` of `piece`. */
  asked(recipient: Recipient, piece: number, bytes: number): void {
    recipient.asking.add(bytes)
    if (recipient.freeChoices > 0 && recipient.lacks(piece) && !recipient.handed.has(piece)) {
      recipient.freeChoices -= 1
      this.#hand(recipient, piece)
    }
    const unasked = recipient.handed.get(piece)
    if (unasked === undefined) return
    const fewer = Math.min(unasked, bytes)
    recipient.handed.set(piece, unasked - fewer)
    recipient.aheadBytes -= fewer
  }

  /** A few times a second. */
  tick(now: number): void {
    let uplink = 0
    for (const recipient of this.#recipients) {
      uplink += recipient.asking.update(now)
      recipient.others.update(now)
    }
    this.#uplink = Math.max(this.#uplink * 0.99, uplink)
  }

  /** What `recipient` may ask for from now on besides what it was told before; undefined when that is nothing. */
  next(recipient: Recipient, now: number): Offer | undefined {
    if (recipient.missing === 0) return undefined
    const pieces: number[] = []
    const aheadBytes = recipient.asking.bytesPerSecond * aheadSeconds
    while (recipient.aheadBytes <= aheadBytes || this.#unaskedPieces(recipient) < leastAhead) {
      const piece = this.#passesOn(recipient) ? this.#fresh(recipient) : undefined
      if (piece === undefined) break
      this.#hand(recipient, piece)
      this.#spreaders.set(piece, recipient)
      recipient.unspread += 1
      pieces.push(piece)
    }
    const choices = this.#gainsBySecondCopies(recipient, now) ? leastAhead : 0
    const freeChoices = Math.max(0, choices - recipient.freeChoices)
    recipient.freeChoices += freeChoices
    return pieces.length > 0 || freeChoices > 0 ? { pieces, freeChoices } : undefined
  }

  #unaskedPieces(recipient: Recipient): number {
    let count = 0
    for (const unasked of recipient.handed.values()) if (unasked > 0) count += 1
    return count
  }

  /** Whether what it got spreads as well as what others got; who has a slow uplink gets fewer new pieces. */
  #passesOn({ unspread }: Recipient): boolean {
    if (unspread <= forgiven || this.#recipients.size === 1) return true
    let least = Number.POSITIVE_INFINITY
    for (const other of this.#recipients) if (other.missing > 0) least = Math.min(least, other.unspread)
    return unspread <= forgiven + least
  }

  #spread(recipient: Recipient, piece: number): void {
    const spreader = this.#spreaders.get(piece)
    if (spreader === undefined || spreader === recipient) return
    this.#spreaders.delete(piece)
    spreader.unspread -= 1
  }

  /** A piece that nobody has and nobody was handed. */
  #fresh(recipient: Recipient): number | undefined {
    const end = this.#rarity.countRarerThan(1)
    for (let index = 0; index < end; index += 1) {
      const piece = this.#rarity.at(index)
      if (recipient.lacks(piece)) return piece
    }
    return undefined
  }

  #gainsBySecondCopies(recipient: Recipient, now: number): boolean {
    if (recipient.aheadBytes > 0 || now - recipient.joinedAt < settleMs) return false
    if (this.#fresh(recipient) !== undefined) return false
    let waiting = 0
    for (const { missing } of this.#recipients) if (missing > 0) waiting += 1
    return this.#uplink / Math.max(1, waiting) > worthwhile * recipient.others.bytesPerSecond
  }

  #hand(recipient: Recipient, piece: number): void {
    const bytes = this.#layout.pieceBytes(piece)
    recipient.handed.set(piece, bytes)
    recipient.aheadBytes += bytes
    this.#rarity.increase(piece)
  }

  #takeBack(recipient: Recipient, piece: number): void {
    recipient.aheadBytes -= recipient.handed.get(piece) ?? 0
    recipient.handed.delete(piece)
    this.#rarity.decrease(piece)
  }

  #countMissing(recipient: Recipient): number {
    let missing = 0
    for (let piece = 0; piece < this.#layout.pieceCount; piece += 1) if (recipient.lacks(piece)) missing += 1
    return missing
  }
}
