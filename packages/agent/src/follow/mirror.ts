import type { RepositoryState, RepositoryStatus } from '@repocast/api'
import { describeError, isRepocastError, type Logger, RepocastError } from '@repocast/errors'
import type { Follower } from '@repocast/feed'
import { lookAt } from '@repocast/files'
import type { RepositoryName, SnapshotRecord } from '@repocast/objects'
import type { Generation, Grace, Store } from '@repocast/store'
import type { Swarm } from '@repocast/swarm'
import type { FetchProgress } from './fetch-objects.ts'
import { SnapshotFetch } from './fetch-snapshot.ts'
import { SharedPacks } from './shared-packs.ts'
import { checkSnapshot } from './snapshot-check.ts'

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
  readonly clock: () => Date
  readonly logger: Logger
  /** Called whenever the status has changed in more than its progress. */
  readonly onChange: () => void
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
  #error: RepositoryStatus['error'] = null
  /** The snapshot that has failed its check, and how. */
  #refused: { readonly serial: number; readonly error: RepocastError } | undefined
  #progress: () => FetchProgress = () => ({ bytesDone: 0, bytesWanted: 0 })

  constructor(options: MirrorOptions) {
    const { servedPath, isUrgent, store, swarm, follower } = options
    this.servedPath = servedPath
    this.#with = options
    this.#sharedPacks = new SharedPacks(store, swarm, follower, isUrgent)
    this.#fetch = new SnapshotFetch(store, swarm, this.#sharedPacks)
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
    if (hold !== undefined) return { hold }
    return link.channel === undefined ? {} : { channel: link.channel }
  }

  /**
   * Brings the mirror to the snapshot to have: fetches what is missing, checks it out and swaps. A failure leaves what
   * is served as it is, and the next update goes on from where this one stopped. A snapshot that has failed its check is
   * refused until there is another.
   * @throws RepocastError REPOCAST_NOTHING_PUBLISHED, REPOCAST_SNAPSHOT_BROKEN; what feed, swarm and store throw; the reason of `signal`
   */
  async update(signal: AbortSignal): Promise<UpdateResult> {
    try {
      await this.look(signal)
      if (!this.#newest) throw this.#nothingPublished()
      const result = await this.#advance(this.#newest, signal)
      this.#error = null
      this.#setState('current')
      return result
    } catch (error) {
      if (!signal.aborted) this.#fail(error)
      throw error
    }
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
    this.#served = await store.generations.served(this.repository, this.servedPath)
    if (this.#served?.serial === record.serial && this.#served.root === record.root.id) {
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
    this.#setState('building')
    if (this.#with.isChecked) await this.#check(record, signal)
    const keepRemoved = this.#grace()
    const generation = await store.generations.build(record, this.servedPath, {
      signal,
      ...(keepRemoved.seconds > 0 && { keepRemoved }),
    })
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
    await store.collect(store.planCollection())
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

  /** Lets go of snapshots that no generation holds, their packs, and the objects that only those had. */
  async #tidy(): Promise<void> {
    const { store } = this.#with
    await store.generations.prune(this.repository, this.servedPath)
    const kept = new Set(store.generations.list(this.repository).map(({ serial }) => serial))
    for (const serial of store.snapshots.serials(this.repository)) {
      if (!kept.has(serial)) store.snapshots.remove(this.repository, serial)
    }
    for (const infoHash of store.snapshots.packsWithoutSnapshot()) {
      await this.#sharedPacks.forget(infoHash)
      await store.packs.remove(infoHash)
    }
    await store.collect(store.planCollection())
  }

  #setState(state: RepositoryState): void {
    if (state === this.#state) return
    this.#state = state
    this.#with.onChange()
  }

  #fail(error: unknown): void {
    const code = isRepocastError(error) ? error.code : 'REPOCAST_INTERNAL'
    this.#error = { code, message: describeError(error).slice(0, 900) }
    this.#state = 'failed'
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
