import type { Pack } from '@repocast/packs'
import { emptyBits, hasBit, setBit } from './picker/bits.ts'
import type { PieceStorage } from './storage.ts'

/** The bytes of a pack in memory. */
export class MemoryStorage implements PieceStorage {
  readonly pack: Pack
  /** The whole pack; what is not held is zero. */
  readonly content: Buffer
  /** Thrown by the next calls when it is set. */
  failure: Error | undefined
  readonly #have: Uint8Array

  /** @param content bytes of the complete pack; empty at first when left out */
  constructor(pack: Pack, content?: Uint8Array) {
    this.pack = pack
    this.content = content ? Buffer.from(content) : Buffer.alloc(pack.bytes)
    this.#have = emptyBits(pack.pieceCount)
    if (content) for (let piece = 0; piece < pack.pieceCount; piece += 1) setBit(this.#have, piece)
  }

  bitfield(): Uint8Array {
    return this.#have
  }

  hasPiece(piece: number): boolean {
    return hasBit(this.#have, piece)
  }

  async read(piece: number, offset: number, length: number): Promise<Buffer> {
    if (this.failure) throw this.failure
    if (!this.hasPiece(piece)) throw new Error(`piece ${piece} is not here`)
    const start = piece * this.pack.pieceLength + offset
    return this.content.subarray(start, start + length)
  }

  async write(piece: number, bytes: Uint8Array): Promise<void> {
    if (this.failure) throw this.failure
    this.content.set(bytes, piece * this.pack.pieceLength)
    setBit(this.#have, piece)
  }
}
