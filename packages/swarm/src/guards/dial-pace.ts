import type { Clock } from '../clock.ts'

/** Calls at once, after a pause. */
const mostAtOnce = 64
const perSecond = 64
/** Calls that wait beyond this are not made; who is found again is called then. */
const mostWaiting = 5000

/** Spreads the opening of connections: hundreds at once look like an attack, and fill the tables of routers. */
export class DialPace {
  readonly #clock: Clock
  readonly #waiting: (() => void)[] = []
  #free = mostAtOnce
  #filledAt: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#filledAt = clock.now()
  }

  /** Calls `dial` now, or when its turn comes. */
  dial(dial: () => void): void {
    if (this.#waiting.length < mostWaiting) this.#waiting.push(dial)
    this.tick()
  }

  /** A few times a second. */
  tick(): void {
    const now = this.#clock.now()
    this.#free = Math.min(mostAtOnce, this.#free + ((now - this.#filledAt) * perSecond) / 1000)
    this.#filledAt = now
    for (; this.#free >= 1 && this.#waiting.length > 0; this.#free -= 1) this.#waiting.shift()?.()
  }
}
