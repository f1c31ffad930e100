import type { RepositoryStatus } from '@repocast/api'
import { RepocastError } from '@repocast/errors'
import type { Follower } from '@repocast/feed'
import { explainDiskError, lookAt } from '@repocast/files'
import type { RepositoryName, SnapshotRecord } from '@repocast/objects'
import type { Generation, Grace, Selection } from '@repocast/store'
import { MirrorFilter, type ServedBefore } from '../filter/mirror-filter.ts'
import { assertTakesSomething } from '../guards/empty-selection.ts'
import { tidy } from '../retention/tidy.ts'
import { chooseTarget } from './choose-target.ts'
import type { FetchProgress } from './fetch-objects.ts'
import { SnapshotFetch } from './fetch-snapshot.ts'
import { LagClock } from './lag-clock.ts'
import type { MirrorOptions, UpdateResult } from './mirror-options.ts'
import { MirrorState } from './mirror-state.ts'
import { SharedPacks } from './shared-packs.ts'
import { SnapshotJudge } from './snapshot-judge.ts'

/** One repository on this mirror: what it serves, and how it gets to what is newest. */
export class Mirror {
  readonly servedPath: string
  readonly #with: MirrorOptions
  readonly #sharedPacks: SharedPacks
  readonly #fetch: SnapshotFetch
  readonly #filter: MirrorFilter
  readonly #judge: SnapshotJudge
  readonly #state: MirrorState
  #served: Generation | undefined
  /** What a filter takes of what is served. */
  #selection: Selection | undefined
  #swapped: Date | undefined
  #newest: SnapshotRecord | undefined
  readonly #lag = new LagClock()
  /** The serial that an update is on its way to. */
  #advancing: number | undefined
  /** Whether it is being fetched, so that one whose time has come may be served before. */
  #isFetching = false
  /** A snapshot whose time has come and that could not be served. */
  #stuck: number | undefined
  #progress: () => FetchProgress = () => ({ bytesDone: 0, bytesWanted: 0 })

  constructor(options: MirrorOptions) {
    const { servedPath, isUrgent, isChecked, store, swarm, follower, policy, filter, logger } = options
    this.servedPath = servedPath
    this.#with = options
    this.#state = new MirrorState(options.onChange)
    this.#sharedPacks = new SharedPacks(store, swarm, follower, isUrgent)
    this.#fetch = new SnapshotFetch(store, swarm, this.#sharedPacks, policy.freeSpace)
    this.#judge = new SnapshotJudge(store.objects, isChecked)
    this.#filter = new MirrorFilter({ repository: this.repository, filter, store, swarm, logger })
  }

  get follower(): Follower {
    return this.#with.follower
  }

  get repository(): RepositoryName {
    return this.#with.follower.link.repository
  }

  /** Serial of the snapshot to have that the feed has told of last: the newest, unless a channel or a hold names one. */
  get newestSerial(): number {
    return this.#newest?.serial ?? 0
  }

  status(): RepositoryStatus {
    const traffic = this.#sharedPacks.traffic.now()
    const progress = this.#progress()
    const left = progress.bytesWanted - progress.bytesDone
    const isTimed = this.#state.now === 'fetching' && traffic.downloadRate > 0
    return {
      name: this.repository,
      state: this.#state.now,
      serial: this.#served?.serial ?? null,
      newestSerial: this.#newest?.serial ?? null,
      ...this.#whatItFollows(),
      ...(this.#selection && { filter: filterStatus(this.#selection) }),
      ...progress,
      ...traffic,
      ...(isTimed && { secondsLeft: Math.ceil(left / traffic.downloadRate) }),
      lagSeconds: this.#lag.seconds(this.newestSerial, this.#served?.serial ?? 0, this.#with.clock()),
      looked: this.#lag.looked?.toISOString() ?? null,
      kept: this.#with.store.snapshots.complete(this.repository),
      ...this.#whatIsDue(),
      hookFailures: this.#with.hooks.failures,
      swapped: this.#swapped?.toISOString() ?? null,
      feeds: this.#with.follower.addresses(),
      error: this.#state.error,
    }
  }

  /** Looks at what is served and shares it again, as after a start; works without origin and network. */
  async resume(): Promise<void> {
    const { store, followUp, trace, clock } = this.#with
    const served = await store.generations.served(this.repository, this.servedPath)
    this.#served = served
    followUp.forgetOthers(served?.serial)
    const record = served && store.snapshots.get(this.repository, served.serial)
    if (!record) return
    this.#newest = record
    this.#selection = this.#filter.selectionOf(served)
    store.snapshots.markComplete(this.repository, record.serial)
    // Each swap makes the link anew.
    this.#swapped = lookAt(this.servedPath)?.mtime
    this.#state.become('current')
    await this.#sharedPacks.open(record)
    await trace.ensure(record, served, this.#swapped ?? clock())
  }

  /** Does what is due after swaps and failures, until the signal. Never throws. */
  async followUp(signal: AbortSignal): Promise<void> {
    await this.#with.followUp.run(() => this.#served?.serial, signal)
  }

  /**
   * Asks the feed for the snapshot to have. True when it is another than the one that was seen last: a newer one, or
   * whichever its channel was moved to.
   * @throws as `Follower.refresh`
   */
  async look(signal: AbortSignal): Promise<boolean> {
    const { follower, swarm, onNews } = this.#with
    const news = await follower.refresh({ signal })
    void swarm.knowPeers(`feed of ${this.repository}`, follower.peers(), this.repository)
    if (news.isNews) onNews(this.repository, news)
    const { record } = news
    this.#lag.look(record, this.#served?.serial ?? 0, this.#with.clock())
    if (!record) return false
    const isOther = record.serial !== this.newestSerial
    this.#newest = record
    return isOther
  }

  #whatItFollows(): Pick<RepositoryStatus, 'channel' | 'hold'> {
    const { hold, link } = this.#with.follower
    const { held } = this.#with.store.orders.of(this.repository)
    // one that is not published yet holds nothing back
    if (held !== undefined && held <= this.newestSerial)
      return { hold: held < this.newestSerial ? (this.#served?.serial ?? held) : held }
    if (hold !== undefined) return { hold }
    return link.channel === undefined ? {} : { channel: link.channel }
  }

  /**
   * Brings the mirror to the snapshot to have, or to the one where the admin holds it: fetches what is missing, checks it
   * out and swaps. A failure leaves what is served as it is, and the next update goes on from where this one stopped. A
   * snapshot that has failed its check is refused until there is another.
   * @throws RepocastError REPOCAST_NOTHING_PUBLISHED, REPOCAST_SNAPSHOT_BROKEN, REPOCAST_DISK_NO_ROOM,
   *   REPOCAST_SNAPSHOT_WIPES, REPOCAST_FILTER_TAKES_NOTHING, REPOCAST_TRANSFER_VETOED, REPOCAST_SWAP_VETOED; what feed, swarm and store throw; the reason of `signal`
   */
  async update(signal: AbortSignal): Promise<UpdateResult> {
    try {
      // A snapshot that is here is served without the network.
      const held = await this.#heldBack()
      if (held) await this.#advance(held, signal)
      await this.look(signal)
      const target = this.#target()
      if (!target) throw this.#nothingPublished()
      const result = await this.#goTo(target, signal)
      this.#state.succeeded()
      this.#with.followUp.succeeded()
      if (this.#served?.serial !== target.serial) this.#state.become('delayed')
      else this.#state.become(target.serial < this.newestSerial ? 'held' : 'current')
      return result
    } catch (error) {
      const explained = explainDiskError(error, 'update', this.repository)
      if (!signal.aborted) this.#fail(explained)
      throw explained
    } finally {
      this.#advancing = undefined
    }
  }

  /** Whether an update is on its way to another snapshot than it should be by now. */
  get isSuperseded(): boolean {
    if (this.#advancing === undefined) return false
    if (this.#target()?.serial !== this.#advancing) return true
    const ripe = this.#isFetching ? this.#with.delay.ripeBefore(this.#advancing, this.#served?.serial) : undefined
    return ripe !== undefined && ripe.serial !== this.#stuck
  }

  /** When the next snapshot may be served that waits; undefined: none does. */
  get nextDue(): Date | undefined {
    const target = this.#state.now === 'delayed' ? this.#target() : undefined
    return target && this.#with.delay.nextDue(target, this.#served?.serial)
  }

  #whatIsDue(): Pick<RepositoryStatus, 'swapDue'> {
    const due = this.nextDue
    return due ? { swapDue: due.toISOString() } : {}
  }

  /** The snapshot that should be served. */
  #target(): SnapshotRecord | undefined {
    const { store, delay } = this.#with
    const { held } = store.orders.of(this.repository)
    const complete = [...store.snapshots.complete(this.repository), ...delay.ready]
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
    if (record) await store.generations.prepareSpare(this.#filter.toServe(record), this.servedPath, { signal })
  }

  /**
   * Goes to the snapshot to have as far as its delay allows. One before it whose time has come does not wait until it is
   * fetched, and where that cannot be served, it is fetched all the same.
   */
  async #goTo(target: SnapshotRecord, signal: AbortSignal): Promise<UpdateResult> {
    const { store, delay } = this.#with
    this.#advancing = target.serial
    this.#served = await store.generations.served(this.repository, this.servedPath)
    delay.forgetOthers(target.serial, this.#served?.serial ?? 0)
    const ripe = delay.ripeBefore(target.serial, this.#served?.serial)
    let refusal: unknown
    if (ripe) {
      try {
        await this.#advance(ripe, signal)
      } catch (error) {
        signal.throwIfAborted()
        this.#stuck = ripe.serial
        refusal = error
      }
    }
    if (delay.dueOf(target, this.#served?.serial) === undefined) return await this.#advance(target, signal)
    this.#isFetching = true
    try {
      await this.#obtain(target, signal)
    } finally {
      this.#isFetching = false
    }
    delay.markReady(target.serial)
    if (refusal !== undefined) throw refusal
    return { record: target, swapped: false }
  }

  async #advance(record: SnapshotRecord, signal: AbortSignal): Promise<UpdateResult> {
    const { store } = this.#with
    this.#served = await store.generations.served(this.repository, this.servedPath)
    if (this.#filter.isServed(this.#served, record)) {
      store.snapshots.add(record)
      store.snapshots.markComplete(this.repository, record.serial)
      await this.#sharedPacks.open(record, signal)
      // a kill came between the swap to another filter and this
      if (store.selections.isNarrowed(this.repository)) await this.#tidy()
      return { record, swapped: false }
    }
    const started = this.#with.clock()
    await this.#obtain(record, signal)
    await this.#serve(record, started, signal)
    return { record, swapped: true }
  }

  /** Has all of a snapshot here, and checked. */
  async #obtain(record: SnapshotRecord, signal: AbortSignal): Promise<void> {
    const { hooks, delay } = this.#with
    this.#judge.assertNotRefused(record.serial)
    const isReady = delay.isReady(record.serial)
    const before = this.#filter.before(this.#served)
    const serialBefore = this.#served?.serial
    if (!isReady) this.#state.become('fetching')
    const selection = await this.#fetch.run({
      record,
      filter: this.#filter.filter,
      base: this.#served && { trees: before?.record.root.id ?? this.#served.root, blobs: this.#served.root },
      isNext: serialBefore !== undefined && record.serial === serialBefore + 1,
      signal,
      onFetch: progress => {
        this.#progress = progress
      },
      onTransfer: async bytes => await hooks.beforeTransfer(record.serial, bytes, serialBefore, signal),
    })
    assertTakesSomething(selection)
    const wasHere = this.#filter.has(record, selection, before)
    await this.#assertHarmless(record, before, signal)
    if (wasHere && (isReady || this.#judge.hasPassed(record.serial))) return
    this.#state.become('building')
    await this.#judge.check(this.#filter.toServe(record), record.root.id, signal)
  }

  /** Checks a snapshot out that is here, and swaps to it, unless the admin's hook has something against it. */
  async #serve(record: SnapshotRecord, started: Date, signal: AbortSignal): Promise<void> {
    const { store, clock, hooks, trace, followUp, logger } = this.#with
    this.#state.become('building')
    const keepRemoved = this.#grace()
    const before = this.#filter.before(this.#served)
    const isOtherFilter = before !== undefined && this.#filter.isOther(before)
    const generation = await store.generations.build(this.#filter.toServe(record), this.servedPath, {
      signal,
      // what another filter leaves out was not removed by the origin
      ...(keepRemoved.seconds > 0 && !isOtherFilter && { keepRemoved }),
    })
    store.snapshots.markComplete(this.repository, record.serial)
    await hooks.beforeSwap(record.serial, generation.directory, this.#served?.serial, signal)
    await trace.write(record, generation, started, clock())
    await store.generations.swap(generation, this.servedPath)
    this.#served = generation
    this.#selection = this.#filter.selectionOf(generation)
    this.#swapped = clock()
    followUp.swapped()
    const kept = store.generations.kept.count(generation)
    logger.info(
      { repository: this.repository, serial: record.serial, ...(kept > 0 && { kept }) },
      'serving a new snapshot',
    )
    await this.#tidy()
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

  /** An admin who goes back, or has agreed, knows what is removed. */
  async #assertHarmless(record: SnapshotRecord, before: ServedBefore | undefined, signal: AbortSignal): Promise<void> {
    const { store, policy } = this.#with
    if (!before || record.serial < before.record.serial) return
    if (store.orders.of(this.repository).accepted === record.serial) return
    await policy.wipeGuard.assertHarmless(...this.#filter.toCompare(before, record), signal)
  }

  async #tidy(): Promise<void> {
    const { store, policy } = this.#with
    await tidy({
      store,
      repository: this.repository,
      servedPath: this.servedPath,
      newest: this.#newest?.serial,
      keepGenerations: policy.keepGenerations,
      filter: this.#filter,
      forget: async infoHash => await this.#sharedPacks.forget(infoHash),
    })
  }

  #fail(error: unknown): void {
    const told = this.#state.failed(error)
    this.#with.onFailure({ time: this.#with.clock().toISOString(), repository: this.repository, ...told })
    this.#with.followUp.failed(told.code, told.message, this.#newest?.serial)
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

function filterStatus({ counts, bytes, leftOut }: Selection): NonNullable<RepositoryStatus['filter']> {
  return { files: counts.files, bytes, leftOutFiles: leftOut.files, leftOutBytes: leftOut.bytes }
}
