import type { InfoHash, ObjectId } from '@repocast/objects'
import type { IndexRange, Pack, PieceRange } from './pack.ts'

/**
 * A pack whose lists leave memory while nobody looks at them: of hundreds of packs that a host shares, most are idle. What
 * every pack is asked for all the time stays.
 */
export class RestingPack implements Pack {
  readonly infoHash: InfoHash
  readonly name: string
  readonly private: boolean
  readonly announce: readonly string[]
  readonly bytes: number
  readonly pieceLength: number
  readonly pieceCount: number
  readonly objectCount: number
  readonly #reread: () => Pack
  #whole: Pack | undefined
  #wasUsed = false

  /** `reread` gives the same pack again; what it throws comes out of whatever was asked. */
  constructor(pack: Pack, reread: () => Pack) {
    this.infoHash = pack.infoHash
    this.name = pack.name
    this.private = pack.private
    this.announce = pack.announce
    this.bytes = pack.bytes
    this.pieceLength = pack.pieceLength
    this.pieceCount = pack.pieceCount
    this.objectCount = pack.objectCount
    this.#whole = pack
    this.#reread = reread
  }

  /** Lets go of the lists, unless somebody has looked at them since the last call. */
  rest(): void {
    if (!this.#wasUsed) this.#whole = undefined
    this.#wasUsed = false
  }

  /** Lets go of the lists now. */
  restNow(): void {
    this.#whole = undefined
    this.#wasUsed = false
  }

  get isResting(): boolean {
    return this.#whole === undefined
  }

  get infoBytes(): Buffer {
    return this.#pack.infoBytes
  }

  get pieceHashes(): Buffer {
    return this.#pack.pieceHashes
  }

  pieceHash(piece: number): Buffer {
    return this.#pack.pieceHash(piece)
  }

  pieceBytes(piece: number): number {
    if (Number.isInteger(piece) && piece >= 0 && piece < this.pieceCount) {
      return Math.min(this.pieceLength, this.bytes - piece * this.pieceLength)
    }
    throw new RangeError(`the pack ${this.name} has no piece ${piece}`)
  }

  objectId(object: number): ObjectId {
    return this.#pack.objectId(object)
  }

  objectKind(object: number): 'tree' | 'blob' {
    return this.#pack.objectKind(object)
  }

  objectBytes(object: number): number {
    return this.#pack.objectBytes(object)
  }

  objectOffset(object: number): number {
    return this.#pack.objectOffset(object)
  }

  path(object: number): string {
    return this.#pack.path(object)
  }

  indexOf(id: ObjectId): number | undefined {
    return this.#pack.indexOf(id)
  }

  objectsOfPiece(piece: number): IndexRange {
    return this.#pack.objectsOfPiece(piece)
  }

  piecesOfObject(object: number): IndexRange {
    return this.#pack.piecesOfObject(object)
  }

  rangesOfPiece(piece: number, offset?: number, length?: number): PieceRange[] {
    return this.#pack.rangesOfPiece(piece, offset, length)
  }

  get #pack(): Pack {
    this.#wasUsed = true
    this.#whole ??= this.#reread()
    return this.#whole
  }
}
