/*
 * Sets of pieces as they go over the wire: one bit per piece, the highest bit of the first byte is piece 0 (BEP 3).
 */

/** A set of pieces; a bit outside of it is not set, for peers may send it too short. */
export type Bits = Uint8Array

/** The empty set over `count` pieces. */
export function emptyBits(count: number): Bits {
  return new Uint8Array(Math.ceil(count / 8))
}

export function hasBit(bits: Bits, index: number): boolean {
  return ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0
}

export function setBit(bits: Bits, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) | (0x80 >> (index & 7))
}

export function clearBit(bits: Bits, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) & ~(0x80 >> (index & 7))
}

/** How many of the first `count` bits are set. */
export function countBits(bits: Bits, count: number): number {
  let set = 0
  for (let index = 0; index < count; index += 1) if (hasBit(bits, index)) set += 1
  return set
}
