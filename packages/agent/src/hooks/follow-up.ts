import { describeError, type Logger } from '@repocast/errors'
import type { RepositoryName } from '@repocast/objects'
import type { Generations } from '@repocast/store'
import { Wake } from '../follow/wake.ts'
import type { Hooks } from './hooks.ts'
import type { SwapWebhooks } from './swap-webhooks.ts'

interface Failure {
  readonly errorCode: string
  readonly errorMessage: string
  readonly serial: number | undefined
}

export interface FollowUpOptions {
  readonly repository: RepositoryName
  readonly generations: Pick<Generations, 'unsettled'>
  readonly hooks: Hooks
  readonly webhooks: SwapWebhooks
  readonly logger: Logger
}

const longMilliseconds = 3_600_000
const retryMilliseconds = 60_000

/**
 * What is done after swaps and failures of one repository, beside the updates, so that these do not wait for it. What is
 * due after a swap stands in the catalog until it is done.
 */
export class FollowUp {
  readonly #with: FollowUpOptions
  readonly #wake = new Wake()
  #failure: Failure | undefined
  #failedCode: string | undefined
  /** Ends what is being told, which goes on behind what is more urgent. */
  #telling = new AbortController()

  constructor(options: FollowUpOptions) {
    this.#with = options
  }

  /** Says that there was a swap, which stands in the catalog. */
  swapped(): void {
    this.#hurry()
  }

  /** Says that an update has failed. The same error is told once. */
  failed(errorCode: string, errorMessage: string, serial: number | undefined): void {
    if (errorCode === this.#failedCode) return
    this.#failedCode = errorCode
    this.#failure = { errorCode, errorMessage, serial }
    this.#hurry()
  }

  /** Says that an update has not failed. */
  succeeded(): void {
    this.#failedCode = undefined
  }

  /** Forgets a swap that was noted, but then did not happen. For the start. */
  forgetOthers(served: number | undefined): void {
    const { generations, repository } = this.#with
    const due = generations.unsettled.of(repository)
    if (due && due.serial !== served) generations.unsettled.settle(repository, due.serial)
  }

  /** Does what is due, until the signal; `served` is the serial that is served. Never throws. */
  async run(served: () => number | undefined, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#tellFailure(served(), signal)
        await this.#settle(served(), signal)
        await this.#wake.sleep(longMilliseconds, signal)
      } catch (error) {
        if (signal.aborted) return
        const { repository, logger } = this.#with
        logger.error({ repository, error: describeError(error) }, 'what is due after a swap is tried again')
        await this.#wake.sleep(retryMilliseconds, signal).catch(() => {})
      }
    }
  }

  #hurry(): void {
    this.#telling.abort()
    this.#wake.call()
  }

  async #tellFailure(served: number | undefined, signal: AbortSignal): Promise<void> {
    const failure = this.#failure
    this.#failure = undefined
    if (failure) await this.#with.hooks.onError({ ...failure, previousSerial: served }, signal)
  }

  async #settle(served: number | undefined, signal: AbortSignal): Promise<void> {
    const { generations, repository, hooks, webhooks } = this.#with
    const due = generations.unsettled.of(repository)
    // Noted, but the swap itself is still to come.
    if (due === undefined || due.serial !== served) return
    this.#telling = new AbortController()
    if (due.hooked !== due.serial) {
      await hooks.afterSwap(due.serial, due.hooked ?? due.previous, signal)
      generations.unsettled.markHooked(repository, due.serial)
    }
    const { signal: hurried } = this.#telling
    try {
      await webhooks.tell(due, AbortSignal.any([signal, hurried]))
    } catch (error) {
      if (signal.aborted || !hurried.aborted) throw error
      return
    }
    generations.unsettled.settle(repository, due.serial)
  }
}
