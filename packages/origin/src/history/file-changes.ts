import { diffTrees, type ObjectId, type TreeEntry, type TreeReader } from '@repocast/objects'

/** What became of a file or a link; directories are not told. */
export interface FileChange {
  readonly path: string
  readonly type: 'file' | 'link'
  /** `touched`: the content is the same, the mode or the time is not. */
  readonly change: 'added' | 'removed' | 'changed' | 'touched'
  /** Of the content before; undefined when it was added. */
  readonly bytesBefore?: number
  /** Of the content after; undefined when it was removed. */
  readonly bytesAfter?: number
}

/** Files and links of each kind of change, and their bytes: after the change, of what was removed before it. */
export interface ChangeCounts {
  readonly added: { readonly files: number; readonly bytes: number }
  readonly removed: { readonly files: number; readonly bytes: number }
  readonly changed: { readonly files: number; readonly bytes: number }
  readonly touched: { readonly files: number; readonly bytes: number }
}

/**
 * How the files of two root trees differ, in the order of their paths. Reads only directories that differ.
 * @throws what `diffTrees` throws; the reason of the signal
 */
export async function* fileChanges(
  read: TreeReader,
  before: ObjectId,
  after: ObjectId,
  signal?: AbortSignal,
): AsyncGenerator<FileChange> {
  for await (const { path, before: from, after: to } of diffTrees(read, before, after)) {
    signal?.throwIfAborted()
    const entry = to ?? from
    if (entry === undefined || entry.type === 'd') continue
    yield {
      path,
      type: entry.type === 'f' ? 'file' : 'link',
      change: kindOf(from, to),
      ...(from && { bytesBefore: bytesOf(from) }),
      ...(to && { bytesAfter: bytesOf(to) }),
    }
  }
}

function kindOf(from: TreeEntry | undefined, to: TreeEntry | undefined): FileChange['change'] {
  if (from === undefined) return 'added'
  if (to === undefined) return 'removed'
  const isSame =
    from.type === 'l' ? to.type === 'l' && from.target === to.target : to.type === from.type && from.id === to.id
  return isSame ? 'touched' : 'changed'
}

function bytesOf(entry: TreeEntry): number {
  return entry.type === 'f' ? entry.size : 0
}

/** Counts changes. */
export class ChangeCounter {
  readonly #counts = {
    added: { files: 0, bytes: 0 },
    removed: { files: 0, bytes: 0 },
    changed: { files: 0, bytes: 0 },
    touched: { files: 0, bytes: 0 },
  }

  add({ change, bytesBefore = 0, bytesAfter = bytesBefore }: FileChange): void {
    const count = this.#counts[change]
    count.files += 1
    count.bytes += bytesAfter
  }

  get counts(): ChangeCounts {
    return this.#counts
  }
}
