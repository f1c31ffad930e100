import type { Address } from '../address/address.ts'
import { hashAddress, isSameHost } from '../address/address-hash.ts'

/** A partial seed has not all, and wants nothing more (BEP 21). */
export type PeerKind = 'leecher' | 'partial-seed' | 'seeder'

/** What is known of a peer besides its address and port. */
export interface PeerState {
  readonly kind: PeerKind
  /** When it is gone unless it announces again: seconds since 1970. */
  readonly expires: number
  /** Bytes, as it said. */
  readonly uploaded: number
  readonly downloaded: number
}

/**
 * Behind address and port in a record: expires (32 bits), uploaded, downloaded (floats of 64 bits), whether it is a partial
 * seed (1 byte), big endian.
 */
const stateBytes = 21
const partialAt = 20
const smallestCapacity = 4
/** Nobody is told to announce less often. */
const longestStaySeconds = 86_400

/**
 * Peers of one swarm and one family of addresses in some 40 (IPv4) or 60 (IPv6) bytes each: records in one block of
 * bytes, leechers in front of those who only give, and an open hash table of their places. Peers of one host are neighbours
 * there, so they can be counted. Adding, finding, removing and choosing cost the same whatever the number of peers.
 */
export class PeerTable {
  readonly #addressBytes: number
  readonly #recordBytes: number
  readonly #seed: number
  #records: Uint8Array
  #view: DataView
  /** Place of a record + 1; 0: free. */
  #slots: Int32Array
  #count = 0
  #leechers = 0
  #partialSeeds = 0

  constructor(addressBytes: 4 | 16, seed: number) {
    this.#addressBytes = addressBytes
    this.#recordBytes = addressBytes + 2 + stateBytes
    this.#seed = seed
    this.#records = new Uint8Array(0)
    this.#view = new DataView(this.#records.buffer)
    this.#slots = new Int32Array(0)
    this.#resize(smallestCapacity)
  }

  get count(): number {
    return this.#count
  }

  /** The places 0 to `leechers` - 1 are leechers, the others seeders and partial seeds. */
  get leechers(): number {
    return this.#leechers
  }

  get partialSeeds(): number {
    return this.#partialSeeds
  }

  get seeders(): number {
    return this.#count - this.#leechers - this.#partialSeeds
  }

  /** Bytes of address and port. */
  get compactBytes(): number {
    return this.#addressBytes + 2
  }

  /** The place of a peer, -1 when it is not here. Good until something is added, changed or removed. */
  find(address: Address, port: number): number {
    const mask = this.#slots.length - 1
    for (let slot = this.#home(address, 0) & mask; ; slot = (slot + 1) & mask) {
      const place = (this.#slots[slot] ?? 0) - 1
      if (place < 0) return -1
      if (this.#isAt(place, address, port)) return place
    }
  }

  /** How many peers one host has here (of IPv6, one network of 64 bits). */
  countOfHost(address: Address): number {
    const mask = this.#slots.length - 1
    let found = 0
    for (let slot = this.#home(address, 0) & mask; ; slot = (slot + 1) & mask) {
      const place = (this.#slots[slot] ?? 0) - 1
      if (place < 0) return found
      if (isSameHost(this.#records, place * this.#recordBytes, address)) found += 1
    }
  }

  state(place: number): PeerState {
    const at = this.#stateAt(place)
    return {
      kind: this.#kindAt(place),
      expires: this.#view.getUint32(at),
      uploaded: this.#view.getFloat64(at + 4),
      downloaded: this.#view.getFloat64(at + 12),
    }
  }

  /** Adds a peer that is not here. */
  add(address: Address, port: number, state: PeerState): void {
    if (this.#count === this.#capacity) this.#resize(Math.ceil(this.#capacity * 1.5))
    const place = this.#count
    const at = place * this.#recordBytes
    this.#records.set(address, at)
    this.#view.setUint16(at + this.#addressBytes, port)
    this.#count += 1
    this.#records[this.#stateAt(place) + partialAt] = 0
    this.#slots[this.#freeSlot(this.#home(this.#records, at))] = place + 1
    this.update(place, state)
  }

  update(place: number, { kind, expires, uploaded, downloaded }: PeerState): void {
    const at = this.#stateAt(place)
    this.#setPartial(place, kind === 'partial-seed')
    this.#view.setUint32(at, expires)
    this.#view.setFloat64(at + 4, uploaded)
    this.#view.setFloat64(at + 12, downloaded)
    const isLeecher = kind === 'leecher'
    if (!isLeecher && place < this.#leechers) {
      this.#leechers -= 1
      this.#swap(place, this.#leechers)
    } else if (isLeecher && place >= this.#leechers) {
      this.#swap(place, this.#leechers)
      this.#leechers += 1
    }
  }

  remove(place: number): void {
    this.#setPartial(place, false)
    let last = place
    if (place < this.#leechers) {
      this.#leechers -= 1
      this.#swap(place, this.#leechers)
      last = this.#leechers
    }
    this.#swap(last, this.#count - 1)
    this.#free(this.#slotOf(this.#count - 1))
    this.#count -= 1
    if (this.#capacity > smallestCapacity && this.#count < this.#capacity / 4) {
      this.#resize(Math.max(smallestCapacity, Math.ceil(this.#capacity / 2)))
    }
  }

  /** Removes all that expired before `now` (seconds since 1970), or that a wrong clock lets stay too long; how many. */
  expire(now: number): number {
    const before = this.#count
    const latest = now + longestStaySeconds
    // Backwards: what is moved into a place that was freed has been looked at.
    for (let place = this.#count - 1; place >= 0; place -= 1) {
      if (place >= this.#count) continue
      const expires = this.#view.getUint32(this.#stateAt(place))
      if (expires < now || expires > latest) this.remove(place)
    }
    return before - this.#count
  }

  /**
   * Writes the compact form of up to `wanted` peers of the places from `from` to before `to`, other than `except`, to
   * `target` at `at`. Which ones is random: `random` gives numbers from 0 to below 1. How many were written.
   */
  sample(
    { from, to, except, wanted }: { from: number; to: number; except: number; wanted: number },
    random: () => number,
    target: Uint8Array,
    at: number,
  ): number {
    const length = to - from
    if (length <= 0 || wanted <= 0) return 0
    // Locals, because this is where a busy tracker spends its time.
    const [records, recordBytes, compactBytes] = [this.#records, this.#recordBytes, this.compactBytes]
    // A stride that has no divisor in common with the length visits each place once.
    const stride = wanted >= length ? 1 : coprimeStride(length, random)
    let place = Math.floor(random() * length)
    let end = at
    const full = at + wanted * compactBytes
    for (let k = 0; k < length && end < full; k += 1) {
      if (from + place !== except) {
        const source = (from + place) * recordBytes
        for (let byte = 0; byte < compactBytes; byte += 1) target[end + byte] = records[source + byte] ?? 0
        end += compactBytes
      }
      place += stride
      if (place >= length) place -= length
    }
    return (end - at) / compactBytes
  }

  /** All records, leechers first, to be kept and given to `restore`. A view, good until something changes. */
  dump(): Uint8Array {
    return this.#records.subarray(0, this.#count * this.#recordBytes)
  }

  /** Takes over what `dump` gave, the first `leechers` records being leechers. Bytes that are no records are left out. */
  restore(dumped: Uint8Array, leechers: number): void {
    const view = new DataView(dumped.buffer, dumped.byteOffset, dumped.byteLength)
    for (let at = 0, k = 0; at + this.#recordBytes <= dumped.length; at += this.#recordBytes, k += 1) {
      const address = dumped.subarray(at, at + this.#addressBytes)
      const port = view.getUint16(at + this.#addressBytes)
      const state = at + this.compactBytes
      if (this.find(address, port) >= 0) continue
      this.add(address, port, {
        kind: k < leechers ? 'leecher' : view.getUint8(state + partialAt) === 1 ? 'partial-seed' : 'seeder',
        expires: view.getUint32(state),
        uploaded: view.getFloat64(state + 4),
        downloaded: view.getFloat64(state + 12),
      })
    }
  }

  #kindAt(place: number): PeerKind {
    if (place < this.#leechers) return 'leecher'
    return this.#records[this.#stateAt(place) + partialAt] === 1 ? 'partial-seed' : 'seeder'
  }

  #setPartial(place: number, isPartial: boolean): void {
    const at = this.#stateAt(place) + partialAt
    this.#partialSeeds += Number(isPartial) - (this.#records[at] ?? 0)
    this.#records[at] = Number(isPartial)
  }

  get #capacity(): number {
    return this.#records.length / this.#recordBytes
  }

  #stateAt(place: number): number {
    return place * this.#recordBytes + this.compactBytes
  }

  #home(bytes: Uint8Array, offset: number): number {
    return hashAddress(bytes, offset, this.#addressBytes, this.#seed)
  }

  #isAt(place: number, address: Address, port: number): boolean {
    const at = place * this.#recordBytes
    if (this.#view.getUint16(at + this.#addressBytes) !== port) return false
    for (let k = 0; k < this.#addressBytes; k += 1) if (this.#records[at + k] !== address[k]) return false
    return true
  }

  #freeSlot(home: number): number {
    const mask = this.#slots.length - 1
    let slot = home & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    return slot
  }

  #slotOf(place: number): number {
    const mask = this.#slots.length - 1
    let slot = this.#home(this.#records, place * this.#recordBytes) & mask
    while (this.#slots[slot] !== place + 1) slot = (slot + 1) & mask
    return slot
  }

  /** Empties a slot and moves what came to lie behind it nearer to its home: no gap in a run (Knuth 6.4, R). */
  #free(slot: number): void {
    const mask = this.#slots.length - 1
    let gap = slot
    for (let next = (gap + 1) & mask; this.#slots[next] !== 0; next = (next + 1) & mask) {
      const place = (this.#slots[next] ?? 0) - 1
      const home = this.#home(this.#records, place * this.#recordBytes) & mask
      const staysReachable = gap <= next ? gap < home && home <= next : gap < home || home <= next
      if (staysReachable) continue
      this.#slots[gap] = place + 1
      gap = next
    }
    this.#slots[gap] = 0
  }

  #swap(a: number, b: number): void {
    if (a === b) return
    const [slotA, slotB] = [this.#slotOf(a), this.#slotOf(b)]
    const [atA, atB] = [a * this.#recordBytes, b * this.#recordBytes]
    for (let k = 0; k < this.#recordBytes; k += 1) {
      const byte = this.#records[atA + k] ?? 0
      this.#records[atA + k] = this.#records[atB + k] ?? 0
      this.#records[atB + k] = byte
    }
    this.#slots[slotA] = b + 1
    this.#slots[slotB] = a + 1
  }

  #resize(capacity: number): void {
    const records = new Uint8Array(capacity * this.#recordBytes)
    records.set(this.dump())
    this.#records = records
    this.#view = new DataView(records.buffer)
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 1.4)))
    for (let place = 0; place < this.#count; place += 1) {
      this.#slots[this.#freeSlot(this.#home(records, place * this.#recordBytes))] = place + 1
    }
  }
}

/** Above 0 and at most `length`. */
function coprimeStride(length: number, random: () => number): number {
  for (let tries = 0; tries < 16; tries += 1) {
    const stride = 1 + Math.floor(random() * length)
    if (greatestCommonDivisor(stride, length) === 1) return stride
  }
  return 1
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
