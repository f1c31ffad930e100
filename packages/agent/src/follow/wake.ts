import { setTimeout as sleep } from 'node:timers/promises'

/** Lets a loop sleep until it is woken or time is up. A call that comes while nobody sleeps ends the next sleep. */
export class Wake {
  #isCalled = false
  #wake = new AbortController()

  call(): void {
    this.#isCalled = true
    this.#wake.abort()
    this.#wake = new AbortController()
  }

  /** @returns whether it was woken @throws the reason of `signal` */
  async sleep(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted()
    if (!this.#isCalled) {
      const until = AbortSignal.any([signal, this.#wake.signal])
      await sleep(milliseconds, undefined, { signal: until }).catch(() => signal.throwIfAborted())
    }
    const wasCalled = this.#isCalled
    this.#isCalled = false
    return wasCalled
  }
}
