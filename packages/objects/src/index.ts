/**
 * The nouns of repocast and their bytes: ids, names, trees, snapshot records, and the difference of two trees.
 * Pure: nothing here touches a disk or a socket.
 */
export { emptyBlobId, type ObjectId, objectIdOf, parseObjectId } from './id.ts'
export {
  assertSafeName,
  compareNames,
  decodeName,
  displayName,
  encodeName,
  joinPath,
  whyUnsafeLink,
  whyUnsafeName,
} from './name.ts'
export type { InfoHash, PackReference, RecordedFinding, SnapshotRecord } from './record.ts'
export { parseRepositoryName, type RepositoryKind, type RepositoryName } from './repository.ts'
export type { DirectoryEntry, FileEntry, LinkEntry, RootTree, Segment, Tree, TreeEntry, TreeReader } from './tree.ts'
