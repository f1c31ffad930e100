import type { PathChange, SnapshotChanges } from '@repocast/api'
import { isRepocastError } from '@repocast/errors'
import type { ObjectId, TreeReader } from '@repocast/objects'
import { type FileChange, fileChanges } from '../history/file-changes.ts'

/** Paths that are named; all are counted. */
const maxPaths = 200
/** Differences that are remembered. */
const maxRemembered = 200

/** What snapshots changed, computed when it is asked for the first time. */
export class SnapshotDifferences {
  readonly #read: TreeReader
  readonly #asked = new Map<string, Promise<SnapshotChanges | null>>()
  readonly #known = new Map<string, SnapshotChanges | null>()

  constructor(read: TreeReader) {
    this.#read = read
  }

  /** What `between` has found already; undefined when it has not. */
  known(before: ObjectId, after: ObjectId): SnapshotChanges | null | undefined {
    return this.#known.get(`${before} ${after}`)
  }

  /** What was done to the root tree `before`; null when its objects are not kept any more. */
  async between(before: ObjectId, after: ObjectId): Promise<SnapshotChanges | null> {
    const key = `${before} ${after}`
    const asked = this.#asked.get(key) ?? this.#compute(before, after)
    this.#asked.set(key, asked)
    try {
      const changes = await asked
      this.#known.set(key, changes)
      const [oldest] = this.#known.keys()
      if (this.#known.size > maxRemembered && oldest !== undefined) this.#forget(oldest)
      return changes
    } catch (error) {
      this.#forget(key)
      throw error
    }
  }

  #forget(key: string): void {
    this.#known.delete(key)
    this.#asked.delete(key)
  }

  async #compute(before: ObjectId, after: ObjectId): Promise<SnapshotChanges | null> {
    try {
      return await summarize(fileChanges(this.#read, before, after))
    } catch (error) {
      if (isRepocastError(error, 'REPOCAST_OBJECT_MISSING')) return null
      throw error
    }
  }
}

/** Counts changes, and names the first of them. */
async function summarize(changes: AsyncIterable<FileChange>): Promise<SnapshotChanges> {
  const counts = { added: 0, changed: 0, removed: 0 }
  let addedBytes = 0
  const paths: PathChange[] = []
  for await (const { path, change: kind, bytesBefore = 0, bytesAfter } of changes) {
    const change = kind === 'touched' ? 'changed' : kind
    counts[change] += 1
    addedBytes += bytesAfter ?? 0
    if (paths.length < maxPaths) paths.push({ path, change, bytes: bytesAfter ?? bytesBefore })
  }
  return { ...counts, addedBytes, paths }
}
