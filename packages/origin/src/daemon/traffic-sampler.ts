import { describeError, type Logger } from '@repocast/errors'
import { type TrafficHistory, theOrigin } from '../mirrors/history.ts'
import type { Statistics } from '../statistics.ts'

export interface TrafficSamplerOptions {
  readonly statistics: Statistics
  readonly history: TrafficHistory
  readonly clock: () => Date
  readonly logger: Logger
}

const everyMilliseconds = 15_000

/** Keeps what the origin gives in the history, now and then. `stop` it. */
export class TrafficSampler {
  readonly #options: TrafficSamplerOptions
  readonly #timer: NodeJS.Timeout
  #counted = 0

  constructor(options: TrafficSamplerOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#sampleOrTell(), everyMilliseconds)
    this.#timer.unref()
  }

  /** Takes the last sample. */
  stop(): void {
    clearInterval(this.#timer)
    this.#sampleOrTell()
  }

  #sampleOrTell(): void {
    const { statistics, history, clock, logger } = this.#options
    try {
      const { uploadedBytes } = statistics
      const given = Math.max(0, uploadedBytes - this.#counted)
      this.#counted = uploadedBytes
      history.add(theOrigin, { given, taken: 0, fromOrigin: 0, lagSeconds: 0 }, clock().getTime() / 1000)
    } catch (error) {
      logger.error({ error: describeError(error) }, 'what the origin gave could not be kept')
    }
  }
}
