import { integerBetween, type Random } from './random.ts'

/**
 * Listed pieces in order of how many peers have them, rarest first, in random order within one rarity. One array
 * holds the order, cut into buckets by the number of copies; a piece moves to the next bucket by one swap with the
 * piece at the border, so each change is of constant work whatever the number of pieces. (The structure is that of
 * libtorrent's piece_picker.)
 */
export class RarityOrder {
  readonly #random: Random
  readonly #order: Int32Array
  /** Index in the order, -1 for a piece that is not listed. */
  readonly #place: Int32Array
  readonly #copies: Uint16Array
  /** Bucket `c` reaches from `#starts[c]` to before `#starts[c + 1]`; the last element is the number listed. */
  readonly #starts: number[] = [0, 0]

  constructor(pieceCount: number, random: Random) {
    this.#random = random
    this.#order = new Int32Array(pieceCount)
    this.#place = new Int32Array(pieceCount).fill(-1)
    this.#copies = new Uint16Array(pieceCount)
  }

  /** How many pieces are listed. */
  get size(): number {
    return this.#start(this.#starts.length - 1)
  }

  isListed(piece: number): boolean {
    return this.#placeOf(piece) >= 0
  }

  /** Peers that have `piece`, listed or not. */
  copies(piece: number): number {
    return this.#copies[piece] ?? 0
  }

  /** How many listed pieces have fewer than `copies` copies: they come first in the order. */
  countRarerThan(copies: number): number {
    return this.#start(Math.min(copies, this.#starts.length - 1))
  }

  /** The piece at `index` of the order, counted from the rarest. */
  at(index: number): number {
    return this.#order[index] ?? -1
  }

  list(piece: number): void {
    if (this.isListed(piece)) return
    const copies = this.copies(piece)
    this.#growTo(copies)
    let hole = this.size
    for (let bucket = this.#starts.length - 1; bucket > copies; bucket -= 1) {
      if (bucket < this.#starts.length - 1) hole = this.#moveInto(hole, this.#start(bucket))
      this.#starts[bucket] = this.#start(bucket) + 1
    }
    this.#put(piece, hole)
    this.#shuffle(piece)
  }

  unlist(piece: number): void {
    let hole = this.#placeOf(piece)
    if (hole < 0) return
    for (let bucket = this.copies(piece) + 1; bucket < this.#starts.length; bucket += 1) {
      hole = this.#moveInto(hole, this.#start(bucket) - 1)
      this.#starts[bucket] = this.#start(bucket) - 1
    }
    this.#place[piece] = -1
  }

  /** One more peer has `piece`. */
  increase(piece: number): void {
    const copies = this.copies(piece)
    this.#copies[piece] = copies + 1
    if (!this.isListed(piece)) return
    this.#growTo(copies + 1)
    const last = this.#start(copies + 1) - 1
    this.#swap(this.#placeOf(piece), last)
    this.#starts[copies + 1] = last
    this.#shuffle(piece)
  }

  /** One peer fewer has `piece`. */
  decrease(piece: number): void {
    const copies = this.copies(piece)
    if (copies === 0) return
    this.#copies[piece] = copies - 1
    if (!this.isListed(piece)) return
    const first = this.#start(copies)
    this.#swap(this.#placeOf(piece), first)
    this.#starts[copies] = first + 1
    this.#shuffle(piece)
  }

  #start(bucket: number): number {
    return this.#starts[bucket] ?? 0
  }

  #placeOf(piece: number): number {
    return this.#place[piece] ?? -1
  }

  /** Makes bucket `copies` exist. */
  #growTo(copies: number): void {
    while (this.#starts.length < copies + 2) this.#starts.push(this.size)
  }

  #shuffle(piece: number): void {
    const copies = this.copies(piece)
    this.#swap(this.#placeOf(piece), integerBetween(this.#random, this.#start(copies), this.#start(copies + 1)))
  }

  /** Moves the piece at `from` to `hole`; `from` is the hole then. */
  #moveInto(hole: number, from: number): number {
    if (from !== hole) this.#put(this.at(from), hole)
    return from
  }

  #swap(a: number, b: number): void {
    const [pieceA, pieceB] = [this.at(a), this.at(b)]
    this.#put(pieceA, b)
    this.#put(pieceB, a)
  }

  #put(piece: number, place: number): void {
    this.#order[place] = piece
    this.#place[piece] = place
  }
}
