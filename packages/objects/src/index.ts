/**
 * The nouns of repocast and their bytes: ids, names, trees, snapshot records, and the difference of two trees.
 * Pure: nothing here touches a disk or a socket.
 */

export { canonicalJson, type JsonValue } from './canonical.ts'
export { emptyBlobId, type ObjectId, objectIdOf, parseObjectId } from './id.ts'
export {
  assertSafeName,
  compareNames,
  decodeName,
  directoryOf,
  displayName,
  encodeName,
  joinPath,
  whyUnsafeLink,
  whyUnsafeName,
} from './name.ts'
export type { InfoHash, PackReference, RecordedFinding, SnapshotRecord } from './record.ts'
export { decodeRecord, encodeRecord, maxRecordBytes, parseInfoHash } from './record-codec.ts'
export { parseRepositoryName, type RepositoryKind, type RepositoryName, repositoryPattern } from './repository.ts'
export type { DirectoryEntry, FileEntry, LinkEntry, RootTree, Segment, Tree, TreeEntry, TreeReader } from './tree.ts'
export { type BuiltTree, buildTree, TreeBuilder } from './tree-builder.ts'
export { decodeTree, isTime, maxTreeBytes } from './tree-codec.ts'
export {
  type Change,
  diffListings,
  diffTrees,
  isDirectory,
  type NamedObject,
  newObjects,
  sameEntry,
} from './tree-difference.ts'
export { type EditedListing, editListing, emptyTreeId } from './tree-edit.ts'
export { findEntry } from './tree-find.ts'
export { assertSafeLink, listTree, segmentEntries, type WalkedEntry, walkTree, walkTreeObjects } from './tree-walk.ts'
