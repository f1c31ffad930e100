/** A set of indexes as bits, most significant first (BEP 3). */
export class Bits {
  readonly bytes: Uint8Array

  constructor(length: number, bytes: Uint8Array = new Uint8Array(Math.ceil(length / 8))) {
    this.bytes = bytes
  }

  /** All indexes below `length`. */
  static full(length: number): Bits {
    const bits = new Bits(length, new Uint8Array(Math.ceil(length / 8)).fill(0xff))
    for (let index = length; index < 8 * bits.bytes.length; index += 1) bits.delete(index)
    return bits
  }

  has(index: number): boolean {
    return ((this.bytes[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0
  }

  /** How many are in it. */
  get count(): number {
    let count = 0
    for (let byte of this.bytes) for (; byte > 0; byte &= byte - 1) count += 1
    return count
  }

  add(index: number): void {
    this.bytes[index >> 3] = (this.bytes[index >> 3] ?? 0) | (0x80 >> (index & 7))
  }

  delete(index: number): void {
    this.bytes[index >> 3] = (this.bytes[index >> 3] ?? 0) & ~(0x80 >> (index & 7))
  }
}
