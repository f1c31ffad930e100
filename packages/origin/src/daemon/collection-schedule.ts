import { ProcessLock } from '@repocast/database'
import { describeError, isRepocastError, type Logger } from '@repocast/errors'
import type { OriginLayout } from '../layout.ts'
import type { OriginCollection } from '../retention/collect-origin.ts'

export interface CollectionScheduleOptions {
  readonly layout: OriginLayout
  readonly collect: (signal: AbortSignal) => Promise<OriginCollection>
  /** When the last collection was finished, by whomever. */
  readonly lastFinished: () => Date | undefined
  readonly clock: () => Date
  readonly logger: Logger
}

const everyMilliseconds = 24 * 60 * 60 * 1000
const lookMilliseconds = 10 * 60 * 1000

/** Collects once a day. A collection that fails is tried again with the next look. */
export class CollectionSchedule {
  readonly #options: CollectionScheduleOptions
  readonly #stop = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: CollectionScheduleOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), lookMilliseconds)
    this.look()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#stop.abort()
    await this.settled()
  }

  /** Collects if it is time to. */
  look(): void {
    this.#running = this.#running.then(async () => await this.#collectIfDue())
  }

  /** Resolves when what was begun is over. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #collectIfDue(): Promise<void> {
    const { collect, logger } = this.#options
    if (!this.#isDue() || this.#stop.signal.aborted || this.#isPublishing()) return
    try {
      const { snapshots, packs, objects, bytes } = await collect(this.#stop.signal)
      logger.info({ snapshots: snapshots.length, packs, objects, bytes }, 'collected what nobody needs')
    } catch (error) {
      if (this.#stop.signal.aborted) return
      const fields = isRepocastError(error) ? { code: error.code, hint: error.hint } : {}
      logger.error({ ...fields, error: describeError(error) }, 'what nobody needs could not be collected')
    }
  }

  #isDue(): boolean {
    const { lastFinished, clock } = this.#options
    const last = lastFinished()
    if (last === undefined) return true
    const since = clock().getTime() - last.getTime()
    // One in the future was made by a clock that was wrong.
    return since < 0 || since >= everyMilliseconds
  }

  /** Who publishes is not kept waiting behind a queue of ours. */
  #isPublishing(): boolean {
    const lock = new ProcessLock(this.#options.layout.publishLock).tryAcquire()
    lock?.release()
    return lock === undefined
  }
}
