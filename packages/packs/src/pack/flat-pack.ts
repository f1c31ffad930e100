import type { InfoHash, ObjectId } from '@repocast/objects'
import type { FileTable } from './file-table.ts'
import type { IndexRange, Pack, PieceRange } from './pack.ts'
import { RangeTable } from './range-table.ts'

/** What a pack is made of once its .torrent is found good. */
export interface PackParts {
  readonly infoHash: InfoHash
  readonly infoBytes: Buffer
  readonly name: string
  readonly private: boolean
  readonly announce: readonly string[]
  readonly pieceLength: number
  /** 20 bytes per piece. */
  readonly pieceHashes: Buffer
  readonly files: FileTable
}

const hashBytes = 20

/** A pack whose memory is the info dictionary and some 24 bytes per object. */
export class FlatPack implements Pack {
  readonly infoHash: InfoHash
  readonly infoBytes: Buffer
  readonly name: string
  readonly private: boolean
  readonly announce: readonly string[]
  readonly bytes: number
  readonly pieceLength: number
  readonly pieceCount: number
  readonly pieceHashes: Buffer
  readonly objectCount: number
  readonly #files: FileTable
  #ids: RangeTable | undefined

  constructor(parts: PackParts) {
    this.infoHash = parts.infoHash
    this.infoBytes = parts.infoBytes
    this.name = parts.name
    this.private = parts.private
    this.announce = parts.announce
    this.pieceLength = parts.pieceLength
    this.pieceHashes = parts.pieceHashes
    this.pieceCount = parts.pieceHashes.length / hashBytes
    this.objectCount = parts.files.count
    this.bytes = parts.files.offset(parts.files.count)
    this.#files = parts.files
  }

  pieceHash(piece: number): Buffer {
    this.#checkPiece(piece)
    return this.pieceHashes.subarray(piece * hashBytes, (piece + 1) * hashBytes)
  }

  pieceBytes(piece: number): number {
    this.#checkPiece(piece)
    return Math.min(this.pieceLength, this.bytes - piece * this.pieceLength)
  }

  objectId(object: number): ObjectId {
    return this.#files.id(object)
  }

  objectKind(object: number): 'tree' | 'blob' {
    return this.#files.isTree(object) ? 'tree' : 'blob'
  }

  objectBytes(object: number): number {
    return this.#files.offset(object + 1) - this.#files.offset(object)
  }

  objectOffset(object: number): number {
    this.#checkObject(object)
    return this.#files.offset(object)
  }

  path(object: number): string {
    return this.#files.path(object)
  }

  indexOf(id: ObjectId): number | undefined {
    this.#ids ??= this.#indexIds()
    return this.#ids.find(Buffer.from(id, 'hex'), 0, 32)
  }

  objectsOfPiece(piece: number): IndexRange {
    const start = piece * this.pieceLength
    const last = start + this.pieceBytes(piece) - 1
    return { first: this.#files.fileAt(start), last: this.#files.fileAt(last) }
  }

  piecesOfObject(object: number): IndexRange {
    const start = this.objectOffset(object)
    const last = this.#files.offset(object + 1) - 1
    return { first: Math.floor(start / this.pieceLength), last: Math.floor(last / this.pieceLength) }
  }

  rangesOfPiece(piece: number, offset = 0, length = this.pieceBytes(piece) - offset): PieceRange[] {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.pieceBytes(piece))) {
      throw new RangeError(`piece ${piece} has no bytes ${offset} to ${offset + length}`)
    }
    const ranges: PieceRange[] = []
    const pieceStart = piece * this.pieceLength
    const end = pieceStart + offset + length
    let at = pieceStart + offset
    for (let object = this.#files.fileAt(at); at < end; object += 1) {
      const next = Math.min(end, this.#files.offset(object + 1))
      const objectOffset = at - this.#files.offset(object)
      ranges.push({ object, objectOffset, pieceOffset: at - pieceStart, length: next - at })
      at = next
    }
    return ranges
  }

  #indexIds(): RangeTable {
    const table = new RangeTable(this.#files.ids)
    for (let k = 0; k < this.objectCount; k += 1) table.add(k)
    return table
  }

  #checkPiece(piece: number): void {
    if (Number.isInteger(piece) && piece >= 0 && piece < this.pieceCount) return
    throw new RangeError(`the pack ${this.name} has no piece ${piece}`)
  }

  #checkObject(object: number): void {
    if (Number.isInteger(object) && object >= 0 && object < this.objectCount) return
    throw new RangeError(`the pack ${this.name} has no object ${object}`)
  }
}
