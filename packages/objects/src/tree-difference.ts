import type { ObjectId } from './id.ts'
import { compareNames, joinPath } from './name.ts'
import type { DirectoryEntry, Tree, TreeEntry, TreeReader } from './tree.ts'
import { assertSafeLink, listTree, segmentEntries } from './tree-walk.ts'

/** What happened to a path: added (`after` only), removed (`before` only), or changed (both, of one type). */
export interface Change {
  readonly path: string
  readonly before?: TreeEntry
  readonly after?: TreeEntry
}

/**
 * What has to be done to make the directory `after` of the directory `before` (undefined: of nothing). Reads
 * only directories and segments that differ. A directory comes behind everything below it, whether added,
 * changed or removed; an entry whose type changes is removed first, then added.
 * @throws RepocastError REPOCAST_TREE_MALFORMED, REPOCAST_LINK_ESCAPES, and what `read` throws
 */
export async function* diffTrees(
  read: TreeReader,
  before: ObjectId | undefined,
  after: ObjectId | undefined,
  path = '',
): AsyncGenerator<Change> {
  if (before === after) return
  for await (const [from, to] of diffListings(read, before, after)) {
    const name = (from ?? to)?.name ?? ''
    yield* diffEntry(read, from, to, joinPath(path, name), path)
  }
}

async function* diffEntry(
  read: TreeReader,
  from: TreeEntry | undefined,
  to: TreeEntry | undefined,
  path: string,
  directory: string,
): AsyncGenerator<Change> {
  if (from && to && from.type !== to.type) {
    yield* diffEntry(read, from, undefined, path, directory)
    yield* diffEntry(read, undefined, to, path, directory)
    return
  }
  if (from && to && sameEntry(from, to)) return
  if (to?.type === 'l') assertSafeLink(directory, path, to.target)
  yield* diffTrees(read, directoryId(from), directoryId(to), path)
  yield { path, ...(from && { before: from }), ...(to && { after: to }) }
}

function directoryId(entry: TreeEntry | undefined): ObjectId | undefined {
  return entry?.type === 'd' ? entry.id : undefined
}

/** Whether two entries of one name are alike in everything that is kept. */
export function sameEntry(a: TreeEntry, b: TreeEntry): boolean {
  if (a.mtime !== b.mtime) return false
  if (a.type === 'l' || b.type === 'l') return a.type === 'l' && b.type === 'l' && a.target === b.target
  return a.type === b.type && a.id === b.id && a.mode === b.mode && a.size === b.size
}

type Entries = AsyncIterable<TreeEntry>

/**
 * The entries of two directories (undefined: of none) by name, less those in segments that both share: of each name that
 * of `before` and that of `after`, which may be alike. Reads these directories only.
 * @throws RepocastError REPOCAST_TREE_MALFORMED, and what `read` throws
 */
export async function* diffListings(
  read: TreeReader,
  before: ObjectId | undefined,
  after: ObjectId | undefined,
): AsyncGenerator<[TreeEntry | undefined, TreeEntry | undefined]> {
  yield* pairEntries(...(await differingEntries(read, before, after)))
}

/** The entries of both directories, less those in segments that both share. */
async function differingEntries(
  read: TreeReader,
  before: ObjectId | undefined,
  after: ObjectId | undefined,
): Promise<[Entries, Entries]> {
  if (before === undefined || after === undefined) {
    return [before ? listTree(read, before) : none(), after ? listTree(read, after) : none()]
  }
  const [from, to] = [await read(before), await read(after)]
  // A segment that both sides name holds the same entries on both, so it cannot differ.
  return [entriesBut(read, from, segmentIds(to)), entriesBut(read, to, segmentIds(from))]
}

function segmentIds(tree: Tree): ReadonlySet<ObjectId> {
  return new Set(tree.segments?.map(segment => segment.id))
}

async function* entriesBut(read: TreeReader, tree: Tree, skipped: ReadonlySet<ObjectId>): Entries {
  if (tree.entries) {
    yield* tree.entries
    return
  }
  for (const { id } of tree.segments) if (!skipped.has(id)) yield* segmentEntries(await read(id))
}

async function* none(): Entries {}

/** Joins two runs of entries, both in byte order, by name. */
async function* pairEntries(
  left: Entries,
  right: Entries,
): AsyncGenerator<[TreeEntry | undefined, TreeEntry | undefined]> {
  const [as, bs] = [left[Symbol.asyncIterator](), right[Symbol.asyncIterator]()]
  let [a, b] = [await as.next(), await bs.next()]
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : compareNames(a.value.name, b.value.name)
    yield [order <= 0 && !a.done ? a.value : undefined, order >= 0 && !b.done ? b.value : undefined]
    if (order <= 0) a = await as.next()
    if (order >= 0) b = await bs.next()
  }
}

/** An object of a snapshot. `path` is where a blob was met first; of a tree it is empty, since many may have it. */
export interface NamedObject {
  readonly kind: 'tree' | 'blob'
  readonly id: ObjectId
  /** Bytes. */
  readonly size: number
  readonly path: string
}

/**
 * The objects of the directory `after` that the directory `before` has not at the same place, itself included. Reads
 * only directories and segments that differ. An object may come more than once.
 * @throws RepocastError REPOCAST_TREE_MALFORMED, and what `read` throws
 */
export async function* newObjects(
  read: TreeReader,
  before: ObjectId | undefined,
  after: { readonly id: ObjectId; readonly size: number },
  path = '',
): AsyncGenerator<NamedObject> {
  if (before === after.id) return
  yield { kind: 'tree', id: after.id, size: after.size, path: '' }
  const { segments } = await read(after.id)
  if (segments) {
    const known = before === undefined ? undefined : segmentIds(await read(before))
    for (const { id, size } of segments) if (!known?.has(id)) yield { kind: 'tree', id, size, path: '' }
  }
  for await (const [from, to] of diffListings(read, before, after.id)) {
    if (to === undefined || to.type === 'l') continue
    const place = joinPath(path, to.name)
    if (to.type === 'd') yield* newObjects(read, directoryId(from), to, place)
    else if (from?.type !== 'f' || from.id !== to.id) yield { kind: 'blob', id: to.id, size: to.size, path: place }
  }
}

/** Type guard for callers that look at directories only. */
export function isDirectory(entry: TreeEntry | undefined): entry is DirectoryEntry {
  return entry?.type === 'd'
}
