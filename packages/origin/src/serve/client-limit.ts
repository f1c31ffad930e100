import type { RequestLimit } from '@repocast/daemon'
import { parseAddress, TokenBuckets } from '@repocast/tracker'

/** What one address may ask of the origin. */
export interface ClientLimitOptions {
  readonly requestsPerSecond: number
  /** At once, after a rest. */
  readonly requestBurst: number
  readonly clock: () => Date
}

/** Addresses that cannot be told apart share one allowance. */
const unknown = new Uint8Array(4)

/** Counts the requests of each address (of IPv6: each network of 64 bits), and those that were too many. */
export class ClientLimit implements RequestLimit {
  /** The tracker has its own limits; bytes of packs have `upload-limit`; who watches our health is not to be kept out. */
  readonly exempt = ['/announce', '/scrape', '/packs/', '/healthz', '/readyz']
  readonly #buckets: TokenBuckets
  readonly #clock: () => Date
  #refused = 0

  constructor({ requestsPerSecond, requestBurst, clock }: ClientLimitOptions) {
    this.#buckets = new TokenBuckets({ perSecond: requestsPerSecond, burst: requestBurst })
    this.#clock = clock
  }

  /** Requests that were refused. */
  get refused(): number {
    return this.#refused
  }

  readonly isAllowed = (address: string): boolean => {
    const isAllowed = this.#buckets.take(parseAddress(address) ?? unknown, this.#clock().getTime())
    if (!isAllowed) this.#refused += 1
    return isAllowed
  }
}
