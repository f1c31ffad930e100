import { randomBytes } from 'node:crypto'
import type { Address } from './address.ts'

/** A number that nobody outside knows, so that addresses cannot be chosen to collide. */
export function hashSeed(): number {
  return randomBytes(4).readInt32LE()
}

/**
 * A hash of who is behind an address: all four bytes of IPv4, the first eight of IPv6, because whoever has one
 * IPv6 address has the 2^64 of its network. 32 bits, unsigned.
 */
export function hashAddress(bytes: Uint8Array, offset: number, length: number, seed: number): number {
  let hash = seed ^ length
  for (let k = offset; k < offset + (length === 4 ? 4 : 8); k += 1) {
    hash = Math.imul(hash ^ (bytes[k] ?? 0), 0x01000193)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Whether two addresses count as one: see `hashAddress`. */
export function isSameHost(bytes: Uint8Array, offset: number, address: Address): boolean {
  const length = address.length === 4 ? 4 : 8
  for (let k = 0; k < length; k += 1) if (bytes[offset + k] !== address[k]) return false
  return true
}
