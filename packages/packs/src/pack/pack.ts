import type { InfoHash, ObjectId } from '@repocast/objects'

/** The bytes of one object that lie in a piece, or in a part of it. All in bytes. */
export interface PieceRange {
  /** Index of the object in the pack. */
  readonly object: number
  readonly objectOffset: number
  readonly pieceOffset: number
  readonly length: number
}

/** First and last index, both included. */
export interface IndexRange {
  readonly first: number
  readonly last: number
}

/**
 * An opened .torrent of ours: objects end to end, cut into pieces. Pieces and objects are known by their index;
 * an index that the pack does not have is a mistake of the caller and throws RangeError.
 */
export interface Pack {
  readonly infoHash: InfoHash
  readonly name: string
  /** Whether peers may be learnt from its trackers only (BEP 27). */
  readonly private: boolean
  /** Addresses of the trackers that the .torrent names. */
  readonly announce: readonly string[]
  /** The bencoded info dictionary, whose SHA-1 is the info-hash: what BEP 9 sends to peers. */
  readonly infoBytes: Buffer
  readonly bytes: number
  /** Bytes of each piece but the last. */
  readonly pieceLength: number
  readonly pieceCount: number
  readonly objectCount: number

  /** SHA-1 of a piece, 20 bytes, a view. */
  pieceHash(piece: number): Buffer
  pieceBytes(piece: number): number
  /** All piece hashes in a row, a view. */
  readonly pieceHashes: Buffer

  objectId(object: number): ObjectId
  objectKind(object: number): 'tree' | 'blob'
  objectBytes(object: number): number
  /** Where the object begins in the pack. */
  objectOffset(object: number): number
  /** Path of the object in the torrent: the repository path of a blob, as far as that can be had. */
  path(object: number): string
  indexOf(id: ObjectId): number | undefined

  objectsOfPiece(piece: number): IndexRange
  piecesOfObject(object: number): IndexRange
  /** What `length` bytes of a piece from `offset` on consist of, in order and without gap; by default all of it. */
  rangesOfPiece(piece: number, offset?: number, length?: number): PieceRange[]
}
