import { Malformed } from '../../metadata/malformed.ts'

/** Reads numbers of bits, the most significant first. */
export class BitReader {
  #bytes: Uint8Array = new Uint8Array()
  #at = 0
  /** The bits that were read of the last byte but not taken, and how many. */
  #held = 0
  #heldBits = 0

  get availableBytes(): number {
    return this.#bytes.length - this.#at
  }

  append(bytes: readonly Uint8Array[]): void {
    this.#bytes = Buffer.concat([this.#bytes.subarray(this.#at), ...bytes])
    this.#at = 0
  }

  /** A number of up to 24 bits. @throws Malformed at the end */
  bits(count: number): number {
    while (this.#heldBits < count) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) throw new Malformed('it ends too early')
      this.#at += 1
      this.#held = (this.#held << 8) | byte
      this.#heldBits += 8
    }
    this.#heldBits -= count
    const number = this.#held >>> this.#heldBits
    this.#held &= (1 << this.#heldBits) - 1
    return number
  }

  /** A number of 32 bits. */
  word(): number {
    return ((this.bits(16) << 16) | this.bits(16)) >>> 0
  }

  /** Goes on at the next whole byte. */
  align(): void {
    this.#held = 0
    this.#heldBits = 0
  }
}
