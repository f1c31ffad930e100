import { randomInt } from 'node:crypto'

/** Many ranges of bytes in one buffer. */
export interface ByteRanges {
  readonly bytes: Buffer
  readonly count: number
  start(index: number): number
  end(index: number): number
}

/**
 * Finds which of many byte ranges equals given bytes: open addressing in one typed array, no object per range.
 * The hash is seeded, so that nobody can choose ranges that collide.
 */
export class RangeTable {
  readonly #ranges: ByteRanges
  readonly #slots: Uint32Array // index + 1, 0 is free
  readonly #mask: number
  readonly #seed = randomInt(2 ** 32)

  constructor(ranges: ByteRanges) {
    const size = 2 ** Math.ceil(Math.log2(ranges.count * 1.5 + 1))
    this.#ranges = ranges
    this.#slots = new Uint32Array(size)
    this.#mask = size - 1
  }

  /** Adds range `index`, unless an equal one is there already: then that one's index is returned. */
  add(index: number): number | undefined {
    const { bytes, start, end } = this.#ranges
    const slot = this.#slotOf(bytes, start(index), end(index))
    const present = this.#slots[slot] ?? 0
    if (present > 0) return present - 1
    this.#slots[slot] = index + 1
    return undefined
  }

  /** The index of the range with these bytes. */
  find(bytes: Buffer, start: number, end: number): number | undefined {
    const present = this.#slots[this.#slotOf(bytes, start, end)] ?? 0
    return present > 0 ? present - 1 : undefined
  }

  /** The slot that holds an equal range, or the free one where it belongs. */
  #slotOf(bytes: Buffer, start: number, end: number): number {
    let slot = this.#hash(bytes, start, end) & this.#mask
    for (let held = this.#slots[slot] ?? 0; held > 0; held = this.#slots[slot] ?? 0) {
      const { bytes: own, start: from, end: to } = this.#ranges
      if (own.compare(bytes, start, end, from(held - 1), to(held - 1)) === 0) break
      slot = (slot + 1) & this.#mask
    }
    return slot
  }

  /** FNV-1a, its bits mixed once more, since the low ones choose the slot. */
  #hash(bytes: Buffer, start: number, end: number): number {
    let hash = this.#seed
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    return hash ^ (hash >>> 13)
  }
}
