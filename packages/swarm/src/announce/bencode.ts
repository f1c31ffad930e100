/*
 * Bencoded values (BEP 3) as trackers send them. More lenient than the reader of packs, since foreign trackers do not
 * sort their keys, and bounded, since anybody may answer at a tracker's address.
 */

export type Bencoded = number | Buffer | readonly Bencoded[] | BencodedDictionary
export type BencodedDictionary = ReadonlyMap<string, Bencoded>

const deepest = 8

/** @throws Error when `bytes` are not one bencoded value */
export function decodeBencode(bytes: Buffer): Bencoded {
  const decoder = new Decoder(bytes)
  const value = decoder.value(0)
  if (decoder.at !== bytes.length) throw new Error('something follows the bencoded value')
  return value
}

export function isDictionary(value: Bencoded | undefined): value is BencodedDictionary {
  return value instanceof Map
}

class Decoder {
  at = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  value(depth: number): Bencoded {
    if (depth > deepest) throw new Error('bencoded values are nested too deeply')
    const mark = String.fromCharCode(this.#bytes[this.at] ?? 0)
    if (mark === 'i') return this.#integer()
    if (mark === 'l') return this.#list(depth)
    if (mark === 'd') return this.#dictionary(depth)
    return this.#string()
  }

  #integer(): number {
    this.at += 1
    return this.#number('e')
  }

  #string(): Buffer {
    const length = this.#number(':')
    const end = this.at + length
    if (length < 0 || end > this.#bytes.length) throw new Error('a bencoded string is cut off')
    const string = this.#bytes.subarray(this.at, end)
    this.at = end
    return string
  }

  #list(depth: number): Bencoded[] {
    const list: Bencoded[] = []
    this.at += 1
    while (!this.#takeEnd()) list.push(this.value(depth + 1))
    return list
  }

  #dictionary(depth: number): BencodedDictionary {
    const dictionary = new Map<string, Bencoded>()
    this.at += 1
    while (!this.#takeEnd()) dictionary.set(this.#string().toString('latin1'), this.value(depth + 1))
    return dictionary
  }

  #takeEnd(): boolean {
    if (this.#bytes[this.at] !== 0x65) return false
    this.at += 1
    return true
  }

  #number(end: string): number {
    const stop = this.#bytes.indexOf(end, this.at, 'latin1')
    const digits = this.#bytes.toString('latin1', this.at, Math.min(stop, this.at + 20))
    if (stop < 0 || !/^-?\d{1,16}$/.test(digits)) throw new Error(`no bencoded number at byte ${this.at}`)
    this.at = stop + 1
    return Number(digits)
  }
}
