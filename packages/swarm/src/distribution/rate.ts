/** Bytes per second over the last seconds, by exponential decay. The time is handed in, in milliseconds. */
export class Rate {
  readonly #halfLifeMs: number
  #bytesPerSecond = 0
  #pending = 0
  #since: number

  constructor(now: number, halfLifeMs = 1000) {
    this.#since = now
    this.#halfLifeMs = halfLifeMs
  }

  add(bytes: number): void {
    this.#pending += bytes
  }

  /** Takes in what was added since the last call; called a few times a second. @returns bytes per second */
  update(now: number): number {
    const elapsedMs = now - this.#since
    if (elapsedMs <= 0) return this.#bytesPerSecond
    const kept = 0.5 ** (elapsedMs / this.#halfLifeMs)
    const current = (this.#pending * 1000) / elapsedMs
    this.#bytesPerSecond = this.#bytesPerSecond * kept + current * (1 - kept)
    if (this.#bytesPerSecond < 1) this.#bytesPerSecond = 0
    this.#pending = 0
    this.#since = now
    return this.#bytesPerSecond
  }

  get bytesPerSecond(): number {
    return this.#bytesPerSecond
  }
}
