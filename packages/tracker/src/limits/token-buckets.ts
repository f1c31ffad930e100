import type { Address } from '../address/address.ts'
import { hashAddress, hashSeed } from '../address/address-hash.ts'

export interface TokenBucketOptions {
  /** What an address may do in a second, in the long run. */
  readonly perSecond: number
  /** What it may do at once after a rest. */
  readonly burst: number
}

const buckets = 1 << 17

/**
 * A token bucket for each address, in memory that does not grow: addresses share a fixed number of buckets by a hash
 * with a secret seed. Two that meet in one bucket share its allowance; who floods from a few addresses meets few.
 */
export class TokenBuckets {
  readonly #perSecond: number
  readonly #burst: number
  readonly #seed = hashSeed()
  /** Tokens that were spent and have not come back. */
  readonly #spent = new Float32Array(buckets)
  /** Seconds of the clock, when `spent` was right. */
  readonly #seconds = new Float64Array(buckets)

  constructor({ perSecond, burst }: TokenBucketOptions) {
    this.#perSecond = perSecond
    this.#burst = burst
  }

  /** Takes one token, if there is one. `now` in milliseconds. */
  take(address: Address, now: number): boolean {
    const bucket = hashAddress(address, 0, address.length, this.#seed) & (buckets - 1)
    const seconds = now / 1000
    const rested = Math.max(0, seconds - (this.#seconds[bucket] ?? 0))
    const spent = Math.max(0, (this.#spent[bucket] ?? 0) - rested * this.#perSecond)
    const isAllowed = spent + 1 <= this.#burst
    this.#spent[bucket] = isAllowed ? spent + 1 : spent
    this.#seconds[bucket] = seconds
    return isAllowed
  }
}
