/** What a look at a tree saw. */
export interface TreeLook {
  /** Fingerprint of what makes a publish due: the roots of the metadata, or, of a plain tree, all. */
  readonly trigger: string
  /** Fingerprint of all names, sizes and times. */
  readonly all: string
  /** How long it took. */
  readonly milliseconds: number
}

export interface WatchTimes {
  /** How long a tree has to be still before it is published, in milliseconds. */
  readonly stillFor: number
  /** How often it is looked at, in milliseconds. */
  readonly every: number
}

/**
 * What to do next: `glance` at the roots of the metadata that the last look saw, `look` at the whole tree, or
 * `publish`; not before `at`, in milliseconds of the clock.
 */
export interface NextStep {
  readonly step: 'glance' | 'look' | 'publish'
  readonly at: number
}

/**
 * `current`: what the tree has is published; `changing`: it is waited until it is still; `refused`: it cannot be
 * published as it is; `failing`: publishing it will be tried again.
 */
export type WatchState = 'current' | 'changing' | 'refused' | 'failing'

/** Looking takes one twentieth of the time at most, and one hundredth while nothing seems to happen. */
const pause = 20
const longPause = 100
const leastLongPause = 60_000
/** After these times it is tried again what failed for a reason outside of the tree. */
const [lookRetry, publishRetry] = [60_000, 300_000]

/**
 * Decides when a tree is looked at and published: when its metadata changed, and all of it was still for a time. One
 * that was refused is published when anything in it changed. All times are milliseconds of the caller's clock. Pure.
 */
export class WatchPolicy {
  readonly #times: WatchTimes
  #look: TreeLook | undefined
  #lookedAt = Number.NEGATIVE_INFINITY
  #glancedAt = Number.NEGATIVE_INFINITY
  #hasChanged = true
  #stillSince = Number.NEGATIVE_INFINITY
  #dueSince: number | undefined
  #published: string | undefined
  /** All of the tree that was refused last. */
  #refused: string | undefined
  #retryAt: number | undefined

  /** `published` is the trigger that was published last, if that is known. */
  constructor(times: WatchTimes, published?: string) {
    this.#times = times
    this.#published = published
  }

  get state(): WatchState {
    if (this.#retryAt !== undefined) return 'failing'
    if (this.#isDue) return 'changing'
    return this.#isPublished ? 'current' : 'refused'
  }

  /** Since when the tree has something that is not published; undefined when all is. */
  get unpublishedSince(): number | undefined {
    return this.#dueSince
  }

  /** The trigger that was published last. */
  get publishedTrigger(): string | undefined {
    return this.#published
  }

  next(): NextStep {
    const { every, stillFor } = this.#times
    const look = this.#look
    if (look === undefined || this.#hasChanged) return { step: 'look', at: this.#retryAt ?? this.#lookedAt }
    const often = this.#lookedAt + Math.max(every, pause * look.milliseconds)
    if (this.#isDue) {
      const at = Math.max(this.#stillSince + stillFor, this.#retryAt ?? 0)
      if (this.#lookedAt >= at) return { step: 'publish', at }
      return { step: 'look', at: Math.max(at, this.#lookedAt + pause * look.milliseconds) }
    }
    if (!this.#isPublished || look.trigger === look.all) return { step: 'look', at: often }
    const seldom = this.#lookedAt + Math.max(every, leastLongPause, longPause * look.milliseconds)
    const glance = Math.max(this.#glancedAt, this.#lookedAt) + every
    return seldom <= glance ? { step: 'look', at: seldom } : { step: 'glance', at: glance }
  }

  /** The roots of the metadata were looked at. */
  glanced(hasChanged: boolean, now: number): void {
    this.#glancedAt = now
    this.#hasChanged ||= hasChanged
  }

  looked(look: TreeLook, now: number): void {
    if (look.all !== this.#look?.all) this.#stillSince = now
    if (this.#look === undefined) this.#retryAt = undefined // looking works again
    this.#look = look
    this.#lookedAt = now
    this.#hasChanged = false
    this.#dueSince = this.#isPublished ? undefined : (this.#dueSince ?? now)
  }

  /** The tree as it was looked at last is published. */
  published(): void {
    this.#published = this.#look?.trigger
    this.#refused = undefined
    this.#retryAt = undefined
    this.#dueSince = undefined
  }

  /** The tree changed while it was published. */
  unstable(now: number): void {
    this.#stillSince = now
    this.#retryAt = undefined
  }

  /** The tree as it was looked at last cannot be published. */
  refused(): void {
    this.#refused = this.#look?.all
    this.#retryAt = undefined
  }

  /** Publishing failed for a reason that has nothing to do with what is in the tree. */
  failed(now: number): void {
    this.#retryAt = now + publishRetry
  }

  /** Somebody else has published the repository: what kept us from it may be gone. */
  publishedElsewhere(): void {
    this.#refused = undefined
    if (this.#look !== undefined) this.#retryAt = undefined
  }

  /** The tree cannot be looked at. */
  lookFailed(now: number): void {
    this.#look = undefined
    this.#dueSince ??= now
    this.#retryAt = now + lookRetry
  }

  get #isPublished(): boolean {
    return this.#look !== undefined && this.#look.trigger === this.#published
  }

  get #isDue(): boolean {
    return !this.#isPublished && (this.#look === undefined || this.#look.all !== this.#refused)
  }
}
