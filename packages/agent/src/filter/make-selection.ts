import {
  type BuiltTree,
  emptyBlobId,
  type FileEntry,
  type ObjectId,
  objectIdOf,
  type SnapshotRecord,
} from '@repocast/objects'
import { chooseFiles, type Filter, type LeftOutReason, SnapshotTree, unpacker } from '@repocast/repositories'
import type { Ingest, Selection, SelectionTree, Store } from '@repocast/store'
import { parseFilter, textOf } from './configuration.ts'
import { FilterTree, putTree, withEntry } from './filter-tree.ts'
import { leftOutFile, leftOutFileName, sumOf } from './left-out-file.ts'

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
 * What a filter takes of a snapshot, as a tree of its own in the store: made now, or before.
 * @throws what `fetch` and the store throw; the reason of `signal`
 */
export async function makeSelection({
  store,
  record,
  filter,
  fetch,
  signal,
}: MakeSelectionOptions): Promise<Selection> {
  const { repository, serial } = record
  const text = textOf(filter)
  const known = store.selections.find(repository, serial, text)
  if (known) return known
  const number = store.selections.begin(repository, serial, text)
  const tree = await new SelectionMaker(store, record, number, text).make(fetch, signal)
  store.selections.finish(number, tree)
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
  await new SelectionMaker(store, record, number, filter).make(async () => {}, signal)
  return true
}

interface BuiltSelection {
  readonly tree: SelectionTree
  /** Paths of its symbolic links. */
  readonly links: readonly string[]
}

class SelectionMaker {
  readonly #store: Store
  readonly #record: SnapshotRecord
  readonly #number: number
  readonly #text: string
  readonly #ingest: Ingest

  /** `text` is that of the filter. */
  constructor(store: Store, record: SnapshotRecord, number: number, text: string) {
    this.#store = store
    this.#record = record
    this.#number = number
    this.#text = text
    this.#ingest = store.ingest()
  }

  async make(fetch: MakeSelectionOptions['fetch'], signal: AbortSignal): Promise<SelectionTree> {
    const { objects, selections } = this.#store
    const tree = new SnapshotTree(objects, this.#record.root.id)
    const { whyLeftOut } = await chooseFiles({
      tree,
      unpacker,
      signal,
      kind: this.#record.kind,
      filter: parseFilter(this.#text),
      willRead: async paths => {
        const ids = paths.flatMap(path => tree.file(path)?.id ?? [])
        selections.hold(this.#number, ids)
        await fetch(ids)
      },
    })
    const whole = await this.#build(whyLeftOut, signal)
    const stray = this.#strayLinks(tree, whole)
    const made =
      stray.size === 0 ? whole : await this.#build(path => (stray.has(path) ? 'link' : whyLeftOut(path)), signal)
    return made.tree
  }

  async #build(whyLeftOut: (path: string) => LeftOutReason | undefined, signal: AbortSignal): Promise<BuiltSelection> {
    const put = async (trees: readonly BuiltTree[]): Promise<void> => await this.#put(trees)
    const filtered = new FilterTree({ read: this.#store.objects.readTree, whyLeftOut, put, signal })
    const entries = await filtered.entriesOf(this.#record.root.id)
    const { counts, bytes } = filtered
    const kept = { files: counts.files, bytes }
    const note = leftOutFile(this.#record, { filter: this.#text, kept, leftOut: filtered.leftOut })
    const entry = this.#entryOf(note)
    await this.#put([{ id: entry.id, bytes: note }])
    const root = await putTree(withEntry(entries, entry), put)
    await this.#ingest.commit()
    const leftOut = sumOf(filtered.leftOut.values())
    const tree = { root, counts: { ...counts, files: counts.files + 1 }, bytes: bytes + note.length, leftOut }
    return { tree, links: filtered.links }
  }

  #entryOf(note: Buffer): FileEntry {
    const mtime = Math.floor(Date.parse(this.#record.created) / 1000)
    return { type: 'f', name: leftOutFileName, mode: 0o644, mtime, size: note.length, id: objectIdOf(note) }
  }

  /** Links that led somewhere in the whole snapshot, and lead nowhere in what is left. */
  #strayLinks(whole: SnapshotTree, { tree, links }: BuiltSelection): ReadonlySet<string> {
    const left = new SnapshotTree(this.#store.objects, tree.root.id)
    return new Set(links.filter(path => left.find(path) === undefined && whole.find(path) !== undefined))
  }

  /** Rows come before files, so that nothing is collected in between. */
  async #put(made: readonly BuiltTree[]): Promise<void> {
    this.#store.selections.hold(
      this.#number,
      made.map(({ id }) => id),
    )
    for (const { id, bytes } of made) {
      if (id === emptyBlobId || this.#ingest.has(id)) continue
      await this.#ingest.addBytes(id, bytes)
      if (this.#ingest.isFull) await this.#ingest.commit()
    }
  }
}
