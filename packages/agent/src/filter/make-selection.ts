import { isRepocastError } from '@repocast/errors'
import {
  type BuiltTree,
  editListing,
  emptyBlobId,
  emptyTreeId,
  type FileEntry,
  type ObjectId,
  objectIdOf,
  type SnapshotRecord,
} from '@repocast/objects'
import { chooseFiles, type Filter, SnapshotTree, unpacker } from '@repocast/repositories'
import type { Ingest, Selection, SelectionBase, SelectionTree, Store } from '@repocast/store'
import { parseFilter, textOf } from './configuration.ts'
import { type DirectoryTree, type FilteredBefore, FilterTree, type FilterTreeOptions } from './filter-tree.ts'
import { FilteredTally, type TallyState } from './filtered-tally.ts'
import { leftOutFile, leftOutFileName, sumOf } from './left-out-file.ts'
import { withoutPaths } from './without-paths.ts'

export interface MakeSelectionOptions {
  readonly store: Store
  /** All its trees are in the store. */
  readonly record: SnapshotRecord
  readonly filter: Filter
  /** Brings blobs into the store. */
  readonly fetch: (ids: readonly ObjectId[]) => Promise<void>
  readonly signal: AbortSignal
}

/**
 * What a filter takes of a snapshot, as a tree of its own in the store: made now, or before. Where paths alone decide, it
 * is made from what the filter took of an earlier snapshot, and costs what changed.
 * @throws what `fetch` and the store throw; the reason of `signal`
 */
export async function makeSelection(options: MakeSelectionOptions): Promise<Selection> {
  const { store, record, filter } = options
  const { repository, serial } = record
  const text = textOf(filter)
  const known = store.selections.find(repository, serial, text)
  if (known) return known
  const base = store.selections.base(repository, text)
  try {
    return await make(options, text, base)
  } catch (error) {
    if (!base || !isRepocastError(error, 'REPOCAST_OBJECT_MISSING', 'REPOCAST_OBJECT_ROTTEN')) throw error
    // what it was to be made from is damaged
    return await make(options, text, undefined)
  }
}

async function make(
  { store, record, fetch, signal }: MakeSelectionOptions,
  text: string,
  base: SelectionBase | undefined,
): Promise<Selection> {
  const { repository, serial } = record
  const number = store.selections.begin(repository, serial, text)
  const { tree, state } = await new SelectionMaker({ store, record, number, text }).make(fetch, signal, base)
  store.selections.finish(number, tree, state)
  return { ...tree, number, repository, serial, filter: text }
}

/**
 * Puts the trees of a selection down again, as far as they are gone.
 * @returns false when its snapshot is not kept any more  @throws as `makeSelection`; REPOCAST_OBJECT_MISSING
 */
export async function remakeSelection(store: Store, selection: Selection, signal: AbortSignal): Promise<boolean> {
  const { repository, serial, number, filter } = selection
  const record = store.snapshots.get(repository, serial)
  if (record === undefined) return false
  await new SelectionMaker({ store, record, number, text: filter, isThere: true }).make(async () => {}, signal)
  return true
}

interface MakerOptions {
  readonly store: Store
  readonly record: SnapshotRecord
  /** Of the selection. */
  readonly number: number
  /** Of the filter. */
  readonly text: string
  /** Whether all is held that it needs. */
  readonly isThere?: boolean
}

/** From what the next selection is made. */
interface SelectionState {
  /** Of `chooseFiles`. */
  readonly basis: string
  /** What paths take of the snapshot; null: nothing. */
  readonly filtered: DirectoryTree | null
  readonly tally: TallyState
}

class SelectionMaker {
  readonly #with: MakerOptions
  readonly #ingest: Ingest

  constructor(options: MakerOptions) {
    this.#with = options
    this.#ingest = options.store.ingest()
  }

  /** Made from `base` if the same paths are left out now. */
  async make(
    fetch: MakeSelectionOptions['fetch'],
    signal: AbortSignal,
    base?: SelectionBase,
  ): Promise<{ readonly tree: SelectionTree; readonly state: string | undefined }> {
    const { store, record, number, text } = this.#with
    const whole = new SnapshotTree(store.objects, record.root.id)
    const { whyLeftOut, basis } = await chooseFiles({
      tree: whole,
      unpacker,
      signal,
      kind: record.kind,
      filter: parseFilter(text),
      willRead: async paths => {
        const ids = paths.flatMap(path => whole.file(path)?.id ?? [])
        store.selections.hold(number, ids)
        await fetch(ids)
      },
    })
    const before = base && basis !== undefined ? this.#before(base, basis) : undefined
    const tally = new FilteredTally(before?.tally)
    const put: FilterTreeOptions['put'] = async (made, gained, lost) => await this.#putFiltered(made, gained, lost)
    const filter = new FilterTree({ read: store.objects.readTree, whyLeftOut, put, signal }, tally)
    const filtered = await filter.update(before, record.root)
    await this.#ingest.commit()
    // of the root of a record only what makes it a directory's tree
    const kept = filtered ? { id: filtered.id, size: filtered.size } : null
    const state: SelectionState | undefined =
      basis === undefined ? undefined : { basis, filtered: kept, tally: tally.state }
    return { state: state && JSON.stringify(state), tree: await this.#finish(whole, filtered, tally) }
  }

  /** What the filter took of an earlier snapshot; undefined when it decides otherwise now. */
  #before(base: SelectionBase, basis: string): (FilteredBefore & Pick<SelectionState, 'tally'>) | undefined {
    const { store, record, number } = this.#with
    const state = JSON.parse(base.state) as SelectionState // we wrote it
    const snapshot = store.snapshots.get(record.repository, base.serial)
    if (state.basis !== basis || snapshot === undefined) return undefined
    store.selections.continueFrom(base, number)
    return { whole: snapshot.root.id, filtered: state.filtered ?? undefined, tally: state.tally }
  }

  /** Leaves out links that led somewhere in the whole snapshot, and lead nowhere in what is left, and says what is left out. */
  async #finish(
    whole: SnapshotTree,
    filtered: DirectoryTree | undefined,
    filteredTally: FilteredTally,
  ): Promise<SelectionTree> {
    const { store, record, text } = this.#with
    const left = new SnapshotTree(store.objects, filtered?.id ?? emptyTreeId)
    const isStray = (path: string): boolean => left.find(path) === undefined && whole.find(path) !== undefined
    const stray = [...filteredTally.links].filter(isStray)
    const tally = new FilteredTally(filteredTally.state)
    const linked = filtered && stray.length > 0 ? await this.#removeLinks(filtered, stray, tally) : filtered
    const { counts, bytes } = tally
    const note = leftOutFile(record, { filter: text, kept: { files: counts.files, bytes }, leftOut: tally.leftOut })
    const entry = this.#entryOf(note)
    const made = [{ id: entry.id, bytes: note }]
    const edits = new Map([[entry.name, entry]])
    const { id, size } = await editListing(store.objects.readTree, linked?.id, edits, tree => made.push(tree))
    await this.#putBesides(made)
    await this.#ingest.commit()
    tally.add(entry.name, entry, undefined)
    return { root: { id, size }, counts: tally.counts, bytes: tally.bytes, leftOut: sumOf(tally.leftOut.values()) }
  }

  async #removeLinks(tree: DirectoryTree, paths: readonly string[], tally: FilteredTally): Promise<DirectoryTree> {
    const made = await withoutPaths(tree, paths, {
      read: this.#with.store.objects.readTree,
      put: async trees => await this.#putBesides(trees),
      onRemove: (path, entry) => {
        tally.remove(path, entry, undefined)
        if (entry.type !== 'd') tally.add(path, entry, 'link')
      },
    })
    await this.#ingest.commit()
    return made
  }

  #entryOf(note: Buffer): FileEntry {
    const mtime = Math.floor(Date.parse(this.#with.record.created) / 1000)
    return { type: 'f', name: leftOutFileName, mode: 0o644, mtime, size: note.length, id: objectIdOf(note) }
  }

  /** Of the tree that the next selection is made from. */
  async #putFiltered(
    made: readonly BuiltTree[],
    gained: readonly ObjectId[],
    lost: readonly ObjectId[],
  ): Promise<void> {
    const { store, number, isThere = false } = this.#with
    if (!isThere) store.selections.count(number, gained, lost)
    await this.#put(made)
  }

  async #putBesides(made: readonly BuiltTree[]): Promise<void> {
    const { store, number } = this.#with
    store.selections.hold(
      number,
      made.map(({ id }) => id),
    )
    await this.#put(made)
  }

  /** Rows come before files, so that nothing is collected in between. */
  async #put(made: readonly BuiltTree[]): Promise<void> {
    for (const { id, bytes } of made) {
      if (id === emptyBlobId || this.#ingest.has(id)) continue
      await this.#ingest.addBytes(id, bytes)
      if (this.#ingest.isFull) await this.#ingest.commit()
    }
  }
}
