import { describeError, type Logger } from '@repocast/errors'

/** Tells once that a tracker does not answer, however many packs are announced there, and once that it does again. */
export class TrackerLog {
  readonly #tracker: string
  readonly #logger: Logger
  #isSilent = false

  constructor(tracker: string, logger: Logger) {
    this.#tracker = tracker
    this.#logger = logger
  }

  failed(error: unknown): void {
    const level = this.#isSilent ? 'debug' : 'warn'
    this.#isSilent = true
    this.#logger[level]({ tracker: this.#tracker, error: describeError(error) }, 'a tracker could not be asked')
  }

  answered(): void {
    if (this.#isSilent) this.#logger.info({ tracker: this.#tracker }, 'a tracker answers again')
    this.#isSilent = false
  }
}
