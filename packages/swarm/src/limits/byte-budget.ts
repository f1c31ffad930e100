import type { Clock } from '../clock.ts'
import type { Budget } from './budget.ts'

/** Seconds of its rate that a budget can save up: the longest burst. */
const burstSeconds = 0.1

const refillMs = 10

/**
 * Bytes that may be spent per second, shared by all who wait for them in turn (a token bucket). A rate of 0 is
 * without limit. It begins empty, and may be overdrawn by one taking; what follows waits accordingly, so that the mean
 * is exact and no burst is longer than `burstSeconds` and one taking.
 */
export class ByteBudget implements Budget {
  readonly #clock: Clock
  /** In the order in which they are let through. */
  readonly #waiting = new Set<() => void>()
  #bytesPerSecond: number
  #bytes = 0
  #refilledAt: number
  #timer: NodeJS.Timeout | undefined
  /** Taken ever, and not given back. */
  takenBytes = 0

  constructor(bytesPerSecond: number, clock: Clock) {
    this.#clock = clock
    this.#bytesPerSecond = bytesPerSecond
    this.#refilledAt = clock.now()
  }

  get bytesPerSecond(): number {
    return this.#bytesPerSecond
  }

  /** From now on another rate; 0 is without limit. */
  set bytesPerSecond(bytesPerSecond: number) {
    if (bytesPerSecond === this.#bytesPerSecond) return
    this.#refill()
    // what was overdrawn at the old rate is no debt at the new one: a minute of it may be an hour of this
    this.#bytes = Math.max(this.#bytes, -bytesPerSecond)
    this.#bytesPerSecond = bytesPerSecond
    this.#bytes = Math.min(this.#bytes, this.#burst)
    this.#serve()
  }

  get isOpen(): boolean {
    if (this.#bytesPerSecond === 0) return true
    this.#refill()
    return this.#bytes > 0
  }

  get bytesLeft(): number {
    if (this.#bytesPerSecond === 0) return Number.POSITIVE_INFINITY
    this.#refill()
    return Math.max(0, this.#bytes)
  }

  take(bytes: number): void {
    this.takenBytes += bytes
    if (this.#bytesPerSecond > 0) this.#bytes -= bytes
  }

  giveBack(bytes: number): void {
    this.takenBytes -= bytes
    if (this.#bytesPerSecond > 0) this.#bytes = Math.min(this.#burst, this.#bytes + bytes)
  }

  wait(onOpen: () => void): void {
    this.#waiting.add(onOpen)
    this.#timer ??= setTimeout(() => this.#serve(), refillMs)
    this.#timer.unref()
  }

  async spend(bytes: number): Promise<void> {
    while (!this.isOpen) await new Promise<void>(resolve => this.wait(resolve))
    this.take(bytes)
  }

  stopWaiting(onOpen: () => void): void {
    this.#waiting.delete(onOpen)
  }

  get #burst(): number {
    return this.#bytesPerSecond * burstSeconds
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
