import { setTimeout as sleep } from 'node:timers/promises'

/** Lets a loop sleep until it is woken or time is up. */
export class Wake {
  #wake = new AbortController()

  /** Wakes whoever sleeps now; who begins to sleep later does not see it. */
  call(): void {
    this.#wake.abort()
    this.#wake = new AbortController()
  }

  /** @throws the reason of `signal` */
  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    try {
      await sleep(milliseconds, undefined, { signal: AbortSignal.any([signal, this.#wake.signal]) })
    } catch {
      signal.throwIfAborted()
    }
  }
}
