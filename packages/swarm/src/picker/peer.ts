import { type Bits, countBits, emptyBits, hasBit, setBit } from './bits.ts'
import { blockLength } from './block.ts'
import type { OpenPiece } from './open-piece.ts'

/**
 * What a source is to the swarm. An `origin` has all, and everybody could ask it for all: it hands out which pieces
 * each agent shall ask it for (see distribution/hand-out.ts). The `web-seed` is asked for anything, when nobody
 * else delivers.
 */
export type SourceKind = 'mirror' | 'origin' | 'web-seed'

/** What the picker knows of one source of pieces. */
export class PickerPeer {
  readonly kind: SourceKind
  /** Whose source it is, the same for all connections with one peer; undefined when nobody shares it. */
  readonly owner: string | undefined
  /** Whether it is of our site, so that what it has is not fetched over the site's line. */
  readonly isNear: boolean
  /** Pieces that it, of our site, is fetching from elsewhere, and since when, in milliseconds. */
  readonly claims = new Map<number, number>()
  /** Bytes per second that it delivers, as measured by the owner. */
  rate = 0
  /** Blocks that it was asked for. */
  outstanding = 0
  /** Wanted pieces that we do not have and it has. */
  interesting = 0
  /** The piece whose blocks it was asked for last. */
  current: OpenPiece<PickerPeer> | undefined
  /** State of the picker in which nothing was found for it, so that it is not searched for twice. */
  dryAt = -1
  /** Pieces that an origin handed out to us, in its order; those that were begun are taken off. */
  readonly handed: number[] = []
  /** Pieces of our choice that an origin may be asked for besides. */
  freeChoices = 0
  readonly #mayAsk: Bits | undefined
  readonly #pieceCount: number
  #pieces: Bits | 'all'
  #count = 0

  constructor(
    kind: SourceKind,
    pieceCount: number,
    { isNear = false, owner }: { readonly isNear?: boolean; readonly owner?: string | undefined } = {},
  ) {
    this.kind = kind
    this.owner = owner
    this.isNear = isNear
    this.#pieceCount = pieceCount
    this.#pieces = emptyBits(pieceCount)
    this.#mayAsk = kind === 'origin' ? emptyBits(pieceCount) : undefined
  }

  /** Whether it may be asked for `piece`, which it has. */
  mayAsk(piece: number): boolean {
    return this.has(piece) && (this.#mayAsk === undefined || hasBit(this.#mayAsk, piece))
  }

  /** It is an origin, and may be asked for `piece` from now on. @returns whether that is news */
  allow(piece: number): boolean {
    if (this.#mayAsk === undefined || piece < 0 || piece >= this.#pieceCount || hasBit(this.#mayAsk, piece))
      return false
    setBit(this.#mayAsk, piece)
    return true
  }

  /** How long the last block that it was asked for will take. */
  get waitSeconds(): number {
    return (this.outstanding * blockLength) / Math.max(this.rate, 1)
  }

  /** Whether both are connections with one peer. */
  isSamePeer(other: PickerPeer): boolean {
    return this === other || (this.owner !== undefined && this.owner === other.owner)
  }

  get pieces(): Bits | 'all' {
    return this.#pieces
  }

  /** Whether it had every piece at once, so that no piece of it is counted by itself. */
  get hasAll(): boolean {
    return this.#pieces === 'all'
  }

  /** Whether it has every piece by now. */
  get isComplete(): boolean {
    return this.#pieces === 'all' || this.#count === this.#pieceCount
  }

  has(piece: number): boolean {
    return this.#pieces === 'all' || hasBit(this.#pieces, piece)
  }

  /** Replaces the set; one that holds every piece is kept as such. */
  setAll(pieces: Bits | 'all'): void {
    this.#count = pieces === 'all' ? this.#pieceCount : countBits(pieces, this.#pieceCount)
    if (pieces === 'all' || this.#count === this.#pieceCount) {
      this.#pieces = 'all'
      return
    }
    this.#pieces = emptyBits(this.#pieceCount)
    for (let piece = 0; piece < this.#pieceCount; piece += 1) if (hasBit(pieces, piece)) setBit(this.#pieces, piece)
  }

  /** Adds a piece that it has not. */
  add(piece: number): void {
    if (this.#pieces === 'all') return
    setBit(this.#pieces, piece)
    this.#count += 1
  }
}
