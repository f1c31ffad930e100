import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import { writeFileDurably } from '@repocast/files'

/** The agent's own Ed25519 key, made at the first start. @throws RepocastError REPOCAST_KEY_UNUSABLE */
export async function openAgentKey(path: string): Promise<KeyObject> {
  try {
    return createPrivateKey(await readFile(path))
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return await createAgentKey(path)
    throw new RepocastError('REPOCAST_KEY_UNUSABLE', {
      message: `the key ${path} cannot be used`,
      hint: 'remove it: a new one is made, and the origin sees this mirror as a new one',
      cause,
    })
  }
}

async function createAgentKey(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519')
  await writeFileDurably(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return privateKey
}
