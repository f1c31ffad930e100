import { isRepocastError, type RepocastError } from '@repocast/errors'
import type { ObjectId, SnapshotRecord } from '@repocast/objects'
import type { SnapshotObjects } from '@repocast/repositories'
import { checkSnapshot } from './snapshot-check.ts'

/** Remembers which snapshot was checked last, and which was refused: a refused one stays so until there is another. */
export class SnapshotJudge {
  readonly #objects: SnapshotObjects
  readonly #isChecked: boolean
  #passed: number | undefined
  #refused: { readonly serial: number; readonly error: RepocastError } | undefined

  /** @param isChecked whether snapshots are held against the rules for repositories before they are served */
  constructor(objects: SnapshotObjects, isChecked: boolean) {
    this.#objects = objects
    this.#isChecked = isChecked
  }

  /** @throws RepocastError REPOCAST_SNAPSHOT_BROKEN when this serial was refused before */
  assertNotRefused(serial: number): void {
    if (this.#refused?.serial === serial) throw this.#refused.error
  }

  hasPassed(serial: number): boolean {
    return this.#passed === serial
  }

  /** Checks a snapshot that is here; `whole` is the root tree of that of which it is a part. @throws as `checkSnapshot` */
  async check(record: SnapshotRecord, whole: ObjectId, signal: AbortSignal): Promise<void> {
    try {
      if (this.#isChecked) await checkSnapshot(this.#objects, record, signal, whole)
    } catch (error) {
      if (isRepocastError(error, 'REPOCAST_SNAPSHOT_BROKEN')) this.#refused = { serial: record.serial, error }
      throw error
    }
    this.#passed = record.serial
  }
}
