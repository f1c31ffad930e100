import type { RepositoryName, SnapshotRecord } from '@repocast/objects'

/** What is asked of the snapshots that are published; a store knows it. */
export interface PublishedSnapshots {
  repositories(): readonly RepositoryName[]
  newest(repository: RepositoryName): SnapshotRecord | undefined
  get(repository: RepositoryName, serial: number): SnapshotRecord | undefined
  /** The oldest one behind a serial that is still kept. */
  after(repository: RepositoryName, serial: number): SnapshotRecord | undefined
}
