import type { Logger } from '@repocast/errors'
import type { RepositoryName, SnapshotRecord } from '@repocast/objects'
import type { Filter } from '@repocast/repositories'
import { type Generation, type Selection, type Store, selected } from '@repocast/store'
import type { Swarm } from '@repocast/swarm'
import { textOf } from './configuration.ts'

export interface MirrorFilterOptions {
  readonly repository: RepositoryName
  /** Undefined: all is mirrored. */
  readonly filter: Filter | undefined
  readonly store: Store
  readonly swarm: Swarm
  readonly logger: Logger
}

/** A snapshot that is served, and what a filter takes of it. */
export interface ServedBefore {
  readonly record: SnapshotRecord
  readonly selection: Selection | undefined
}

/** What the filter of one repository makes of its snapshots. */
export class MirrorFilter {
  readonly filter: Filter | undefined
  readonly #with: MirrorFilterOptions
  /** Canonical JSON. */
  readonly #text: string | undefined

  constructor(options: MirrorFilterOptions) {
    this.filter = options.filter
    this.#with = options
    this.#text = options.filter && textOf(options.filter)
  }

  /** By what a generation was checked out; undefined when it has all of its snapshot. */
  selectionOf({ root }: Generation): Selection | undefined {
    const { store, repository } = this.#with
    return store.selections.withRoot(repository, root)
  }

  /** What is served before an update. */
  before(served: Generation | undefined): ServedBefore | undefined {
    const { store, repository } = this.#with
    const record = served && store.snapshots.get(repository, served.serial)
    return record && { record, selection: this.selectionOf(served) }
  }

  /** Whether what is served is this snapshot, as far as the filter takes it. */
  isServed(served: Generation | undefined, { serial, root }: SnapshotRecord): boolean {
    if (served?.serial !== serial) return false
    return this.#text === undefined ? served.root === root.id : this.selectionOf(served)?.filter === this.#text
  }

  /** A snapshot that is here, as it is to be served. */
  toServe(record: SnapshotRecord): SnapshotRecord {
    return this.#with.store.selections.asServed(record)
  }

  /** Both snapshots, as they are compared: what another filter leaves out was not removed by the origin. */
  toCompare(before: ServedBefore, record: SnapshotRecord): readonly [SnapshotRecord, SnapshotRecord] {
    if (this.isOther(before)) return [before.record, record]
    return [selected(before.record, before.selection), this.toServe(record)]
  }

  /** Whether what is served was made by another filter. */
  isOther({ selection }: ServedBefore): boolean {
    return selection?.filter !== this.#text
  }

  /**
   * Says that all of a snapshot is here that the filter takes, and that what another left in may go after the swap.
   * @returns whether that was known before
   */
  has(record: SnapshotRecord, selection: Selection | undefined, before: ServedBefore | undefined): boolean {
    const { selections } = this.#with.store
    const { repository, serial } = record
    if (before && this.isOther(before)) selections.narrow(repository)
    if (selections.current(repository, serial)?.number === selection?.number) return true
    selections.setCurrent(repository, serial, selection)
    return false
  }

  /** Whether a snapshot is here by this filter: others are not kept for going back. */
  isByThis(serial: number): boolean {
    const { store, repository } = this.#with
    return store.selections.current(repository, serial)?.filter === this.#text
  }

  /** Removes what the filter leaves out since it was changed. @throws as `Store.release` */
  async release(): Promise<void> {
    const { store, swarm, repository, logger } = this.#with
    const released = await store.release(repository)
    if (released === undefined) return
    for (const infoHash of released.packs) await swarm.pack(infoHash)?.refresh()
    if (released.objects === 0) return
    const { objects, bytes } = released
    logger.info({ repository, objects, bytes }, 'what the filter leaves out is removed')
  }
}
