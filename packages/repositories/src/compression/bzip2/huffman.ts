import { Malformed } from '../../metadata/malformed.ts'
import type { BitReader } from './bit-reader.ts'

const maxLength = 20

/** A canonical prefix code: symbols by the lengths of their codes. */
export class PrefixCode {
  readonly #minLength: number
  /** Symbols in the order of their codes. */
  readonly #symbols: number[] = []
  /** By length: the first code of that length, how many there are, and where their symbols begin. */
  readonly #first = new Int32Array(maxLength + 1)
  readonly #count = new Int32Array(maxLength + 1)
  readonly #begin = new Int32Array(maxLength + 1)

  /** @throws Malformed when there can be no such code */
  constructor(lengths: Uint8Array) {
    this.#minLength = Math.min(...lengths)
    let code = 0
    for (let length = 1; length <= maxLength; length += 1) {
      this.#first[length] = code
      this.#begin[length] = this.#symbols.length
      for (const [symbol, one] of lengths.entries()) if (one === length) this.#symbols.push(symbol)
      const count = this.#symbols.length - (this.#begin[length] ?? 0)
      this.#count[length] = count
      if (code + count > 1 << length) throw new Malformed('it is damaged (a code has too many symbols)')
      code = (code + count) << 1
    }
  }

  /** Reads one symbol. @throws Malformed */
  read(reader: BitReader): number {
    let code = reader.bits(this.#minLength)
    for (let length = this.#minLength; length <= maxLength; length += 1) {
      const offset = code - (this.#first[length] ?? 0)
      if (offset < (this.#count[length] ?? 0)) return this.#symbols[(this.#begin[length] ?? 0) + offset] ?? 0
      code = (code << 1) | reader.bits(1)
    }
    throw new Malformed('it is damaged (a code that no symbol has)')
  }
}

/** Reads the lengths of the codes of `symbols` symbols. @throws Malformed */
export function readLengths(reader: BitReader, symbols: number): Uint8Array {
  const lengths = new Uint8Array(symbols)
  let length = reader.bits(5)
  for (let symbol = 0; symbol < symbols; symbol += 1) {
    for (;;) {
      if (length < 1 || length > maxLength) throw new Malformed('it is damaged (a code of impossible length)')
      if (reader.bits(1) === 0) break
      length += reader.bits(1) === 0 ? 1 : -1
    }
    lengths[symbol] = length
  }
  return lengths
}
