import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Address } from '../address/address.ts'

/** A connection id is good for the window that it was made in and two more: at least the two minutes of BEP 15. */
const windowMilliseconds = 60_000
const goodWindows = 3

/**
 * Connection ids of BEP 15 without a table: the window of time in the first byte, and 7 bytes of an HMAC over address
 * and window, so that only who receives packets at an address can announce from it.
 */
export class ConnectionIds {
  readonly #secret = randomBytes(32)

  /** The id for an address now, 8 bytes. `now` in milliseconds. */
  make(address: Address, now: number): Buffer {
    return this.#at(address, Math.floor(now / windowMilliseconds))
  }

  verify(id: Buffer, address: Address, now: number): boolean {
    const window = Math.floor(now / windowMilliseconds)
    const age = (window - (id[0] ?? 0)) & 255
    return age < goodWindows && timingSafeEqual(this.#at(address, window - age), id)
  }

  #at(address: Address, window: number): Buffer {
    const id = createHmac('sha256', this.#secret).update(`${window} `).update(address).digest().subarray(0, 8)
    id[0] = window & 255
    return id
  }
}
