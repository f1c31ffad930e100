import type { Clock } from '../clock.ts'

const secondMs = 1000
/** Queries that are answered in a second, of all addresses and of one. */
const mostOfAll = 500
const mostOfOne = 50

/** Bounds what strangers have us do: a sender of datagrams can write any address, and an answer goes there. */
export class QueryLimit {
  readonly #clock: Clock
  readonly #counts = new Map<string, number>()
  #began = Number.NEGATIVE_INFINITY
  #count = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether one more query of this address is answered. */
  take(host: string): boolean {
    const now = this.#clock.now()
    if (now - this.#began >= secondMs) {
      this.#began = now
      this.#count = 0
      this.#counts.clear()
    }
    const count = this.#counts.get(host) ?? 0
    if (this.#count >= mostOfAll || count >= mostOfOne) return false
    this.#count += 1
    this.#counts.set(host, count + 1)
    return true
  }
}
