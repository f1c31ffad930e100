import type { ObjectId } from './id.ts'
import { compareNames, joinPath } from './name.ts'
import type { DirectoryEntry, Tree, TreeEntry, TreeReader } from './tree.ts'
import { assertSafeLink, listRuns, segmentEntries } from './tree-walk.ts'

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
): AsyncGenerator<Change> {
  // Not by generators in generators: each value would wait once for each level.
  const open: OpenDirectory[] = before === after ? [] : [openDirectory(read, before, after, '')]
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const pair = top.pairs.pop()
    if (pair === undefined) {
      const run = await top.runs.next()
      if (!run.done) top.pairs = run.value.reverse()
      else {
        open.pop()
        if (top.own) yield top.own
      }
      continue
    }
    const [from, to] = pair
    if (from && to && from.type !== to.type) {
      top.pairs.push([undefined, to], [from, undefined])
      continue
    }
    if (from && to && sameEntry(from, to)) continue
    const path = joinPath(top.path, (from ?? to)?.name ?? '')
    if (to?.type === 'l') assertSafeLink(top.path, path, to.target)
    const change = { path, ...(from && { before: from }), ...(to && { after: to }) }
    const [idBefore, idAfter] = [directoryId(from), directoryId(to)]
    if (idBefore === idAfter) yield change
    else open.push({ ...openDirectory(read, idBefore, idAfter, path), own: change })
  }
}

/** A directory amid its comparison. */
interface OpenDirectory {
  readonly path: string
  readonly runs: AsyncIterator<Pair[]>
  /** What is left of a run, the next one last. */
  pairs: Pair[]
  /** What happened to it, for when all below it was told. */
  readonly own?: Change
}

function openDirectory(
  read: TreeReader,
  before: ObjectId | undefined,
  after: ObjectId | undefined,
  path: string,
): OpenDirectory {
  return { path, runs: diffRuns(read, before, after), pairs: [] }
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

/** The entries of one name in two directories. */
type Pair = [before: TreeEntry | undefined, after: TreeEntry | undefined]

type Runs = AsyncIterable<readonly TreeEntry[]>

/**
 * The entries of two directories (undefined: of none) by name, less those in segments that both share: of each name that
 * of `before` and that of `after`, which may be alike. Reads these directories only.
 * @throws RepocastError REPOCAST_TREE_MALFORMED, and what `read` throws
 */
export async function* diffListings(
  read: TreeReader,
  before: ObjectId | undefined,
  after: ObjectId | undefined,
): AsyncGenerator<Pair> {
  for await (const pairs of diffRuns(read, before, after)) yield* pairs
}

/** As `diffListings`, in runs. */
async function* diffRuns(
  read: TreeReader,
  before: ObjectId | undefined,
  after: ObjectId | undefined,
): AsyncGenerator<Pair[]> {
  yield* pairRuns(...(await differingRuns(read, before, after)))
}

/** The entries of both directories, less those in segments that both share. */
async function differingRuns(
  read: TreeReader,
  before: ObjectId | undefined,
  after: ObjectId | undefined,
): Promise<[Runs, Runs]> {
  if (before === undefined || after === undefined) {
    return [before ? listRuns(read, before) : none(), after ? listRuns(read, after) : none()]
  }
  const [from, to] = [await read(before), await read(after)]
  // A segment that both sides name holds the same entries on both, so it cannot differ.
  return [runsBut(read, from, segmentIds(to)), runsBut(read, to, segmentIds(from))]
}

function segmentIds(tree: Tree): ReadonlySet<ObjectId> {
  return new Set(tree.segments?.map(segment => segment.id))
}

async function* runsBut(read: TreeReader, tree: Tree, skipped: ReadonlySet<ObjectId>): Runs {
  if (tree.entries) {
    yield tree.entries
    return
  }
  for (const { id } of tree.segments) if (!skipped.has(id)) yield segmentEntries(await read(id))
}

async function* none(): Runs {}

/** Joins two sequences of entries, both in byte order, by name; hands on what is known when a run of one ends. */
async function* pairRuns(left: Runs, right: Runs): AsyncGenerator<Pair[]> {
  const [as, bs] = [new Reading(left), new Reading(right)]
  let pairs: Pair[] = []
  while (true) {
    if (as.isAtEnd || bs.isAtEnd) {
      if (pairs.length > 0) yield pairs
      pairs = []
      await as.fill()
      await bs.fill()
    }
    const [a, b] = [as.next, bs.next]
    if (a === undefined && b === undefined) return
    const order = a === undefined ? 1 : b === undefined ? -1 : compareNames(a.name, b.name)
    pairs.push([order <= 0 ? as.take() : undefined, order >= 0 ? bs.take() : undefined])
  }
}

/** Where in a sequence of runs one is. */
class Reading {
  readonly #runs: AsyncIterator<readonly TreeEntry[]>
  #run: readonly TreeEntry[] = []
  #at = 0
  #isDone = false

  constructor(runs: Runs) {
    this.#runs = runs[Symbol.asyncIterator]()
  }

  /** Whether `fill` would bring more. */
  get isAtEnd(): boolean {
    return !this.#isDone && this.#at >= this.#run.length
  }

  get next(): TreeEntry | undefined {
    return this.#run[this.#at]
  }

  take(): TreeEntry | undefined {
    const entry = this.next
    this.#at += 1
    return entry
  }

  /** Gets the next run that holds something when the one before has been read. */
  async fill(): Promise<void> {
    while (this.isAtEnd) {
      const { done = false, value = [] } = await this.#runs.next()
      this.#isDone = done
      this.#run = value
      this.#at = 0
    }
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
