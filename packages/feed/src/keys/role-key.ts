import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import { onDisk, writeFileDurably } from '@repocast/files'
import { canonicalJson } from '@repocast/objects'
import { Key, Signature } from '@tufjs/models'

/** The top-level roles of TUF 1.0 (section 2.1). */
export const roles = ['root', 'targets', 'snapshot', 'timestamp'] as const
export type RoleName = (typeof roles)[number]

/** A key of a role: the public half as TUF has it, and how to sign with the private half. */
export interface RoleKey {
  readonly key: Key
  readonly sign: (bytes: Buffer) => Signature
}

/** Makes an Ed25519 key for each role, as PEM files that only their owner can read. */
export async function createKeys(directory: string): Promise<void> {
  await onDisk('make', directory, async () => await mkdir(directory, { recursive: true, mode: 0o700 }))
  for (const role of roles) {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
    await writeFileDurably(keyPath(directory, role), pem, { mode: 0o600 })
  }
}

function keyPath(directory: string, role: RoleName): string {
  return join(directory, `${role}.pem`)
}

/**
 * The key of a role; undefined when its file is not there, as that of root may be.
 * @throws RepocastError REPOCAST_KEY_UNUSABLE
 */
export async function findKey(directory: string, role: RoleName): Promise<RoleKey | undefined> {
  const path = keyPath(directory, role)
  try {
    return roleKey(createPrivateKey(await readFile(path)))
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return undefined
    throw new RepocastError('REPOCAST_KEY_UNUSABLE', {
      message: `the key ${path} cannot be used`,
      hint: 'it must be an Ed25519 private key in PEM that this user can read; restore it from your backup',
      cause,
    })
  }
}

/** @throws RepocastError REPOCAST_KEY_UNUSABLE when the file is not there */
export async function loadKey(directory: string, role: RoleName): Promise<RoleKey> {
  const key = await findKey(directory, role)
  if (key) return key
  throw new RepocastError('REPOCAST_KEY_UNUSABLE', {
    message: `there is no key ${keyPath(directory, role)}`,
    hint: 'restore it from your backup; only root.pem may be kept elsewhere',
  })
}

function roleKey(privateKey: KeyObject): RoleKey {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError(`it is of type ${privateKey.asymmetricKeyType}`)
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  const keyval = { public: Buffer.from(x, 'base64url').toString('hex') }
  // TUF 1.0, section 4.2: the key id is the SHA-256 of the canonical form of the key.
  const canonical = canonicalJson({ keytype: 'ed25519', scheme: 'ed25519', keyval })
  const keyID = createHash('sha256').update(canonical).digest('hex')
  return {
    key: new Key({ keyID, keyType: 'ed25519', scheme: 'ed25519', keyVal: keyval }),
    sign: bytes => new Signature({ keyID, sig: sign(null, bytes, privateKey).toString('hex') }),
  }
}
