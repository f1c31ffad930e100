import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A connection id is good for the window that it was made in and two more: at least the two minutes of BEP 15. */
const windowMilliseconds = 60_000

/**
 * Connection ids of BEP 15 without a table: an HMAC over the address and the time, so that only who receives
 * packets at an address can announce from it.
 */
export class ConnectionIds {
  readonly #secret = randomBytes(32)

  /** The id for an address now, 8 bytes. */
  make(address: string, now: number): Buffer {
    return this.#at(address, Math.floor(now / windowMilliseconds))
  }

  verify(id: Buffer, address: string, now: number): boolean {
    const window = Math.floor(now / windowMilliseconds)
    return [window, window - 1, window - 2].some(one => timingSafeEqual(this.#at(address, one), id))
  }

  #at(address: string, window: number): Buffer {
    return createHmac('sha256', this.#secret).update(`${window} ${address}`).digest().subarray(0, 8)
  }
}
