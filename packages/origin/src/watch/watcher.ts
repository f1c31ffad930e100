import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WatchStatistics } from '@repocast/api'
import { describeError, isRepocastError, type Logger, RepocastError } from '@repocast/errors'
import type { RepositoryName } from '@repocast/objects'
import type { PublishProgress } from '../publish/publish.ts'
import type { SeenTree } from './look.ts'
import { haveChanged, lookApart } from './looker.ts'
import type { WatchMemory } from './memory.ts'
import { WatchPolicy, type WatchTimes } from './policy.ts'
import type { Publisher } from './publisher.ts'

export interface WatcherOptions {
  readonly repository: RepositoryName
  /** Directory of the tree. */
  readonly tree: string
  readonly times: WatchTimes
  readonly publisher: Publisher
  readonly memory: WatchMemory
  readonly clock: () => Date
  readonly logger: Logger
}

/** Watches the tree of one repository, and publishes it when it should. */
export class Watcher {
  readonly #options: WatcherOptions
  readonly #policy: WatchPolicy
  #seen: SeenTree | undefined
  #step: PublishProgress['step'] | undefined
  #error: WatchStatistics['error'] = null

  constructor(options: WatcherOptions) {
    this.#options = options
    const { repository, tree, times, memory } = options
    this.#policy = new WatchPolicy(times, memory.published(repository, tree))
  }

  get status(): WatchStatistics {
    const { repository: name, clock } = this.#options
    const { state, unpublishedSince } = this.#policy
    const unpublishedSeconds =
      unpublishedSince === undefined ? 0 : Math.max(0, Math.floor((clock().getTime() - unpublishedSince) / 1000))
    const step = this.#step ?? null
    return { name, state: step === null ? state : 'publishing', step, unpublishedSeconds, error: this.#error }
  }

  get repository(): RepositoryName {
    return this.#options.repository
  }

  /** A new snapshot of the repository is there; it may be one of ours. */
  publishedElsewhere(): void {
    this.#policy.publishedElsewhere()
  }

  /** Watches until `signal` says stop, and throws its reason. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const { step, at } = this.#policy.next()
      const milliseconds = at - this.#now()
      if (milliseconds > 0) await sleep(milliseconds, undefined, { signal })
      signal.throwIfAborted()
      if (step === 'glance') this.#policy.glanced(haveChanged(this.#seen?.roots ?? []), this.#now())
      else if (step === 'look') await this.#look(signal)
      else await this.#publish(signal)
    }
  }

  #now(): number {
    return this.#options.clock().getTime()
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { repository, tree, logger } = this.#options
    const wasCurrent = this.#policy.unpublishedSince === undefined
    try {
      const seen = await lookApart(tree, signal)
      if (this.#seen === undefined) this.#error = null
      this.#seen = seen
      const { all, milliseconds } = seen
      this.#policy.looked({ all, trigger: triggerOf(seen), milliseconds }, this.#now())
    } catch (cause) {
      signal.throwIfAborted()
      this.#seen = undefined
      this.#policy.lookFailed(this.#now())
      const message = `${tree} cannot be looked at: ${describeError(cause)}`
      this.#fail(new RepocastError('REPOCAST_TREE_NOT_FOUND', { message, cause }))
    }
    if (wasCurrent && this.#policy.state === 'changing')
      logger.info({ repository }, 'the tree has changed, it is published when it is still')
  }

  async #publish(signal: AbortSignal): Promise<void> {
    const { repository, tree, publisher, memory, logger } = this.#options
    try {
      this.#step = 'wait'
      const { published, serial } = await publisher(repository, {
        signal,
        onStep: step => {
          this.#step = step
        },
      })
      this.#policy.published()
      this.#error = null
      const { publishedTrigger } = this.#policy
      if (publishedTrigger !== undefined) memory.remember(repository, tree, publishedTrigger, serial)
      if (!published) logger.info({ repository, serial }, 'the tree is as it was published last')
    } catch (error) {
      signal.throwIfAborted()
      if (!isRepocastError(error)) throw error
      this.#settle(error)
      this.#fail(error)
    } finally {
      this.#step = undefined
    }
  }

  /** Tells the policy what kind of failure it was. */
  #settle(error: RepocastError): void {
    if (error.code === 'REPOCAST_TREE_UNSTABLE') this.#policy.unstable(this.#now())
    else if (error.kind === 'input') this.#policy.refused()
    else this.#policy.failed(this.#now())
  }

  #fail({ code, message, hint }: RepocastError): void {
    const { repository, logger } = this.#options
    if (this.#error?.code !== code || this.#error.message !== message)
      logger.error({ repository, code, error: message, hint }, 'not published, mirrors keep the last snapshot')
    this.#error = { code, message }
  }
}

function triggerOf({ all, roots }: SeenTree): string {
  if (roots.length === 0) return all
  const hash = createHash('sha256')
  for (const { path, stamp } of roots) hash.update(path).update(`\0${stamp}\0`)
  return hash.digest('hex')
}
