/** What the library says, by what an admin understands. */
const sentences: readonly (readonly [RegExp, (keyId: string) => string])[] = [
  [/Could not find signing key with key ID/, keyId => `the key ${keyId} that made it is not among the given keys`],
  [/digest did not match|verification failed/, keyId => `it is a signature by key ${keyId} over other contents`],
  [/Signature is expired/, keyId => `the signature by key ${keyId} has expired`],
  [/revoked/, keyId => `the key ${keyId} that made it was revoked`],
  [/key is expired/i, keyId => `the key ${keyId} that made it has expired`],
  [
    /in the future|newer than the signature/,
    keyId => `the signature by key ${keyId} is dated before its key, or in the future`,
  ],
  [
    /Insecure message hash algorithm: (\w+)/,
    keyId =>
      `the signature by key ${keyId} is made with a digest that can be forged, which clients refuse; sign with SHA-256 or better`,
  ],
  [/too weak/, keyId => `the key ${keyId} that made it is of a kind or a size that can be forged`],
]

/** Why a signature by a key does not count, as a sentence. */
export function sentenceOf(error: unknown, keyId: string): string {
  const text = error instanceof Error ? error.message : String(error)
  const known = sentences.find(([pattern]) => pattern.test(text))?.[1]
  return known?.(keyId) ?? `the signature by key ${keyId} does not count: ${text}`
}
