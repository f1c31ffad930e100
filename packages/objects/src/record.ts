import type { ObjectId } from './id.ts'
import type { RepositoryKind, RepositoryName } from './repository.ts'
import type { RootTree } from './tree.ts'

/** SHA-1 of a torrent's info dictionary, 40 lower-case hexadecimal digits. */
export type InfoHash = string & { readonly brand: 'InfoHash' }

/** A pack as a snapshot record names it. */
export interface PackReference {
  readonly infoHash: InfoHash
  /** SHA-256 of the .torrent file. */
  readonly torrentId: ObjectId
  /** Bytes of the .torrent file. */
  readonly torrentBytes: number
  /** Bytes of the pack's content. */
  readonly bytes: number
  /** Number of objects in the pack. */
  readonly objects: number
}

/** What the checker found when the snapshot was published. */
export interface RecordedFinding {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'note'
  readonly path: string
  /** What was expected and what is there, cut to some length. */
  readonly message: string
  /** Findings of this code that it stands for: more than 1 in the last of its code, when there were too many to keep each. */
  readonly count: number
}

/** The signed description of a snapshot: the TUF target `REPOSITORY/SERIAL.json`. */
export interface SnapshotRecord {
  readonly repository: RepositoryName
  readonly kind: RepositoryKind
  /** Grows by one with each published snapshot; the first is 1. */
  readonly serial: number
  /** ISO 8601, UTC, to the second. */
  readonly created: string
  readonly root: RootTree
  readonly counts: { readonly files: number; readonly links: number; readonly directories: number }
  /** Sum of the sizes of all files. */
  readonly bytes: number
  /** The packs that together hold every object of the snapshot, newest last. */
  readonly packs: readonly PackReference[]
  readonly findings: readonly RecordedFinding[]
}
