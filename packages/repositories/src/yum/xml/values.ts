import { type Algorithm, algorithms, digestOf } from '../../metadata/digests.ts'
import { Malformed, quote } from '../../metadata/malformed.ts'

/** What a file has to hash to. */
export interface Checksum {
  readonly algorithm: Algorithm
  /** Lower-case hexadecimal. */
  readonly digest: string
}

/** The checksum that yum's metadata writes as a type and a value; `sha` is what sha1 was called. @throws Malformed */
export function checksumOf(type: string | undefined, value: string, line?: number): Checksum {
  const lower = type?.toLowerCase() ?? ''
  const algorithm = algorithms.find(known => known === (lower === 'sha' ? 'sha1' : lower))
  if (algorithm === undefined) throw new Malformed(`${quote(type ?? '')} is not a known type of checksum`, line)
  return { algorithm, digest: digestOf(algorithm, value.trim(), line) }
}

/** @throws Malformed when it is not a number of bytes up to 1 EB */
export function bytesOf(value: string, line?: number): number {
  const text = value.trim()
  const bytes = /^[0-9]{1,18}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(bytes)) return bytes
  throw new Malformed(`${quote(value)} is not a size in bytes`, line)
}
