import { setTimeout as sleep } from 'node:timers/promises'
import type { ScrubStatus } from '@repocast/api'
import { describeError, type Logger } from '@repocast/errors'
import type { Finding, Scrub, Store } from '@repocast/store'
import type { Healer } from './healer.ts'
import { Pace } from './pace.ts'

export interface ScrubberOptions {
  readonly store: Store
  readonly scrub: Scrub
  readonly healer: Healer
  /** A round begins so long after the one before has ended, in seconds. */
  readonly everySeconds: number
  /** Bytes per second. */
  readonly rate: number
  readonly clock: () => Date
  readonly logger: Logger
}

const longestSleepMs = 3_600_000
const retryMs = 60_000
/** Entries wait so long for damaged objects to be healed first. */
const healingMs = 60_000

/** Looks at everything in the background, again and again, and has healed what is damaged. */
export class Scrubber {
  readonly #with: ScrubberOptions

  constructor(options: ScrubberOptions) {
    this.#with = options
  }

  /** Until the signal. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, clock, everySeconds, logger } = this.#with
    // what a new mirror has was verified when it came
    if (store.scrubLog.get().finished === null && store.scrubLog.get().started === null) {
      store.scrubLog.finish(clock().getTime())
    }
    while (!signal.aborted) {
      const { started, finished } = store.scrubLog.get()
      const wait = started === null ? untilRoundMs(finished ?? 0, everySeconds, clock().getTime()) : 0
      try {
        if (wait > 0) await sleep(Math.min(wait, longestSleepMs), undefined, { signal })
        else await this.#round(signal)
      } catch (error) {
        if (signal.aborted) return
        logger.error({ error: describeError(error) }, 'the scrub was interrupted, it goes on soon')
        await sleep(retryMs, undefined, { signal }).catch(() => {})
      }
    }
  }

  /** A round, from where the last one has stopped. @throws what `Scrub` and `Healer.lose` throw */
  async #round(signal: AbortSignal): Promise<void> {
    const { store, scrub, healer, clock, logger } = this.#with
    const log = store.scrubLog
    if (log.get().started === null) log.begin(clock().getTime())
    const { position, found: before } = log.get()
    logger.info({ from: position.toString('hex') }, 'the scrub begins')
    const pace = new Pace(this.#with.rate)
    const options = { pace: async (bytes: number) => await pace.spend(bytes, signal), signal }
    const onChecked = (last: Buffer, objects: number, bytes: number) => log.pass(last, objects, bytes)
    for await (const finding of scrub.objects(position, onChecked, options)) await healer.lose([finding])
    await this.#untilHealed(signal)
    for await (const finding of scrub.generations({ ...options, isMended: true })) this.#mended(finding)
    log.finish(clock().getTime())
    const { objects, bytes, found } = log.get()
    logger.info({ objects, bytes, found: found - before }, 'the scrub is done')
  }

  async #untilHealed(signal: AbortSignal): Promise<void> {
    const end = performance.now() + healingMs
    while (this.#with.store.losses.count > 0 && performance.now() < end) await sleep(200, undefined, { signal })
  }

  #mended({ what, path, repository }: Finding): void {
    this.#with.store.scrubLog.count({ found: 1, healed: 1 })
    this.#with.logger.warn({ repository, path, what }, 'a file was not as the snapshot says, it is again')
  }
}

/**
 * Milliseconds until the next round, after one that was finished at a time. One that was finished in the future was so by a
 * clock that was wrong, and does not keep the next one from beginning. Pure.
 */
export function untilRoundMs(finished: number, everySeconds: number, now: number): number {
  return finished > now ? 0 : Math.max(0, finished + everySeconds * 1000 - now)
}

/** For the status. */
export function scrubStatus({ scrubLog, losses }: Store): ScrubStatus {
  const { started, finished, position, objects, bytes, found, healed } = scrubLog.get()
  return {
    isRunning: started !== null,
    // ids are spread evenly
    done: position.length < 6 ? 0 : position.readUIntBE(0, 6) / 2 ** 48,
    finished: finished === null ? null : new Date(finished).toISOString(),
    objects,
    bytes,
    found,
    healed,
    lost: losses.count,
  }
}
