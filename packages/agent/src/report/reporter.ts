import type { KeyObject } from 'node:crypto'
import { type AgentStatus, signReport } from '@repocast/api'
import { describeError, type Logger } from '@repocast/errors'

export interface ReporterOptions {
  /** Addresses of the origins' `/reports`. */
  readonly urls: readonly string[]
  readonly key: KeyObject
  readonly status: () => AgentStatus
  readonly fetch: typeof fetch
  readonly logger: Logger
  /** Told what `status` throws when a report is due by itself. */
  readonly onFailure: (error: unknown) => void
}

/** While packs move, the origin's picture of the swarm is to be as it is. */
const everyMilliseconds = { moving: 5000, resting: 30_000 }
/** Changes that come close together are told together. */
const gatherMilliseconds = 200
const requestMilliseconds = 10_000

/** Tells origins what this mirror serves: now and then, and soon after a change. `stop` it. */
export class Reporter {
  readonly #options: ReporterOptions
  readonly #regular: NodeJS.Timeout
  #restedMilliseconds = 0
  #soon: NodeJS.Timeout | undefined

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#regular = setInterval(() => void this.#sendWhenDue().catch(options.onFailure), everyMilliseconds.moving)
    this.#regular.unref()
  }

  /** Says that something has changed. */
  changed(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined
      this.send().catch(this.#options.onFailure)
    }, gatherMilliseconds)
    this.#soon.unref()
  }

  async #sendWhenDue(): Promise<void> {
    const { downloadRate, uploadRate } = this.#options.status()
    this.#restedMilliseconds += everyMilliseconds.moving
    if (downloadRate + uploadRate === 0 && this.#restedMilliseconds < everyMilliseconds.resting) return
    await this.send()
  }

  /**
   * Sends a report to each origin now. That one does not get it is no harm: the next report tells the same.
   * @throws what `status` throws
   */
  async send(): Promise<void> {
    const { urls, key, status, fetch, logger } = this.#options
    this.#restedMilliseconds = 0
    const { body, headers } = signReport(status(), key)
    const signal = AbortSignal.timeout(requestMilliseconds)
    for (const url of urls) {
      try {
        const response = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'error' })
        await response.body?.cancel()
        // A mirror that relays the feed takes no reports.
        if (!response.ok && response.status !== 404)
          logger.warn({ url, status: response.status }, 'the origin refused a report')
      } catch (error) {
        logger.debug({ url, error: describeError(error) }, 'a report did not reach the origin')
      }
    }
  }

  stop(): void {
    clearInterval(this.#regular)
    clearTimeout(this.#soon)
  }
}
