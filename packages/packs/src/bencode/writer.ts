/** Bencoded bytes (BEP 3) in one growing buffer: a long list costs no object per item. */
export class BencodeWriter {
  #bytes = Buffer.allocUnsafe(64 * 1024)
  #length = 0

  /** ASCII text as it stands: marks and keys. */
  raw(text: string): this {
    this.#reserve(text.length)
    this.#length += this.#bytes.write(text, this.#length, 'latin1')
    return this
  }

  integer(value: number): this {
    return this.raw(`i${value}e`)
  }

  string(value: Uint8Array): this {
    this.raw(`${value.length}:`)
    return this.encoded(value)
  }

  /** Bytes that are bencoded already. */
  encoded(value: Uint8Array): this {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
    return this
  }

  /** What was written. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

/** A dictionary of values that are bencoded already; keys are ASCII. */
export function encodeDictionary(entries: ReadonlyMap<string, Uint8Array>): Buffer {
  const writer = new BencodeWriter().raw('d')
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [key, value] of sorted) writer.raw(`${key.length}:${key}`).encoded(value)
  return writer.raw('e').bytes()
}
