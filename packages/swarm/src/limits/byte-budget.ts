import type { Clock } from '../clock.ts'

/** Seconds of its rate that a budget can save up: the longest burst. */
const burstSeconds = 0.1

/** What can always be saved up, in bytes, so that a slow budget lets whole blocks through. */
const leastBurst = 32 * 1024

const refillMs = 10

/**
 * Bytes that may be spent per second, shared by all who wait for them in turn (a token bucket). A rate of 0 is
 * without limit. It may be overdrawn by one taking; what follows waits accordingly, so that the mean is exact.
 */
export class ByteBudget {
  readonly #clock: Clock
  /** In the order in which they are let through. */
  readonly #waiting = new Set<() => void>()
  #bytesPerSecond: number
  #bytes: number
  #refilledAt: number
  #timer: NodeJS.Timeout | undefined

  constructor(bytesPerSecond: number, clock: Clock) {
    this.#clock = clock
    this.#bytesPerSecond = bytesPerSecond
    this.#bytes = this.#burst
    this.#refilledAt = clock.now()
  }

  get bytesPerSecond(): number {
    return this.#bytesPerSecond
  }

  /** From now on another rate; 0 is without limit. */
  set bytesPerSecond(bytesPerSecond: number) {
    this.#refill()
    this.#bytesPerSecond = bytesPerSecond
    this.#bytes = Math.min(this.#bytes, this.#burst)
    this.#serve()
  }

  /** Whether something may be taken now. */
  get isOpen(): boolean {
    if (this.#bytesPerSecond === 0) return true
    this.#refill()
    return this.#bytes > 0
  }

  take(bytes: number): void {
    if (this.#bytesPerSecond > 0) this.#bytes -= bytes
  }

  /** Calls `onOpen` once, when the budget is open and those who waited before had their turn. */
  wait(onOpen: () => void): void {
    this.#waiting.add(onOpen)
    this.#timer ??= setTimeout(() => this.#serve(), refillMs)
    this.#timer.unref()
  }

  /** Waits for its turn, then takes. */
  async spend(bytes: number): Promise<void> {
    while (!this.isOpen) await new Promise<void>(resolve => this.wait(resolve))
    this.take(bytes)
  }

  stopWaiting(onOpen: () => void): void {
    this.#waiting.delete(onOpen)
  }

  get #burst(): number {
    return Math.max(leastBurst, this.#bytesPerSecond * burstSeconds)
  }

  #refill(): void {
    const now = this.#clock.now()
    this.#bytes = Math.min(this.#burst, this.#bytes + ((now - this.#refilledAt) * this.#bytesPerSecond) / 1000)
    this.#refilledAt = now
  }

  #serve(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const onOpen of this.#waiting) {
      if (!this.isOpen) break
      this.#waiting.delete(onOpen)
      onOpen()
    }
    if (this.#waiting.size > 0) this.#timer = setTimeout(() => this.#serve(), refillMs).unref()
  }
}
