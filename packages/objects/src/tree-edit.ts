import type { ObjectId } from './id.ts'
import { compareNames } from './name.ts'
import type { Segment, TreeEntry, TreeReader } from './tree.ts'
import { type BuiltTree, buildTree, TreeBuilder, wholeUpTo } from './tree-builder.ts'
import { segmentFor } from './tree-find.ts'
import { listTree, segmentEntries } from './tree-walk.ts'

/** The id of the directory without entries. */
export const emptyTreeId: ObjectId = buildTree([]).id

/** The listing of a directory; `size` in bytes. */
export interface EditedListing {
  readonly id: ObjectId
  readonly size: number
  /** Empty where the listing is one object. */
  readonly segments: readonly Segment[]
}

/** Entries by name; undefined: there is to be none of that name. */
export type Edits = ReadonlyMap<string, TreeEntry | undefined>

/**
 * Makes the listing of the directory `id` (undefined: of an empty one) with other entries for some names: the same that
 * `TreeBuilder` makes of all. Of a long directory few segments besides those that change are read and made.
 * @param emit gets the tree objects that were made, which may be old ones  @throws as `listTree`
 */
export async function editListing(
  read: TreeReader,
  id: ObjectId | undefined,
  edits: Edits,
  emit: (tree: BuiltTree) => void,
): Promise<EditedListing> {
  const builder = new TreeBuilder(emit)
  const sorted = [...edits].sort(([a], [b]) => compareNames(a, b))
  const segments = id === undefined ? undefined : (await read(id)).segments
  const bySegment = segments && (await allot(read, segments, sorted))
  if (segments === undefined || bySegment === undefined || !(await staysLong(read, segments, bySegment))) {
    const entries: TreeEntry[] = []
    if (id !== undefined) for await (const entry of listTree(read, id)) entries.push(entry)
    for (const entry of merge(entries, sorted)) builder.add(entry)
    return { ...builder.finish(), segments: builder.segments }
  }
  let isAtStart = true
  for (const [k, segment] of segments.entries()) {
    const own = bySegment.get(k)
    if (isAtStart && own === undefined) {
      builder.addSegment(segment)
      continue
    }
    for (const entry of merge(segmentEntries(await read(segment.id)), own ?? [])) builder.add(entry)
    isAtStart = builder.cut()
  }
  return { ...builder.finish(), segments: builder.segments }
}

type SortedEdits = readonly (readonly [name: string, entry: TreeEntry | undefined])[]

/** The edits by the index of the segment that they are in. */
async function allot(
  read: TreeReader,
  segments: readonly Segment[],
  sorted: SortedEdits,
): Promise<ReadonlyMap<number, SortedEdits>> {
  const bySegment = new Map<number, SortedEdits[number][]>()
  let segment = 0
  for (const edit of sorted) {
    segment = await segmentFor(read, segments, edit[0], segment)
    const own = bySegment.get(segment) ?? []
    bySegment.set(segment, own)
    own.push(edit)
  }
  return bySegment
}

/** Whether segments that stay as they are hold enough for a listing of segments: two or three of them do. */
async function staysLong(
  read: TreeReader,
  segments: readonly Segment[],
  bySegment: ReadonlyMap<number, SortedEdits>,
): Promise<boolean> {
  let entries = 0
  for (const [k, { id }] of segments.entries()) {
    if (!bySegment.has(k)) entries += segmentEntries(await read(id)).length
    if (entries > wholeUpTo) return true
  }
  return false
}

/** Entries with the edits, both in the order of names. Pure. */
function* merge(entries: readonly TreeEntry[], edits: SortedEdits): Generator<TreeEntry> {
  let at = 0
  for (const [name, edited] of edits) {
    for (let entry = entries[at]; entry && compareNames(entry.name, name) < 0; entry = entries[at]) {
      yield entry
      at += 1
    }
    if (entries[at]?.name === name) at += 1
    if (edited) yield edited
  }
  for (; at < entries.length; at += 1) {
    const entry = entries[at]
    if (entry) yield entry
  }
}
