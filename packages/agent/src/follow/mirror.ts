import type { AgentFailure, RepositoryState, RepositoryStatus } from '@repocast/api'
import { explainFull } from '@repocast/database'
import { describeError, isRepocastError, type Logger, RepocastError } from '@repocast/errors'
import type { Follower } from '@repocast/feed'
import { explainDiskError, lookAt } from '@repocast/files'
import type { RepositoryName, SnapshotRecord } from '@repocast/objects'
import type { Generation, Grace, Store } from '@repocast/store'
import type { Swarm } from '@repocast/swarm'
import type { FreeSpaceGuard } from '../guards/free-space.ts'
import type { WipeGuard } from '../guards/wipe-guard.ts'
import { chooseKept } from '../retention/choose-kept.ts'
import { chooseTarget } from './choose-target.ts'
import type { FetchProgress } from './fetch-objects.ts'
import { SnapshotFetch } from './fetch-snapshot.ts'
import { SharedPacks } from './shared-packs.ts'
import { checkSnapshot } from './snapshot-check.ts'

/** What a mirror keeps, and what it refuses. */
export interface MirrorPolicy {
  /** So many snapshots stay complete, with the one that is served. */
  readonly keepGenerations: number
  readonly freeSpace: FreeSpaceGuard
  readonly wipeGuard: WipeGuard
}

export interface MirrorOptions {
  /** The symbolic link that web servers serve, absolute. */
  readonly servedPath: string
  /** Whether it is fetched before others that are not. */
  readonly isUrgent: boolean
  /** Whether a snapshot is held against the rules for repositories before it is served. */
  readonly isChecked: boolean
  /** How long files that a new snapshot removed stay. */
  readonly keepRemovedSeconds: number
  readonly store: Store
  readonly swarm: Swarm
  readonly follower: Follower
  readonly policy: MirrorPolicy
  readonly clock: () => Date
  readonly logger: Logger
  /** Called whenever the status has changed in more than its progress. */
  readonly onChange: () => void
  /** Called when an update has failed. */
  readonly onFailure: (failure: AgentFailure) => void
}

/** What an update did. */
export interface UpdateResult {
  readonly record: SnapshotRecord
  /** Whether the served path was moved. */
  readonly swapped: boolean
}

/** One repository on this mirror: what it serves, and how it gets to what is newest. */
export class Mirror {
  readonly servedPath: string
  readonly #with: MirrorOptions
  readonly #sharedPacks: SharedPacks
  readonly #fetch: SnapshotFetch
  #state: RepositoryState = 'waiting'
  #served: Generation | undefined
  #swapped: Date | undefined
  #newest: SnapshotRecord | undefined
  /** The serial that an update is on its way to. */
  #advancing: number | undefined
  #error: RepositoryStatus['error'] = null
  /** The snapshot that has failed its check, and how. */
  #refused: { readonly serial: number; readonly error: RepocastError } | undefined
  #progress: () => FetchProgress = () => ({ bytesDone: 0, bytesWanted: 0 })

  constructor(options: MirrorOptions) {
    const { servedPath, isUrgent, store, swarm, follower, policy } = options
    this.servedPath = servedPath
    this.#with = options
    this.#sharedPacks = new SharedPacks(store, swarm, follower, isUrgent)
    this.#fetch = new SnapshotFetch(store, swarm, this.#sharedPacks, policy.freeSpace)
  }

  get repository(): RepositoryName {
    return this.#with.follower.link.repository
  }

  /** Serial of the snapshot to have that the feed has told of last: the newest, unless a channel or a hold names one. */
  get newestSerial(): number {
    return this.#newest?.serial ?? 0
  }

  status(): RepositoryStatus {
    return {
      name: this.repository,
      state: this.#state,
      serial: this.#served?.serial ?? null,
      newestSerial: this.#newest?.serial ?? null,
      ...this.#whatItFollows(),
      ...this.#progress(),
      kept: this.#with.store.snapshots.complete(this.repository),
      swapped: this.#swapped?.toISOString() ?? null,
      error: this.#error,
    }
  }

  /** Looks at what is served and shares it again, as after a start; works without origin and network. */
  async resume(): Promise<void> {
    this.#served = await this.#with.store.generations.served(this.repository, this.servedPath)
    const record = this.#served && this.#with.store.snapshots.get(this.repository, this.#served.serial)
    if (!record) return
    this.#newest = record
    this.#with.store.snapshots.markComplete(this.repository, record.serial)
    // Each swap makes the link anew.
    this.#swapped = lookAt(this.servedPath)?.mtime
    this.#setState('current')
    await this.#sharedPacks.open(record)
  }

  /**
   * Asks the feed for the snapshot to have. True when it is another than the one that was seen last: a newer one, or
   * whichever its channel was moved to.
   * @throws as `Follower.refresh`
   */
  async look(signal: AbortSignal): Promise<boolean> {
    const { record } = await this.#with.follower.refresh({ signal })
    if (!record) return false
    const isOther = record.serial !== this.newestSerial
    this.#newest = record
    return isOther
  }

  #whatItFollows(): Pick<RepositoryStatus, 'channel' | 'hold'> {
    const { hold, link } = this.#with.follower
    const { held } = this.#with.store.orders.of(this.repository)
    if (held !== undefined && held < this.newestSerial) return { hold: this.#served?.serial ?? held }
    if (hold !== undefined) return { hold }
    return link.channel === undefined ? {} : { channel: link.channel }
  }

  /**
   * Brings the mirror to the snapshot to have, or to the one where the admin holds it: fetches what is missing, checks it
   * out and swaps. A failure leaves what is served as it is, and the next update goes on from where this one stopped. A
   * snapshot that has failed its check is refused until there is another.
   * @throws RepocastError REPOCAST_NOTHING_PUBLISHED, REPOCAST_SNAPSHOT_BROKEN, REPOCAST_DISK_NO_ROOM,
   *   REPOCAST_SNAPSHOT_WIPES; what feed, swarm and store throw; the reason of `signal`
   */
  async update(signal: AbortSignal): Promise<UpdateResult> {
    try {
      // A snapshot that is here is served without the network.
      const held = await this.#heldBack()
      if (held) await this.#advance(held, signal)
      await this.look(signal)
      const target = this.#target()
      if (!target) throw this.#nothingPublished()
      const result = await this.#advance(target, signal)
      this.#error = null
      this.#setState(target.serial < this.newestSerial ? 'held' : 'current')
      return result
    } catch (error) {
      const explained = explainFull(
        explainDiskError(error, 'update', this.repository),
        this.#with.store.layout.directory,
      )
      if (!signal.aborted) this.#fail(explained)
      throw explained
    } finally {
      this.#advancing = undefined
    }
  }

  /** Whether an update is on its way to another snapshot than it should be by now. */
  get isSuperseded(): boolean {
    return this.#advancing !== undefined && this.#target()?.serial !== this.#advancing
  }

  /** The snapshot that should be served. */
  #target(): SnapshotRecord | undefined {
    const { store } = this.#with
    const { held } = store.orders.of(this.repository)
    const complete = store.snapshots.complete(this.repository)
    const serial = chooseTarget({ newest: this.#newest?.serial, served: this.#served?.serial, complete, held })
    if (serial === this.#newest?.serial) return this.#newest
    return serial === undefined ? undefined : store.snapshots.get(this.repository, serial)
  }

  /** The older snapshot that the admin wants, unless it is served. */
  async #heldBack(): Promise<SnapshotRecord | undefined> {
    const { store } = this.#with
    const served = await store.generations.served(this.repository, this.servedPath)
    this.#served = served
    const { held } = store.orders.of(this.repository)
    if (held === undefined || served === undefined || served.serial <= held) return undefined
    const target = this.#target()
    return target && target.serial < served.serial ? target : undefined
  }

  /** Learns which objects the newest snapshot is made of, and fetches none. @throws as `update` */
  async learn(signal: AbortSignal): Promise<void> {
    await this.look(signal)
    if (!this.#newest) throw this.#nothingPublished()
    await this.#sharedPacks.know(this.#newest, signal)
    this.#with.store.snapshots.add(this.#newest)
  }

  /** Serves what is served under another path. @throws as `Generations.swap` */
  async serveAt(path: string): Promise<void> {
    if (this.#served) await this.#with.store.generations.swap(this.#served, path)
  }

  /** Makes the second generation that the next update recycles. Not urgent: it is served by nobody. */
  async prepareSpare(signal: AbortSignal): Promise<void> {
    const { store } = this.#with
    const record = this.#served && store.snapshots.get(this.repository, this.#served.serial)
    if (record) await store.generations.prepareSpare(record, this.servedPath, { signal })
  }

  async #advance(record: SnapshotRecord, signal: AbortSignal): Promise<UpdateResult> {
    const { store, clock } = this.#with
    this.#advancing = record.serial
    this.#served = await store.generations.served(this.repository, this.servedPath)
    if (this.#served?.serial === record.serial && this.#served.root === record.root.id) {
      store.snapshots.add(record)
      store.snapshots.markComplete(this.repository, record.serial)
      await this.#sharedPacks.open(record, signal)
      return { record, swapped: false }
    }
    if (this.#refused?.serial === record.serial) throw this.#refused.error
    this.#setState('fetching')
    await this.#fetch.run({
      record,
      base: this.#served?.root,
      isNext: record.serial === (this.#served?.serial ?? 0) + 1 && this.#served !== undefined,
      signal,
      onFetch: progress => {
        this.#progress = progress
      },
    })
    await this.#assertHarmless(record, signal)
    this.#setState('building')
    if (this.#with.isChecked) await this.#check(record, signal)
    const keepRemoved = this.#grace()
    const generation = await store.generations.build(record, this.servedPath, {
      signal,
      ...(keepRemoved.seconds > 0 && { keepRemoved }),
    })
    store.snapshots.markComplete(this.repository, record.serial)
    await store.generations.swap(generation, this.servedPath)
    this.#served = generation
    this.#swapped = clock()
    const kept = store.generations.kept.count(generation)
    this.#with.logger.info(
      { repository: this.repository, serial: record.serial, ...(kept > 0 && { kept }) },
      'serving a new snapshot',
    )
    await this.#tidy()
    return { record, swapped: true }
  }

  /** Removes files whose time is over of those that earlier snapshots had. @throws as `Generations.dropKept` */
  async dropKept(): Promise<void> {
    const { store, logger } = this.#with
    const dropped = await store.generations.dropKept(this.repository, this.#grace())
    if (dropped === 0) return
    logger.info({ repository: this.repository, dropped }, 'files that were kept for a while are removed')
    await store.collect()
  }

  #grace(): Grace {
    return { seconds: this.#with.keepRemovedSeconds, now: Math.floor(this.#with.clock().getTime() / 1000) }
  }

  async #check(record: SnapshotRecord, signal: AbortSignal): Promise<void> {
    try {
      await checkSnapshot(this.#with.store.objects, record, signal)
    } catch (error) {
      if (isRepocastError(error, 'REPOCAST_SNAPSHOT_BROKEN')) this.#refused = { serial: record.serial, error }
      throw error
    }
  }

  /** An admin who goes back, or has agreed, knows what is removed. */
  async #assertHarmless(record: SnapshotRecord, signal: AbortSignal): Promise<void> {
    const { store, policy } = this.#with
    const served = this.#served && store.snapshots.get(this.repository, this.#served.serial)
    if (!served || record.serial < served.serial || store.orders.of(this.repository).accepted === record.serial) return
    await policy.wipeGuard.assertHarmless(served, record, signal)
  }

  /** Lets go of snapshots that nothing keeps, their packs, and the objects that only those had. */
  async #tidy(): Promise<void> {
    const { store, policy } = this.#with
    await store.generations.prune(this.repository, this.servedPath)
    const kept = chooseKept({
      ...store.orders.of(this.repository),
      complete: store.snapshots.complete(this.repository),
      checkedOut: store.generations.list(this.repository).map(({ serial }) => serial),
      newest: this.#newest?.serial,
      keep: policy.keepGenerations,
    })
    for (const serial of store.snapshots.serials(this.repository)) {
      if (!kept.has(serial)) store.snapshots.remove(this.repository, serial)
    }
    const idle = store.snapshots.packsWithoutSnapshot()
    for (const infoHash of idle) await this.#sharedPacks.forget(infoHash)
    await store.packs.remove(idle)
    await store.collect()
  }

  #setState(state: RepositoryState): void {
    if (state === this.#state) return
    this.#state = state
    this.#with.onChange()
  }

  #fail(error: unknown): void {
    const code = isRepocastError(error) ? error.code : 'REPOCAST_INTERNAL'
    this.#error = { code, message: describeError(error).slice(0, 900) }
    this.#state = waits(error) ? 'paused' : 'failed'
    const time = this.#with.clock().toISOString()
    this.#with.onFailure({ time, repository: this.repository, ...this.#error })
    this.#with.onChange()
  }

  #nothingPublished(): RepocastError {
    const { feedUrl, repository } = this.#with.follower.link
    return new RepocastError('REPOCAST_NOTHING_PUBLISHED', {
      message: `the feed ${feedUrl} has no snapshot of ${repository} yet`,
      hint: 'wait until the origin publishes one, and check the name in the link',
    })
  }
}

/** Whether it goes on when somebody has made room, mended the disk, or agreed. */
function waits(error: unknown): boolean {
  return isRepocastError(error) && (error.kind === 'disk' || error.code === 'REPOCAST_SNAPSHOT_WIPES')
}
