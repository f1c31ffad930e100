import type { WatchStatistics } from '@repocast/api'
import { describeError, type Logger } from '@repocast/errors'
import type { RepositoryName } from '@repocast/objects'
import type { WatchMemory } from './memory.ts'
import type { WatchTimes } from './policy.ts'
import type { Publisher } from './publisher.ts'
import { Watcher } from './watcher.ts'

/** A repository whose tree is watched. */
export interface WatchedRepository {
  readonly repository: RepositoryName
  readonly tree: string
  readonly times: WatchTimes
}

export interface WatchersOptions {
  readonly watched: readonly WatchedRepository[]
  readonly publisher: Publisher
  readonly memory: WatchMemory
  readonly clock: () => Date
  readonly logger: Logger
}

/** Watches all trees that the configuration names; one is published at a time. */
export class Watchers {
  readonly #watchers: readonly Watcher[]
  readonly #logger: Logger
  readonly #stop = new AbortController()
  #running: Promise<unknown> = Promise.resolve()

  constructor({ watched, publisher, ...others }: WatchersOptions) {
    this.#logger = others.logger
    const queued = oneAtATime(publisher)
    this.#watchers = watched.map(one => new Watcher({ ...one, ...others, publisher: queued }))
  }

  get statistics(): WatchStatistics[] {
    return this.#watchers.map(({ status }) => status)
  }

  /** Takes in that there is a new snapshot, from whomever. */
  published(repository: RepositoryName): void {
    for (const watcher of this.#watchers) if (watcher.repository === repository) watcher.publishedElsewhere()
  }

  start(): void {
    this.#running = Promise.all(this.#watchers.map(async watcher => await this.#run(watcher)))
  }

  /** Ends also the publish that is under way. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(watcher: Watcher): Promise<void> {
    const { signal } = this.#stop
    try {
      await watcher.run(signal)
    } catch (error) {
      if (!signal.aborted)
        this.#logger.error(
          { repository: watcher.status.name, error: describeError(error) },
          'the tree is not watched any more',
        )
    }
  }
}

function oneAtATime(publisher: Publisher): Publisher {
  let last: Promise<unknown> = Promise.resolve()
  return async (repository, run) => {
    const mine = last.then(async () => await publisher(repository, run))
    last = mine.catch(() => {})
    return await mine
  }
}
