import {
  createMessage,
  enums,
  type Key,
  type KeyID,
  config as libraryConfig,
  readSignature,
  type Signature,
  verify,
} from 'openpgp'
import type { SignatureVerdict, SignatureVerifier } from '../check/signatures.ts'
import { Malformed } from '../metadata/malformed.ts'
import { splitClearSigned } from './clear-signed.ts'
import { readPublicKeys } from './keys.ts'
import { sentenceOf } from './sentences.ts'

/** Longest content that is verified, in bytes; Release and repomd.xml of the largest repositories have less than 1 MB. */
const maxContentBytes = 64 * 1024 * 1024

/**
 * Keys as gpgv takes them: those without key flags may sign, and one whose self-signature was made again after it signed
 * is still the same key. Like with apt, no digest up to SHA-1 counts, nor RSA below 2048 bits, nor DSA.
 */
const config = { ...libraryConfig, allowMissingKeyFlags: true, allowInsecureVerificationWithReformattedKeys: true }

/**
 * Verifies signatures with OpenPGP keys, armoured or binary. One good signature is enough. Its key has to be good now,
 * not only when it signed, because apt and dnf see it like that.
 * @throws RepocastError REPOCAST_KEY_UNUSABLE
 */
export async function openPgpVerifier(
  armoredOrBinaryKeys: readonly Uint8Array[],
  clock: () => Date,
): Promise<SignatureVerifier> {
  const keys = await readPublicKeys(armoredOrBinaryKeys)
  return {
    async verifyDetached(content, signature) {
      const bytes = await readContent(content)
      if (bytes === undefined) return { valid: false, why: `what it signs is longer than ${maxContentBytes} bytes` }
      return await verdictOf(keys, clock(), bytes, signature)
    },
    async verifyClearSigned(message) {
      try {
        const { content, signature } = splitClearSigned(message)
        return await verdictOf(keys, clock(), signedTextOf(content), Buffer.from(signature))
      } catch (error) {
        if (error instanceof Malformed) return { valid: false, why: error.message }
        throw error
      }
    },
  }
}

/** The text with the line ends of mail, and without the last one (RFC 9580, section 7.1). */
function signedTextOf(content: Buffer): Buffer {
  const text = content.toString('latin1').replace(/\n$/, '').replaceAll('\n', '\r\n')
  return Buffer.from(text, 'latin1')
}

async function readContent(content: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of content) {
    bytes += chunk.length
    if (bytes > maxContentBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function verdictOf(
  keys: readonly Key[],
  now: Date,
  content: Uint8Array,
  signatureBytes: Uint8Array,
): Promise<SignatureVerdict> {
  const signature = await parseSignature(signatureBytes)
  if (signature === undefined) return { valid: false, why: 'it cannot be read as an OpenPGP signature' }
  const message = await createMessage({ binary: content })
  const options = { message, signature, verificationKeys: [...keys], date: now, format: 'binary' as const, config }
  const { signatures } = await verify(options)
  const keyIds: string[] = []
  const reasons = new Set<string>()
  for (const { keyID, verified, signature: one } of signatures) {
    const keyId = keyID.toHex().toUpperCase()
    try {
      await verified
      demandContent(await one)
      await demandGoodNow(keys, keyID, now)
      keyIds.push(keyId)
    } catch (error) {
      reasons.add(sentenceOf(error, keyId))
    }
  }
  if (keyIds.length > 0) return { valid: true, keyIds }
  return { valid: false, why: [...reasons].join('; ') || 'there is no signature in it' }
}

async function parseSignature(bytes: Uint8Array): Promise<Signature | undefined> {
  const text = Buffer.from(bytes).toString('latin1')
  try {
    return text.includes('-----BEGIN PGP SIGNATURE-----')
      ? await readSignature({ armoredSignature: text })
      : await readSignature({ binarySignature: bytes })
  } catch {
    return undefined
  }
}

/** Signatures of other types are right whatever the content is. */
function demandContent({ packets }: Signature): void {
  for (const { signatureType } of packets)
    if (signatureType !== enums.signature.binary && signatureType !== enums.signature.text)
      throw new Error('it does not sign a file')
}

async function demandGoodNow(keys: readonly Key[], keyId: KeyID, now: Date): Promise<void> {
  for (const key of keys) if (key.getKeys(keyId).length > 0) await key.getSigningKey(keyId, now, undefined, config)
}
