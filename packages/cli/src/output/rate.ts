/** Estimates a rate and the time left from what is done at which time; both are arguments, so nothing here waits. */
export class RateEstimate {
  readonly #windowSeconds: number
  #samples: { readonly seconds: number; readonly done: number }[] = []

  constructor(windowSeconds = 10) {
    this.#windowSeconds = windowSeconds
  }

  /** Takes in that `done` was done at `seconds`. */
  add(seconds: number, done: number): void {
    this.#samples.push({ seconds, done })
    while (this.#samples.length > 2 && (this.#samples[0]?.seconds ?? 0) < seconds - this.#windowSeconds)
      this.#samples.shift()
  }

  /** Per second, over the last seconds. */
  get rate(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (!first || !last || last.seconds <= first.seconds) return 0
    return Math.max(0, (last.done - first.done) / (last.seconds - first.seconds))
  }

  /** Seconds until `total` is done; undefined while nothing can be said. */
  secondsLeft(total: number): number | undefined {
    const last = this.#samples.at(-1)
    return last && this.rate > 0 ? Math.max(0, total - last.done) / this.rate : undefined
  }
}
