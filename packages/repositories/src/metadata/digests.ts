import { Malformed, quote } from './malformed.ts'

/** The digests that metadata of yum and deb uses, strongest first. Debian's has no sha384 and sha224. */
export const algorithms = ['sha512', 'sha384', 'sha256', 'sha224', 'sha1', 'md5'] as const
export type Algorithm = (typeof algorithms)[number]

/** What a file has to be according to metadata: digests in lower-case hexadecimal. */
export type Digests = { readonly [algorithm in Algorithm]?: string }

const hexDigits: Record<Algorithm, number> = { sha512: 128, sha384: 96, sha256: 64, sha224: 56, sha1: 40, md5: 32 }

/** @throws Malformed when `value` is not a digest of `algorithm` */
export function digestOf(algorithm: Algorithm, value: string, line?: number): string {
  if (value.length === hexDigits[algorithm] && /^[0-9a-fA-F]+$/.test(value)) return value.toLowerCase()
  throw new Malformed(`${quote(value)} is not a digest of ${algorithm}`, line)
}

/** The strongest of `digests`. */
export function strongest(digests: Digests): { algorithm: Algorithm; digest: string } | undefined {
  for (const algorithm of algorithms) {
    const digest = digests[algorithm]
    if (digest !== undefined) return { algorithm, digest }
  }
  return undefined
}

/** The digest of `digests` to check a file by: SHA-256, which is known of all files from the scan, or the strongest. */
export function cheapest(digests: Digests): { algorithm: Algorithm; digest: string } | undefined {
  return digests.sha256 === undefined ? strongest(digests) : { algorithm: 'sha256', digest: digests.sha256 }
}

/** Whether somebody who wants to can make another file with this digest. */
export function isBroken(algorithm: Algorithm): boolean {
  return algorithm === 'md5' || algorithm === 'sha1'
}
