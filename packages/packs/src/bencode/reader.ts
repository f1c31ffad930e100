import { malformed } from '../malformed.ts'

/** A range of bytes, `end` excluded. */
export interface Span {
  readonly start: number
  readonly end: number
}

const [colon, minus, zero, nine] = [0x3a, 0x2d, 0x30, 0x39]
const [dictionaryMark, endMark, integerMark, listMark] = [0x64, 0x65, 0x69, 0x6c]

/** Nothing that belongs into a .torrent is nested deeper. */
const maxDepth = 16

/** No dictionary whose keys are collected has more. */
const maxKeys = 64

/**
 * Walks through bencoded bytes (BEP 3) without making a value of each. Takes the one canonical form only:
 * no leading zeros, keys of dictionaries sorted and unique, so that what is read twice is read alike.
 * Each method throws RepocastError REPOCAST_PACK_MALFORMED.
 */
export class BencodeReader {
  readonly #bytes: Buffer
  /** Where the next value begins. */
  position: number

  constructor(bytes: Buffer, position = 0) {
    this.#bytes = bytes
    this.position = position
  }

  /** Whether a list or dictionary ends here; passes its end when it does. */
  takeEnd(): boolean {
    if (this.#bytes[this.position] !== endMark) return false
    this.position += 1
    return true
  }

  /** Whether exactly these bytes come next; passes them when they do. */
  take(expected: Buffer): boolean {
    const end = this.position + expected.length
    if (end > this.#bytes.length || this.#bytes.compare(expected, 0, expected.length, this.position, end) !== 0) {
      return false
    }
    this.position = end
    return true
  }

  /** An integer within what JavaScript holds exactly. */
  integer(): number {
    const start = this.position
    this.#expect(integerMark, 'an integer')
    const negative = this.#bytes[this.position] === minus
    if (negative) this.position += 1
    const value = this.#digits(start)
    this.#expect(endMark, 'the end of an integer')
    if (negative && value === 0) throw this.#wrong('minus zero', start)
    return negative ? -value : value
  }

  /** Passes a string and tells where its bytes begin; they end at the new `position`. */
  string(): number {
    const start = this.position
    const length = this.#digits(start)
    this.#expect(colon, 'a string')
    const first = this.position
    if (length > this.#bytes.length - first) throw this.#wrong('a string that is cut off', start)
    this.position = first + length
    return first
  }

  /** Passes a small dictionary and tells where the value of each key lies. Keys are given as latin1. */
  dictionary(depth = 0): Map<string, Span> {
    const entries = new Map<string, Span>()
    this.#dictionary(depth, (keyStart, keyEnd, start, end) => {
      if (entries.size >= maxKeys) throw this.#wrong(`a dictionary of more than ${maxKeys} keys`, keyStart)
      entries.set(this.#bytes.toString('latin1', keyStart, keyEnd), { start, end })
    })
    return entries
  }

  /** Passes any value. */
  skip(depth = 0): void {
    if (depth > maxDepth) throw this.#wrong(`nesting deeper than ${maxDepth}`, this.position)
    switch (this.#bytes[this.position]) {
      case integerMark:
        this.integer()
        return
      case dictionaryMark:
        this.#dictionary(depth, () => {})
        return
      case listMark:
        this.position += 1
        while (!this.takeEnd()) this.skip(depth + 1)
        return
      default:
        this.string()
    }
  }

  #dictionary(depth: number, found: (keyStart: number, keyEnd: number, start: number, end: number) => void): void {
    this.#expect(dictionaryMark, 'a dictionary')
    let [lastStart, lastEnd] = [0, 0]
    for (let first = true; !this.takeEnd(); first = false) {
      const at = this.position
      const keyStart = this.string()
      const keyEnd = this.position
      if (!first && this.#bytes.compare(this.#bytes, lastStart, lastEnd, keyStart, keyEnd) <= 0) {
        throw this.#wrong('a key that is not in order, or occurs twice,', at)
      }
      this.skip(depth + 1)
      found(keyStart, keyEnd, keyEnd, this.position)
      lastStart = keyStart
      lastEnd = keyEnd
    }
  }

  #digits(start: number): number {
    const first = this.position
    let value = 0
    for (let byte = this.#bytes[first]; byte !== undefined && byte >= zero && byte <= nine; ) {
      value = value * 10 + (byte - zero)
      if (!Number.isSafeInteger(value)) throw this.#wrong('a number that is too large', start)
      this.position += 1
      byte = this.#bytes[this.position]
    }
    const count = this.position - first
    if (count === 0) throw this.#wrong('no bencoding', start)
    if (count > 1 && this.#bytes[first] === zero) throw this.#wrong('a number with leading zeros', start)
    return value
  }

  #expect(mark: number, what: string): void {
    if (this.#bytes[this.position] !== mark) throw malformed(`${what} is expected at byte ${this.position}`)
    this.position += 1
  }

  #wrong(what: string, at: number): Error {
    return malformed(`there is ${what} at byte ${at}`)
  }
}
