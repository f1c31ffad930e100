import type { ObjectId } from '@repocast/objects'

/** An object that is to be packed. */
export interface PackEntry {
  readonly kind: 'tree' | 'blob'
  readonly id: ObjectId
  /** Bytes of the object. */
  readonly size: number
  /** Repository path of a blob; of a tree it may be anything, since trees are named by their ids. */
  readonly path: string
}

/** What one pack may grow to. Only a single object that is larger makes a larger pack. */
export interface PackLimits {
  /** webtorrent's work per message grows with the pieces. */
  readonly maxPieces: number
  readonly maxBytes: number
  /** The metadata, and the memory of ordinary clients, grow with the objects. */
  readonly maxObjects: number
}

export const defaultPackLimits: PackLimits = { maxPieces: 2000, maxBytes: 16 * 1024 ** 3, maxObjects: 10_000 }

/** A pack before its torrent is made. */
export interface PackPlan {
  /** In pack order. */
  readonly entries: readonly PackEntry[]
  readonly bytes: number
  /** Bytes of each piece but the last, a power of two. */
  readonly pieceLength: number
}
