import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type BuiltTree,
  type DirectoryEntry,
  diffListings,
  type EditedListing,
  editListing,
  emptyTreeId,
  findEntry,
  isDirectory,
  joinPath,
  type ObjectId,
  sameEntry,
  type TreeEntry,
  type TreeReader,
} from '@repocast/objects'
import type { LeftOutReason } from '@repocast/repositories'
import type { FilteredTally } from './filtered-tally.ts'

/** The tree object of a directory; `size` in bytes. */
export interface DirectoryTree {
  readonly id: ObjectId
  readonly size: number
}

export interface FilterTreeOptions {
  readonly read: TreeReader
  readonly whyLeftOut: (path: string) => LeftOutReason | undefined
  /** Takes the trees that a directory gains: those that were made, and the ids of all; and the ids of those it loses. */
  readonly put: (made: readonly BuiltTree[], gained: readonly ObjectId[], lost: readonly ObjectId[]) => Promise<void>
  readonly signal: AbortSignal
}

/** A tree, and what is left of it; undefined: nothing. */
export interface FilteredBefore {
  readonly whole: ObjectId
  readonly filtered: DirectoryTree | undefined
}

/** Entries that are looked at before the event loop gets its turn. */
const entriesPerTurn = 500

/**
 * Makes the tree of a directory without what is left out, from what was made of an earlier one by the same filter: looks
 * only at what differs. A directory that loses all that it holds is left out, too; one that loses nothing stays the same
 * object.
 */
export class FilterTree {
  readonly #options: FilterTreeOptions
  readonly #tally: FilteredTally
  #looked = 0

  /** `tally` is that of the earlier one, and becomes that of the new one. */
  constructor(options: FilterTreeOptions, tally: FilteredTally) {
    this.#options = options
    this.#tally = tally
  }

  /** @returns undefined: nothing is left  @throws what `read` and `put` throw; the reason of the signal */
  async update(before: FilteredBefore | undefined, after: DirectoryTree): Promise<DirectoryTree | undefined> {
    return await this.#directory('', before?.whole, after, before?.filtered)
  }

  async #directory(
    path: string,
    before: ObjectId | undefined,
    after: DirectoryTree | undefined,
    filtered: DirectoryTree | undefined,
  ): Promise<DirectoryTree | undefined> {
    if (before === after?.id) return filtered
    const edits = new Map<string, TreeEntry | undefined>()
    let losesNothing = true
    for await (const [from, to] of diffListings(this.#options.read, before, after?.id)) {
      await this.#look()
      if (from && to && sameEntry(from, to)) continue
      const name = (from ?? to)?.name ?? ''
      const kept = await this.#entry(joinPath(path, name), name, from, to, filtered)
      losesNothing &&= kept === to
      edits.set(name, kept)
    }
    const had = filtered && filtered.id !== before ? await this.#objectsOf(filtered.id) : []
    const lostNothing = before === undefined || filtered?.id === before
    if (after === undefined || (lostNothing && losesNothing)) {
      await this.#put([], [], had)
      return after
    }
    const made: BuiltTree[] = []
    const listing = await editListing(this.#options.read, filtered?.id, edits, tree => made.push(tree))
    const isOwn = listing.id !== after.id && listing.id !== emptyTreeId
    await this.#put(made, isOwn ? objectsOf(listing) : [], had)
    if (isOwn) return { id: listing.id, size: listing.size }
    return listing.id === after.id ? after : undefined
  }

  /** What of an entry is in; the same object where nothing of it is left out. */
  async #entry(
    path: string,
    name: string,
    from: TreeEntry | undefined,
    to: TreeEntry | undefined,
    filtered: DirectoryTree | undefined,
  ): Promise<TreeEntry | undefined> {
    const [fromDirectory, toDirectory] = [directoryIn(from), directoryIn(to)]
    const directory =
      fromDirectory || toDirectory
        ? await this.#directoryEntry(path, name, fromDirectory, toDirectory, filtered)
        : undefined
    const [fromLeaf, toLeaf] = [fromDirectory ? undefined : from, toDirectory ? undefined : to]
    if (fromLeaf === undefined && toLeaf === undefined) return directory
    const reason = this.#options.whyLeftOut(path)
    if (fromLeaf) this.#tally.remove(path, fromLeaf, reason)
    if (toLeaf) this.#tally.add(path, toLeaf, reason)
    return reason === undefined && toLeaf ? toLeaf : directory
  }

  async #directoryEntry(
    path: string,
    name: string,
    from: DirectoryEntry | undefined,
    to: DirectoryEntry | undefined,
    filtered: DirectoryTree | undefined,
  ): Promise<DirectoryEntry | undefined> {
    const was = filtered && from && directoryIn(await findEntry(this.#options.read, filtered.id, [name]))
    const made = await this.#directory(path, from?.id, to, was)
    if (was) this.#tally.remove(path, was, undefined)
    if (made === undefined || to === undefined) return undefined
    this.#tally.add(path, to, undefined)
    return made.id === to.id ? to : { ...to, id: made.id, size: made.size }
  }

  async #objectsOf(id: ObjectId): Promise<ObjectId[]> {
    const { segments = [] } = await this.#options.read(id)
    return [id, ...segments.map(segment => segment.id)]
  }

  async #put(made: readonly BuiltTree[], have: readonly ObjectId[], had: readonly ObjectId[]): Promise<void> {
    const [now, before] = [new Set(have), new Set(had)]
    const gained = have.filter(id => !before.has(id))
    const lost = had.filter(id => !now.has(id))
    if (gained.length === 0 && lost.length === 0) return
    await this.#options.put(
      made.filter(({ id }) => now.has(id)),
      gained,
      lost,
    )
  }

  async #look(): Promise<void> {
    this.#looked += 1
    if (this.#looked % entriesPerTurn === 0) await nextTurn()
    this.#options.signal.throwIfAborted()
  }
}

function objectsOf({ id, segments }: EditedListing): ObjectId[] {
  return [id, ...segments.map(segment => segment.id)]
}

function directoryIn(entry: TreeEntry | undefined): DirectoryEntry | undefined {
  return isDirectory(entry) ? entry : undefined
}
