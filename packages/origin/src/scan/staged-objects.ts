import type { ObjectId, TreeReader } from '@repocast/objects'
import type { SnapshotObjects } from '@repocast/repositories'

/** Objects of a tree that was scanned, wherever they are. */
export interface StagedObjects extends SnapshotObjects {
  readonly readTree: TreeReader
  has(id: ObjectId): boolean
}
