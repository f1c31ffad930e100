import type { ObjectId } from './id.ts'
import { compareNames } from './name.ts'
import type { Segment, Tree, TreeEntry, TreeReader } from './tree.ts'
import { segmentEntries } from './tree-walk.ts'

/**
 * The entry at a path of names below the directory `id`, links not followed; undefined when there is none. Reads one tree
 * object for each directory, and few of a long one.
 * @throws RepocastError REPOCAST_TREE_MALFORMED, and what `read` throws
 */
export async function findEntry(
  read: TreeReader,
  id: ObjectId,
  names: readonly string[],
): Promise<TreeEntry | undefined> {
  let found: TreeEntry | undefined
  for (let at: ObjectId | undefined = id, k = 0; k < names.length; k += 1) {
    if (at === undefined) return undefined
    found = await findIn(read, await read(at), names[k] ?? '')
    if (found === undefined) return undefined
    at = found.type === 'd' ? found.id : undefined
  }
  return found
}

async function findIn(read: TreeReader, tree: Tree, name: string): Promise<TreeEntry | undefined> {
  if (tree.entries) return findSorted(tree.entries, name)
  return findSorted(await entriesOf(read, tree.segments[await segmentFor(read, tree.segments, name)]?.id), name)
}

/** The index of the segment, from `low` on, that has a name or would have it: the last one that begins at or before it. */
export async function segmentFor(
  read: TreeReader,
  segments: readonly Segment[],
  name: string,
  low = 0,
): Promise<number> {
  let [from, to] = [low, segments.length - 1]
  while (from < to) {
    const middle = Math.ceil((from + to) / 2)
    const first = (await entriesOf(read, segments[middle]?.id))[0]?.name
    if (first !== undefined && compareNames(first, name) <= 0) from = middle
    else to = middle - 1
  }
  return from
}

async function entriesOf(read: TreeReader, id: ObjectId | undefined): Promise<readonly TreeEntry[]> {
  return id === undefined ? [] : segmentEntries(await read(id))
}

function findSorted(entries: readonly TreeEntry[], name: string): TreeEntry | undefined {
  let [low, high] = [0, entries.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const entry = entries[middle]
    const order = entry === undefined ? 0 : compareNames(entry.name, name)
    if (order === 0) return entry
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return undefined
}
