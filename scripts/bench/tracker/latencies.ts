/** Milliseconds that answers took. */
export class Latencies {
  readonly #values: number[] = []

  add(milliseconds: number): void {
    this.#values.push(milliseconds)
  }

  get count(): number {
    return this.#values.length
  }

  /** The time in which this part (0 to 1) of the answers came; 0 when there were none. */
  quantile(part: number): number {
    const sorted = Float64Array.from(this.#values).sort()
    return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0
  }
}
