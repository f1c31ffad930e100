import { isRepocastError } from '@repocast/errors'
import { diffTrees, type ObjectId, type SnapshotRecord, type Tree } from '@repocast/objects'
import type { Filter } from '@repocast/repositories'
import type { Selection, Store } from '@repocast/store'
import type { Swarm } from '@repocast/swarm'
import { makeSelection } from '../filter/make-selection.ts'
import type { FreeSpaceGuard } from '../guards/free-space.ts'
import { type FetchProgress, ObjectFetch } from './fetch-objects.ts'
import type { SharedPacks } from './shared-packs.ts'

/** A snapshot that is complete in the store. */
export interface FetchBase {
  /** A root tree of which all trees are in the store. */
  readonly trees: ObjectId
  /** A root tree of which all blobs are, too. */
  readonly blobs: ObjectId
}

export interface FetchSnapshotOptions {
  readonly record: SnapshotRecord
  /** What is mirrored of it; undefined: all. */
  readonly filter: Filter | undefined
  /** What is served: what it shares with the new snapshot is not looked at. */
  readonly base: FetchBase | undefined
  /** Whether `base` is of the snapshot just before: then packs that are new to us hold nothing that is not needed. */
  readonly isNext: boolean
  readonly signal: AbortSignal
  /** Gives a way to ask for the progress. */
  readonly onFetch: (progress: () => FetchProgress) => void
  /** Called with the bytes of a transfer before it begins. */
  readonly onTransfer: (bytes: number) => Promise<void>
}

/** Objects that are asked of the catalog by one transaction: a few milliseconds. */
const wantedAtOnce = 1000

/** A tree that is wanted, and the one that stood at its place before. */
interface TreePair {
  readonly before: ObjectId | undefined
  readonly after: ObjectId
}

/**
 * Fetches all objects of a snapshot that the store does not have: first its trees, level by level, then its blobs. With a
 * filter the trees are fetched all the same, then the metadata that tells what is in, then the blobs that are.
 */
export class SnapshotFetch {
  readonly #store: Store
  readonly #swarm: Swarm
  readonly #sharedPacks: SharedPacks
  readonly #freeSpace: FreeSpaceGuard

  constructor(store: Store, swarm: Swarm, sharedPacks: SharedPacks, freeSpace: FreeSpaceGuard) {
    this.#freeSpace = freeSpace
    this.#store = store
    this.#swarm = swarm
    this.#sharedPacks = sharedPacks
  }

  /**
   * @returns what the filter takes of the snapshot, if there is one
   * @throws RepocastError REPOCAST_DISK_NO_ROOM; what `onTransfer`, `SharedPacks.open`, `ObjectFetch` and `makeSelection` throw
   */
  async run(options: FetchSnapshotOptions): Promise<Selection | undefined> {
    const { record, filter, base, isNext, signal, onFetch, onTransfer } = options
    if (filter) await this.#sharedPacks.forgetUnfinished(record.repository)
    const known = new Set(record.packs.filter(({ infoHash }) => this.#swarm.pack(infoHash)).map(pack => pack.infoHash))
    // Before packs are opened: they belong to a snapshot that is kept, so that no other mirror's tidying removes them.
    this.#store.snapshots.add(record)
    const packs = await this.#sharedPacks.open(record, signal)
    const newFetch = () => new ObjectFetch(this.#store, this.#swarm, this.#sharedPacks, packs)
    const ahead = newFetch()
    // all at once, not tree by tree: every level of trees would cost some round trips
    if (isNext && !filter) {
      for (const [infoHash, open] of packs) if (!known.has(infoHash)) ahead.wantWhole(open)
      this.#freeSpace.assertRoom(ahead.progress().bytesWanted)
      await onTransfer(ahead.progress().bytesWanted)
      ahead.begin()
    }
    const tell = (fetch: ObjectFetch) => onFetch(() => larger(ahead.progress(), fetch.progress()))
    for (let level: TreePair[] = [{ before: base?.trees, after: record.root.id }]; level.length > 0; ) {
      const trees = newFetch()
      trees.want(level.map(({ after }) => after))
      tell(trees)
      await trees.run(signal)
      level = await this.#nextLevel(level, signal)
    }
    const fetchNow = async (wanted: Iterable<ObjectId>): Promise<void> => {
      const metadata = newFetch()
      metadata.want(wanted)
      tell(metadata)
      await metadata.run(signal)
    }
    const selection = filter && (await makeSelection({ store: this.#store, record, filter, fetch: fetchNow, signal }))
    const blobs = newFetch()
    let ids: ObjectId[] = []
    for await (const { after } of diffTrees(this.#store.objects.readTree, base?.blobs, (selection ?? record).root.id)) {
      if (after?.type === 'f') ids.push(after.id)
      if (ids.length < wantedAtOnce) continue
      signal.throwIfAborted()
      blobs.want(ids)
      ids = []
    }
    blobs.want(ids)
    tell(blobs)
    const { bytesWanted, bytesDone } = blobs.progress()
    this.#freeSpace.assertRoom(bytesWanted - bytesDone)
    await onTransfer(bytesWanted - bytesDone)
    await blobs.run(signal)
    return selection
  }

  async #nextLevel(level: readonly TreePair[], signal: AbortSignal): Promise<TreePair[]> {
    const next: TreePair[] = []
    for (const { before, after } of level) {
      signal.throwIfAborted()
      const tree = await this.#store.objects.readTree(after)
      const old = before === undefined ? undefined : await this.#readIfThere(before)
      next.push(...childrenThatDiffer(old, tree))
    }
    return next
  }

  async #readIfThere(id: ObjectId): Promise<Tree | undefined> {
    try {
      return await this.#store.objects.readTree(id)
    } catch (error) {
      if (isRepocastError(error, 'REPOCAST_OBJECT_MISSING', 'REPOCAST_OBJECT_ROTTEN')) return undefined
      throw error
    }
  }
}

function larger(a: FetchProgress, b: FetchProgress): FetchProgress {
  return a.bytesWanted > b.bytesWanted ? a : b
}

/** The trees below `after` that are not below `before` at the same place. Pure. */
export function childrenThatDiffer(before: Tree | undefined, after: Tree): TreePair[] {
  if (after.segments) {
    const known = new Set(before?.segments?.map(({ id }) => id))
    return after.segments.filter(({ id }) => !known.has(id)).map(({ id }) => ({ before: undefined, after: id }))
  }
  const known = new Map<string, ObjectId>()
  for (const entry of before?.entries ?? []) if (entry.type === 'd') known.set(entry.name, entry.id)
  return after.entries.flatMap(entry => {
    if (entry.type !== 'd' || known.get(entry.name) === entry.id) return []
    return [{ before: known.get(entry.name), after: entry.id }]
  })
}
