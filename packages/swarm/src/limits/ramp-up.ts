/** Bytes per second at the beginning. */
const firstRate = 256 * 1024
/** What is grown to where there is no limit. */
const fullRate = 125_000_000
/** After so long without a byte, the next one begins anew. */
const restMs = 10_000

/**
 * How fast a transfer may go while it begins: from little to all there is, growing by the same factor each second, so
 * that it does not look like an attack to whoever watches the line. One direction; pure but for what it remembers.
 */
export class RampUp {
  readonly #ms: number
  #begunAt: number | undefined
  #movedAt = Number.NEGATIVE_INFINITY
  #bytes = 0

  /** @param seconds how long it takes; 0 for no ramp */
  constructor(seconds: number) {
    this.#ms = seconds * 1000
  }

  /**
   * What may move now, in bytes per second; 0 is without limit. To be asked a few times a second.
   * @param limit what may move at most; 0 is without limit
   * @param bytes what has moved ever
   */
  rate(now: number, limit: number, bytes: number): number {
    if (this.#ms === 0) return limit
    if (bytes !== this.#bytes) this.#movedAt = now
    this.#bytes = bytes
    if (now - this.#movedAt > restMs) this.#begunAt = undefined
    else this.#begunAt ??= now
    const share = this.#begunAt === undefined ? 0 : (now - this.#begunAt) / this.#ms
    if (share >= 1) return limit
    const full = limit === 0 ? fullRate : limit
    return Math.min(full, firstRate * (full / firstRate) ** share)
  }
}
