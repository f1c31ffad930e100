import type { Pack } from '@repocast/packs'
import { type Bits, countBits, hasBit, setBit } from './picker/bits.ts'

/** Which pieces of a pack are here, and which are wanted and not here. */
export class Holding {
  readonly #pack: Pack
  readonly #missing = new Set<number>()
  #held: Bits
  #heldPieces: number
  #missingBytes = 0
  #heldBytes = 0

  constructor(pack: Pack, held: Bits) {
    this.#pack = pack
    this.#held = Uint8Array.from(held)
    this.#heldPieces = countBits(held, pack.pieceCount)
    this.#heldBytes = this.#countHeldBytes()
  }

  get held(): Bits {
    return this.#held
  }

  get heldPieces(): number {
    return this.#heldPieces
  }

  /** Bytes of the whole pack that are not here, wanted or not. */
  get leftBytes(): number {
    return this.#pack.bytes - this.#heldBytes
  }

  /** Wanted pieces that are not here. */
  get missing(): ReadonlySet<number> {
    return this.#missing
  }

  get missingBytes(): number {
    return this.#missingBytes
  }

  get isComplete(): boolean {
    return this.#heldPieces === this.#pack.pieceCount
  }

  holds(piece: number): boolean {
    return hasBit(this.#held, piece)
  }

  /** @returns those of `pieces` that are missing from now on  @throws RangeError for a piece that the pack has not */
  want(pieces: Iterable<number>): number[] {
    const added: number[] = []
    for (const piece of pieces) {
      this.#pack.pieceBytes(piece)
      if (this.holds(piece) || this.#missing.has(piece)) continue
      this.#missing.add(piece)
      this.#missingBytes += this.#pack.pieceBytes(piece)
      added.push(piece)
    }
    return added
  }

  /** `piece` is here. */
  add(piece: number): void {
    if (this.#missing.delete(piece)) this.#missingBytes -= this.#pack.pieceBytes(piece)
    if (this.holds(piece)) return
    setBit(this.#held, piece)
    this.#heldPieces += 1
    this.#heldBytes += this.#pack.pieceBytes(piece)
  }

  /** What is here is exactly `held`. @returns wanted pieces that came, and whether anything is different */
  replace(held: Bits): { readonly came: readonly number[]; readonly isDifferent: boolean } {
    const isDifferent = Buffer.compare(held, this.#held) !== 0
    const came = [...this.#missing].filter(piece => hasBit(held, piece))
    for (const piece of came) this.add(piece)
    this.#held = Uint8Array.from(held)
    this.#heldPieces = countBits(held, this.#pack.pieceCount)
    this.#heldBytes = this.#countHeldBytes()
    return { came, isDifferent }
  }

  #countHeldBytes(): number {
    const { pieceCount, pieceLength } = this.#pack
    const last = pieceCount - 1
    return this.#heldPieces * pieceLength - (this.holds(last) ? pieceLength - this.#pack.pieceBytes(last) : 0)
  }
}
