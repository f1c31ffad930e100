import type { RepositoryName, SnapshotRecord } from '@repocast/objects'
import type { Store } from '@repocast/store'
import { type DelayPolicy, dueTime } from './due-time.ts'

export interface SwapDelayOptions {
  readonly repository: RepositoryName
  readonly store: Pick<Store, 'waiting' | 'snapshots' | 'orders'>
  readonly policy: DelayPolicy
  /** Whether a channel says which snapshot is served. */
  readonly isChannel: boolean
  readonly clock: () => Date
}

/**
 * Lets new snapshots of one repository wait before they are served. Each has its own time, so that many that come one
 * soon after the other keep none from being served: what is served is the newest whose time has come.
 */
export class SwapDelay {
  readonly #with: SwapDelayOptions

  constructor(options: SwapDelayOptions) {
    this.#with = options
  }

  /** When a snapshot may be served that is newer than what is served; undefined: at once, as one that the admin accepted. */
  dueOf(record: SnapshotRecord, served: number | undefined): Date | undefined {
    const { policy, store, repository, clock, isChannel } = this.#with
    const { delaySeconds, jitterSeconds } = policy
    if (delaySeconds + jitterSeconds === 0 || served === undefined || record.serial <= served) return undefined
    const { learned } = store.waiting.learn(repository, record.serial, clock())
    if (store.orders.of(repository).accepted === record.serial) return undefined
    const published = Date.parse(record.created)
    const due = dueTime(policy, { repository, serial: record.serial, published, learned }, isChannel)
    return due > clock().getTime() ? new Date(due) : undefined
  }

  /** Whether all of a snapshot that waits is here, and checked. */
  isReady(serial: number): boolean {
    return this.ready.includes(serial)
  }

  /** Serials of snapshots that wait and are here as a whole, growing. */
  get ready(): number[] {
    const { store, repository } = this.#with
    return store.waiting.of(repository).flatMap(({ serial, isReady }) => (isReady ? [serial] : []))
  }

  /** Says that all of a snapshot that waits is here, and checked. */
  markReady(serial: number): void {
    this.#with.store.waiting.markReady(this.#with.repository, serial)
  }

  /** The newest snapshot between what is served and the one to have whose time has come. */
  ripeBefore(target: number, served: number | undefined): SnapshotRecord | undefined {
    const { store, repository } = this.#with
    if (served === undefined) return undefined
    for (const serial of this.ready.reverse()) {
      if (serial >= target || serial <= served) continue
      const record = store.snapshots.get(repository, serial)
      if (record && this.dueOf(record, served) === undefined) return record
    }
    return undefined
  }

  /** The times of all that wait and are ready, in milliseconds since 1970: one ends the wait for the next swap. */
  nextDue(target: SnapshotRecord, served: number | undefined): Date | undefined {
    const { store, repository } = this.#with
    const waiting = [...this.ready.filter(serial => serial < target.serial), target.serial]
    const times = waiting.flatMap(serial => {
      const record = serial === target.serial ? target : store.snapshots.get(repository, serial)
      return (record && this.dueOf(record, served)) ?? []
    })
    return times.sort((a, b) => a.getTime() - b.getTime())[0]
  }

  /** Forgets what is not on the way to `target` any more. */
  forgetOthers(target: number, served: number): void {
    this.#with.store.waiting.forgetOthers(this.#with.repository, served, target)
  }
}
