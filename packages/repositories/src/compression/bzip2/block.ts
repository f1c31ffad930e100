import { Malformed } from '../../metadata/malformed.ts'
import type { BitReader } from './bit-reader.ts'
import { addToCrc } from './crc.ts'
import { PrefixCode, readLengths } from './huffman.ts'

/** Symbols that are coded with one table before the next is chosen. */
const groupSymbols = 50
const chunkBytes = 64 * 1024

/**
 * Reads one block behind its mark, and gives what is in it. `table` has room for a block; what is in it does not matter.
 * @returns the CRC of the block @throws Malformed
 */
export function* readBlock(reader: BitReader, table: Uint32Array): Generator<Uint8Array, number> {
  const crc = reader.word()
  if (reader.bits(1) === 1) throw new Malformed('it was made by a bzip2 before 0.9.5, which nobody unpacks any more')
  const origin = reader.bits(24)
  const bytesUsed = readBytesUsed(reader)
  const symbols = bytesUsed.length + 2
  const tables = reader.bits(3)
  if (tables < 2 || tables > 6) throw new Malformed('it is damaged (a wrong number of code tables)')
  const selectors = readSelectors(reader, tables)
  const codes = Array.from({ length: tables }, () => new PrefixCode(readLengths(reader, symbols)))
  const nextCode = function* (): Generator<PrefixCode> {
    for (const selector of selectors) {
      const code = codes[selector]
      if (code !== undefined) yield code
    }
  }
  const length = readSymbols(reader, nextCode(), bytesUsed, table)
  if (origin >= length) throw new Malformed('it is damaged (a block begins outside of itself)')
  sort(table, length)
  let found = 0xffffffff
  const expander = new RunExpander(table, length, origin)
  for (let chunk = expander.next(); chunk.length > 0; chunk = expander.next()) {
    found = addToCrc(found, chunk)
    yield chunk
  }
  if ((found ^ 0xffffffff) >>> 0 !== crc) throw new Malformed('it is damaged (the checksum of a block is wrong)')
  return crc
}

/** The bytes that occur in the block, in their order. */
function readBytesUsed(reader: BitReader): Uint8Array {
  const used: number[] = []
  const rows = reader.bits(16)
  for (let row = 0; row < 16; row += 1) {
    if ((rows & (0x8000 >> row)) === 0) continue
    const columns = reader.bits(16)
    for (let column = 0; column < 16; column += 1)
      if ((columns & (0x8000 >> column)) !== 0) used.push(row * 16 + column)
  }
  if (used.length === 0) throw new Malformed('it is damaged (a block without bytes)')
  return Uint8Array.from(used)
}

/** Which table codes each group of symbols. */
function readSelectors(reader: BitReader, tables: number): Uint8Array {
  const selectors = new Uint8Array(reader.bits(15))
  const recent = Uint8Array.of(0, 1, 2, 3, 4, 5)
  for (let k = 0; k < selectors.length; k += 1) {
    let place = 0
    while (reader.bits(1) === 1) {
      place += 1
      if (place >= tables) throw new Malformed('it is damaged (a code table that is not there)')
    }
    selectors[k] = moveToFront(recent, place)
  }
  return selectors
}

function moveToFront(recent: Uint8Array, place: number): number {
  const value = recent[place] ?? 0
  // Places are low as a rule, where this is quicker than copyWithin().
  for (let k = place; k > 0; k -= 1) recent[k] = recent[k - 1] ?? 0
  recent[0] = value
  return value
}

/** Undoes prefix codes, runs and move-to-front. @returns how many bytes were put into `table` */
function readSymbols(
  reader: BitReader,
  nextCode: Iterator<PrefixCode>,
  recent: Uint8Array,
  table: Uint32Array,
): number {
  const endSymbol = recent.length + 1
  let length = 0
  let left = 0
  let code: PrefixCode | undefined
  let run = 0
  let runUnit = 1
  for (;;) {
    if (left === 0) {
      code = nextCode.next().value
      left = groupSymbols
    }
    left -= 1
    if (code === undefined) throw new Malformed('it is damaged (a block without end)')
    const symbol = code.read(reader)
    if (symbol <= 1) {
      run += runUnit << symbol
      runUnit <<= 1
      // Looked at here, so that neither number can grow over what it may be.
      if (length + run > table.length) throw new Malformed('it is damaged (a block that is too long)')
      continue
    }
    if (run > 0) {
      table.fill(recent[0] ?? 0, length, length + run)
      length += run
      run = 0
      runUnit = 1
    }
    if (symbol === endSymbol) return length
    if (length === table.length) throw new Malformed('it is damaged (a block that is too long)')
    table[length] = moveToFront(recent, symbol - 1)
    length += 1
  }
}

/** Puts the place of the byte that follows above each byte: undoes the Burrows-Wheeler transform. */
function sort(table: Uint32Array, length: number): void {
  const next = new Uint32Array(257)
  for (let k = 0; k < length; k += 1) {
    const above = (table[k] ?? 0) + 1
    next[above] = (next[above] ?? 0) + 1
  }
  for (let byte = 1; byte < 257; byte += 1) next[byte] = (next[byte] ?? 0) + (next[byte - 1] ?? 0)
  for (let k = 0; k < length; k += 1) {
    const byte = (table[k] ?? 0) & 0xff
    const place = next[byte] ?? 0
    next[byte] = place + 1
    table[place] = (table[place] ?? 0) | (k << 8)
  }
}

/**
 * Follows a sorted table, and undoes runs: four same bytes are followed by a number of more of them. Not a generator,
 * whose loops V8 does not make quick.
 */
class RunExpander {
  readonly #table: Uint32Array
  #left: number
  #at: number
  #last = -1
  #same = 0

  constructor(table: Uint32Array, length: number, origin: number) {
    this.#table = table
    this.#left = length
    this.#at = (table[origin] ?? 0) >>> 8
  }

  /** The next bytes, none at the end. */
  next(): Buffer {
    const out = Buffer.allocUnsafe(chunkBytes)
    const table = this.#table
    let [at, last, same, filled, left] = [this.#at, this.#last, this.#same, 0, this.#left]
    // A run has up to 255 bytes.
    for (; left > 0 && filled <= chunkBytes - 256; left -= 1) {
      const entry = table[at] ?? 0
      const byte = entry & 0xff
      at = entry >>> 8
      if (same === 4) {
        out.fill(last, filled, filled + byte)
        filled += byte
        same = 0
        last = -1
        continue
      }
      same = byte === last ? same + 1 : 1
      last = byte
      out[filled] = byte
      filled += 1
    }
    this.#at = at
    this.#last = last
    this.#same = same
    this.#left = left
    return out.subarray(0, filled)
  }
}
