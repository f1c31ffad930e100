import { setTimeout as sleep } from 'node:timers/promises'
import type { ScrubStatus } from '@repocast/api'
import { describeError, type Logger } from '@repocast/errors'
import type { Finding, Scrub, ScrubState, Store } from '@repocast/store'
import { Wake } from '../follow/wake.ts'
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
const retryMs = 20_000
/** Entries wait so long for damaged objects to be healed first. */
const healingMs = 60_000

/** Looks at everything in the background, again and again, and has healed what is damaged. */
export class Scrubber {
  readonly #with: ScrubberOptions
  readonly #wake = new Wake()
  #round = new AbortController()

  constructor(options: ScrubberOptions) {
    this.#with = options
  }

  /** An admin has asked for a round: one that is under way begins anew. */
  ordered(): void {
    if (isDue(this.#with.store.scrubLog.get())) this.#round.abort()
    this.#wake.call()
  }

  /** Until the signal. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, clock, everySeconds, logger } = this.#with
    // what a new mirror has was verified when it came
    if (store.scrubLog.get().finished === null && store.scrubLog.get().started === null) {
      store.scrubLog.finish(clock().getTime())
    }
    while (!signal.aborted) {
      const state = store.scrubLog.get()
      const isWaiting = state.started === null && state.ordered === null
      const wait = isWaiting ? untilRoundMs(state.finished ?? 0, everySeconds, clock().getTime()) : 0
      this.#round = new AbortController()
      try {
        if (wait > 0) await this.#wake.sleep(Math.min(wait, longestSleepMs), signal)
        else await this.#run(AbortSignal.any([signal, this.#round.signal]))
      } catch (error) {
        if (signal.aborted) return
        if (this.#round.signal.aborted) continue
        logger.error({ error: describeError(error) }, 'the scrub was interrupted, it goes on soon')
        await this.#wake.sleep(retryMs, signal).catch(() => {})
      }
    }
  }

  /** A round, from where the last one has stopped. @throws what `Scrub` and `Healer.lose` throw */
  async #run(signal: AbortSignal): Promise<void> {
    const { store, scrub, healer, clock, logger } = this.#with
    const log = store.scrubLog
    const { started, ordered } = log.get()
    if (started === null || isDue(log.get())) log.begin(Math.max(clock().getTime(), ordered ?? 0))
    const { position, found: before } = log.get()
    logger.info({ from: position.toString('hex'), ordered: ordered !== null }, 'the scrub begins')
    // Whoever asks for it waits for it.
    const pace = new Pace(ordered === null ? this.#with.rate : Number.MAX_SAFE_INTEGER)
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

/** Whether a round is asked for that has not begun. */
function isDue({ started, ordered }: ScrubState): boolean {
  return ordered !== null && (started === null || started < ordered)
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
