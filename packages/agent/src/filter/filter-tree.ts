import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type BuiltTree,
  compareNames,
  joinPath,
  listTree,
  type ObjectId,
  TreeBuilder,
  type TreeEntry,
  type TreeReader,
} from '@repocast/objects'
import type { LeftOutReason } from '@repocast/repositories'
import type { FileCount } from './left-out-file.ts'

export interface FilterTreeOptions {
  readonly read: TreeReader
  readonly whyLeftOut: (path: string) => LeftOutReason | undefined
  /** Takes the trees that were made. */
  readonly put: (trees: readonly BuiltTree[]) => Promise<void>
  readonly signal: AbortSignal
}

interface MadeDirectory {
  readonly id: ObjectId
  readonly size: number
}

/** Entries that are looked at before the event loop gets its turn. */
const entriesPerTurn = 500

/**
 * Makes the tree of a directory without what is left out. A directory that loses all that it holds is left out, too; one
 * that loses nothing stays the same object.
 */
export class FilterTree {
  readonly #options: FilterTreeOptions
  readonly #leftOut = new Map<LeftOutReason, { files: number; bytes: number }>()
  readonly #counts = { files: 0, links: 0, directories: 0 }
  readonly #links: string[] = []
  #bytes = 0
  #looked = 0

  constructor(options: FilterTreeOptions) {
    this.#options = options
  }

  /** What is in, as a record counts it. */
  get counts(): { readonly files: number; readonly links: number; readonly directories: number } {
    return this.#counts
  }

  /** Of the files that are in. */
  get bytes(): number {
    return this.#bytes
  }

  get leftOut(): ReadonlyMap<LeftOutReason, FileCount> {
    return this.#leftOut
  }

  /** Paths of the symbolic links that are in. */
  get links(): readonly string[] {
    return this.#links
  }

  /** The entries of the top directory that are in. @throws what `read` and `put` throw; the reason of the signal */
  async entriesOf(root: ObjectId): Promise<TreeEntry[]> {
    return (await this.#filter(root, '')).entries
  }

  async #filter(id: ObjectId, directory: string): Promise<{ entries: TreeEntry[]; isChanged: boolean }> {
    const { read, whyLeftOut, signal } = this.#options
    const entries: TreeEntry[] = []
    let isChanged = false
    for await (const entry of listTree(read, id)) {
      this.#looked += 1
      if (this.#looked % entriesPerTurn === 0) await nextTurn()
      signal.throwIfAborted()
      const path = joinPath(directory, entry.name)
      const reason = entry.type === 'd' ? undefined : whyLeftOut(path)
      if (reason !== undefined) this.#leaveOut(reason, entry)
      const kept = reason !== undefined ? undefined : entry.type === 'd' ? await this.#directory(entry, path) : entry
      isChanged ||= kept !== entry
      if (kept === undefined) continue
      entries.push(kept)
      this.#count(kept, path)
    }
    return { entries, isChanged }
  }

  async #directory(entry: TreeEntry & { readonly type: 'd' }, path: string): Promise<TreeEntry | undefined> {
    const { entries, isChanged } = await this.#filter(entry.id, path)
    if (!isChanged) return entry
    return entries.length === 0 ? undefined : { ...entry, ...(await putTree(entries, this.#options.put)) }
  }

  #count(entry: TreeEntry, path: string): void {
    if (entry.type === 'd') this.#counts.directories += 1
    else if (entry.type === 'l') {
      this.#counts.links += 1
      this.#links.push(path)
    } else {
      this.#counts.files += 1
      this.#bytes += entry.size
    }
  }

  #leaveOut(reason: LeftOutReason, entry: TreeEntry): void {
    const count = this.#leftOut.get(reason) ?? { files: 0, bytes: 0 }
    this.#leftOut.set(reason, count)
    count.files += 1
    if (entry.type === 'f') count.bytes += entry.size
  }
}

/** Makes the tree of these entries, which are in the order of names. @throws what `put` throws */
export async function putTree(entries: readonly TreeEntry[], put: FilterTreeOptions['put']): Promise<MadeDirectory> {
  const trees: BuiltTree[] = []
  const builder = new TreeBuilder(tree => trees.push(tree))
  for (const entry of entries) builder.add(entry)
  const made = builder.finish()
  await put(trees)
  return made
}

/** Entries with one more, or another one of that name. Pure. */
export function withEntry(entries: readonly TreeEntry[], added: TreeEntry): TreeEntry[] {
  const others = entries.filter(({ name }) => name !== added.name)
  return [...others, added].sort((a, b) => compareNames(a.name, b.name))
}
