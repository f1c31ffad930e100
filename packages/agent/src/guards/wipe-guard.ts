import { formatCount } from '@repocast/daemon'
import { RepocastError } from '@repocast/errors'
import { diffTrees, type ObjectId, type SnapshotRecord, type TreeReader } from '@repocast/objects'

/** So many files may always be removed. */
const alwaysAllowed = 20

/** Refuses a snapshot that would remove more files than a share (0 to 1) of those that are served. */
export class WipeGuard {
  readonly #share: number
  readonly #read: TreeReader

  constructor(share: number, read: TreeReader) {
    this.#share = share
    this.#read = read
  }

  /**
   * Costs what the difference of both trees costs, which must be in the store.
   * @throws RepocastError REPOCAST_SNAPSHOT_WIPES
   */
  async assertHarmless(served: SnapshotRecord, next: SnapshotRecord, signal: AbortSignal): Promise<void> {
    const { files } = served.counts
    if (this.#share >= 1 || files <= alwaysAllowed) return
    const removed = await countRemoved(this.#read, served.root.id, next.root.id, signal)
    if (!isWipe(removed, files, this.#share)) return
    throw new RepocastError('REPOCAST_SNAPSHOT_WIPES', {
      message: `${next.repository} ${next.serial} would remove ${formatCount(removed)} of ${formatCount(files)} files that are served`,
      hint: `ask the operator of the origin; if it is right: repocast agent accept ${next.repository} ${next.serial}`,
    })
  }
}

/** Whether so many removed files are more than people expect. Pure. */
export function isWipe(removed: number, files: number, share: number): boolean {
  return removed > alwaysAllowed && removed > files * share
}

async function countRemoved(read: TreeReader, before: ObjectId, after: ObjectId, signal: AbortSignal): Promise<number> {
  let removed = 0
  for await (const { before: old, after: now } of diffTrees(read, before, after)) {
    signal.throwIfAborted()
    if (old?.type === 'f' && now?.type !== 'f') removed += 1
  }
  return removed
}
