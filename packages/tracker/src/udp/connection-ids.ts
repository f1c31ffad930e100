import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Address } from '../address/address.ts'

/** A connection id is good for the window that it was made in and two more: at least the two minutes of BEP 15. */
const windowMilliseconds = 60_000
const goodWindows = 3

const [secretBytes, windowBytes, longestAddress] = [32, 8, 16]

/**
 * Connection ids of BEP 15 without a table: the window of time in the first byte, and 7 bytes of a hash over a secret,
 * window and address, so that only who receives packets at an address can announce from it.
 */
export class ConnectionIds {
  /** Secret, window, length of the address, address: always as long, so that SHA-256 is as good as an HMAC, and faster. */
  readonly #message = Buffer.alloc(secretBytes + windowBytes + 1 + longestAddress)

  constructor() {
    randomBytes(secretBytes).copy(this.#message)
  }

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
    this.#message.writeDoubleBE(window, secretBytes)
    this.#message[secretBytes + windowBytes] = address.length
    this.#message.fill(0, secretBytes + windowBytes + 1).set(address, secretBytes + windowBytes + 1)
    const id = hash('sha256', this.#message, 'buffer').subarray(0, 8)
    id[0] = window & 255
    return id
  }
}
