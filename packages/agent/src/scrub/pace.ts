import { setTimeout as sleep } from 'node:timers/promises'

/** A pause is at least so long, because timers are not exact. */
const leastMs = 20

/** Keeps reading at a rate, so that a scrub does not take the disk from others. */
export class Pace {
  readonly #bytesPerMs: number
  readonly #now: () => number
  readonly #sleep: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** When all that was spent may have been read. */
  #freeAt: number

  /** `rate` in bytes per second. */
  constructor(
    rate: number,
    now: () => number = () => performance.now(),
    pause: (ms: number, signal: AbortSignal) => Promise<unknown> = async (ms, signal) =>
      await sleep(ms, undefined, { signal }),
  ) {
    this.#bytesPerMs = rate / 1000
    this.#now = now
    this.#sleep = pause
    this.#freeAt = now()
  }

  /** Waits until `bytes` more may be read. @throws the reason of `signal` */
  async spend(bytes: number, signal: AbortSignal): Promise<void> {
    const now = this.#now()
    this.#freeAt = Math.max(this.#freeAt, now) + bytes / this.#bytesPerMs
    const wait = this.#freeAt - bytes / this.#bytesPerMs - now
    if (wait >= leastMs) await this.#sleep(wait, signal).catch(() => signal.throwIfAborted())
  }
}
